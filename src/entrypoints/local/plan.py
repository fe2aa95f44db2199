"""Which parts run here and where: an embedded part only where no address of a real one is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.ports import LOOPBACK, Ports, is_free
from entrypoints.local.postgres import EmbeddedPostgres
from entrypoints.local.sqs import EmbeddedSqs
from entrypoints.settings import Settings, Stage, read_settings

GATEWAY_PORT = 8080
GATEWAY_METRICS_PORT = 8090
API_PORT = 8001
ISSUER_PORT = 8085
TRACES_PORT = 4318
POSTGRES_PORT = 5433
SQS_PORT = 4566
QUICK_STOP = {"KONDATE_SHUTDOWN_GRACE_SECONDS": "4", "KONDATE_WORKER_POLL_SECONDS": "1"}
"""A grace period within what the supervisor grants, and polls that end soon: a worker never breaks one off."""

# A profile or session of the user's own account would win over, or clash with, the keys made up for the embedded part.
OWN_ACCOUNT = frozenset({"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"})
MADE_UP_KEYS = {"KONDATE_SQS_ACCESS_KEY_ID": "local", "KONDATE_SQS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The ports of our own processes, and the embedded parts; None where another one was named by its address."""

    gateway_port: int
    gateway_metrics_port: int
    api_ports: tuple[int, ...]
    postgres: EmbeddedPostgres | None
    sqs: EmbeddedSqs | None
    issuer_port: int | None
    traces_port: int | None


def choose_places(given: Mapping[str, str], folder: DataFolder, sqs_program: Path, api_replicas: int) -> Places:
    """Find a port for everything; raise LocalError where one that was asked for by name is taken."""
    ports = Ports()

    def asked(name: str, usual: int) -> int:
        if not given.get(name):
            return ports.usual_or_free(usual)
        if not given[name].isdigit() or not is_free(int(given[name])):
            raise LocalError(f"{name}: port {given[name]} cannot be used on {LOOPBACK}; is it taken?")
        return ports.usual_or_free(int(given[name]))

    def embedded(name: str, usual: int) -> int | None:
        return None if given.get(name) else ports.usual_or_free(usual)

    gateway_port = asked("KONDATE_GATEWAY_PORT", GATEWAY_PORT)
    gateway_metrics_port = asked("KONDATE_GATEWAY_METRICS_PORT", GATEWAY_METRICS_PORT)
    first_api_port = asked("KONDATE_API_PORT", API_PORT)
    postgres_port = embedded("KONDATE_DATABASE_URL", POSTGRES_PORT)
    sqs_port = embedded("KONDATE_SQS_ENDPOINT", SQS_PORT)
    return Places(
        gateway_port=gateway_port,
        gateway_metrics_port=gateway_metrics_port,
        api_ports=(first_api_port, *(ports.usual_or_free(first_api_port + n) for n in range(1, api_replicas))),
        postgres=_postgres(folder, postgres_port),
        sqs=_sqs(folder, sqs_port, sqs_program),
        issuer_port=embedded("KONDATE_ISSUER", ISSUER_PORT),
        traces_port=embedded("KONDATE_OTLP_ENDPOINT", TRACES_PORT),
    )


def complete_environment(given: Mapping[str, str], places: Places) -> dict[str, str]:
    """Return the environment of every process: what was given, and an address for each part that was not."""
    ours = {
        "KONDATE_GATEWAY_PORT": str(places.gateway_port),
        "KONDATE_GATEWAY_METRICS_PORT": str(places.gateway_metrics_port),
        "KONDATE_GATEWAY_UPSTREAMS": ",".join(f"{LOOPBACK}:{port}" for port in places.api_ports),
        "KONDATE_API_HOST": LOOPBACK,
        "KONDATE_API_PORT": str(places.api_ports[0]),
    }
    ours |= {name: value for name, value in QUICK_STOP.items() if not given.get(name)}
    if places.postgres is not None:
        ours["KONDATE_DATABASE_URL"] = places.postgres.dsn
    if places.sqs is not None:
        ours |= {"KONDATE_SQS_ENDPOINT": places.sqs.endpoint, **MADE_UP_KEYS}
    if places.issuer_port is not None:
        ours["KONDATE_ISSUER"] = f"http://{LOOPBACK}:{places.issuer_port}"
    if places.traces_port is not None:
        ours["KONDATE_OTLP_ENDPOINT"] = f"http://{LOOPBACK}:{places.traces_port}"
    hidden = OWN_ACCOUNT if places.sqs is not None else frozenset[str]()
    return {name: value for name, value in given.items() if name not in hidden} | ours


def check_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings every process will read; raise SettingsError, or LocalError where the stage is not `local`."""
    settings = read_settings(environment)
    if settings.stage is not Stage.LOCAL:
        raise LocalError(f"KONDATE_STAGE: embedded parts and `kondate up` are for stage local, not {settings.stage}")
    return settings


def _postgres(folder: DataFolder, port: int | None) -> EmbeddedPostgres | None:
    if port is None:
        return None
    return EmbeddedPostgres(data_dir=folder.path / "postgres", port=port, log_file=folder.log_file("postgres"))


def _sqs(folder: DataFolder, port: int | None, program: Path) -> EmbeddedSqs | None:
    if port is None:
        return None
    return EmbeddedSqs(executable=program, data_dir=folder.path / "sqs", port=port, log_file=folder.log_file("sqs"))
