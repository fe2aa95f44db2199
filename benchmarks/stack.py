"""The real parts for a benchmark: PostgreSQL, an SQS endpoint, the issuer, and processes of Kondate."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.probes import accepts
from tests.support.processes import RunningChild, python, running_child, running_sqs

from entrypoints.local.child import ChildSpec
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.local.ports import LOOPBACK, free_port
from entrypoints.local.postgres import EmbeddedPostgres
from entrypoints.local.probes import Probe, http_answers, log_says, runs

SCOPES = ("recipe:read", "recipe:write", "report:generate", "drill:run")
PATH = {"PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running process of ours, and where it listens."""

    child: RunningChild
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Where everything is; processes live until `until` is closed."""

    folder: Path
    environment: dict[str, str]
    postgres: RunningChild
    until: ExitStack

    @property
    def dsn(self) -> str:
        """The database's address."""
        return self.environment["KONDATE_DATABASE_URL"]

    def token(self, subject: str, *, roles: tuple[str, ...] = ()) -> str:
        """Sign a token as the embedded issuer does."""
        grant = Grant(
            issuer=self.environment["KONDATE_ISSUER"],
            audience="kondate",
            subject=subject,
            scopes=SCOPES,
            roles=roles,
            expires_in_seconds=43_200,
        )
        now = time.time()
        return issue_token(KeyFolder(self.folder / "keys").load(now), grant, now=now)

    def api(self, name: str, **settings: str) -> Server:
        """Start one API process with these settings on top."""
        port = free_port()
        ready = http_answers(f"http://{LOOPBACK}:{port}/readyz")
        settings = {"KONDATE_API_PORT": str(port), **settings}
        return Server(child=self.start(name, ("entrypoints.cli", "api"), ready, **settings), port=port)

    def worker(self, **settings: str) -> RunningChild:
        """Start one worker, its relay inside."""
        return self.start("worker", ("entrypoints.cli", "worker"), log_says("worker.ready"), **settings)

    def start(self, name: str, module: Sequence[str], ready: Probe = runs, **settings: str) -> RunningChild:
        """Start a Python module with arguments."""
        return self.until.enter_context(
            running_child(
                ChildSpec(
                    name=name,
                    argv=python("-m", *module),
                    env={**PATH, **self.environment, **settings},
                    log_file=self.folder / f"{name}.log",
                    ready=ready,
                )
            )
        )

    def run(self, *module: str) -> None:
        """Run a module to its end."""
        self.start(module[-1], module).process.wait(120)


@contextmanager
def running_stack(*, sqs_endpoint: str | None = None, durable: bool = False) -> Iterator[Stack]:
    """Start database, queue (unless its endpoint is given) and issuer, migrated; end all with the block."""
    with tempfile.TemporaryDirectory(prefix="kondate-bench-") as name, ExitStack() as until:
        folder = Path(name)
        postgres = EmbeddedPostgres(
            data_dir=folder / "data", port=free_port(), log_file=folder / "postgres.log", durable=durable
        )
        database = until.enter_context(running_child(postgres.prepare()))
        issuer_port = free_port()
        environment = {
            "KONDATE_DATABASE_URL": postgres.dsn,
            "KONDATE_DATABASE_MAY_FORGET": "true",
            "KONDATE_SQS_ENDPOINT": sqs_endpoint or until.enter_context(running_sqs()),
            "KONDATE_SQS_ACCESS_KEY_ID": "local",
            "KONDATE_SQS_SECRET_ACCESS_KEY": "local",
            "KONDATE_ISSUER": f"http://{LOOPBACK}:{issuer_port}",
        }
        stack = Stack(folder=folder, environment=environment, postgres=database, until=until)
        issuer = ("entrypoints.cli", "issuer", "--port", str(issuer_port), "--keys", str(folder / "keys"))
        stack.start("issuer", issuer, http_answers(f"http://{LOOPBACK}:{issuer_port}/.well-known/jwks.json"))
        stack.run("entrypoints.cli", "migrate")
        yield stack


def traces(stack: Stack) -> str:
    """Start a receiver of traces and return its address."""
    port = free_port()
    stack.start("traces", ("entrypoints.cli", "traces", "--port", str(port)), accepts(LOOPBACK, port))
    return f"http://{LOOPBACK}:{port}"


def port_of(url: str) -> int:
    """Return the port that an address names."""
    return urlsplit(url).port or 0
