"""Settings: read once from `KONDATE_…` environment variables, checked, frozen, then passed along."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, get_origin, get_type_hints

import msgspec

PREFIX = "KONDATE_"
NOT_SETTINGS = frozenset({"KONDATE_CORPUS"})  # read by tests and benchmarks: real recipes outside the project

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Ratio = Annotated[float, msgspec.Meta(ge=0, le=1)]
HttpUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+")]
Claim = Annotated[str, msgspec.Meta(min_length=1)]
Address = Annotated[str, msgspec.Meta(pattern=r"^[^\s:]+:[0-9]{1,5}$")]
PostgresUrl = Annotated[str, msgspec.Meta(pattern=r"^postgres(ql)?://")]


class SettingsError(Exception):
    """One setting is missing or wrong; the message is one line that names it."""


class Stage(StrEnum):
    """Where this runs; stages differ by settings only."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCTION = "production"


class QueueSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As whom another system's commands are carried out."""

    subject: str
    scopes: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: PREFIX + name.upper()):
    """Everything that differs between two installations; each field is `KONDATE_` + its name in capitals."""

    stage: Stage = Stage.LOCAL

    database_url: PostgresUrl
    database_pool_size: Positive = 8
    database_may_forget: bool = False
    """Start on a database whose settings let it forget commits: for tests, or where its storage prevents it."""

    sqs_endpoint: HttpUrl | None = None
    """None means AWS itself, found by region with the standard AWS credentials."""
    sqs_region: str = "us-east-1"
    sqs_access_key_id: str | None = None
    sqs_secret_access_key: str | None = None
    """For an endpoint that is not AWS; None looks for credentials where AWS clients look."""
    sqs_commands_queue: str = "kondate-commands"
    sqs_events_queue: str = "kondate-events"
    sqs_dead_letter_queue: str = "kondate-dead-letters"
    sqs_create_queues: bool = True
    """False where the account forbids it: `kondate migrate` then only checks that the queues exist."""

    issuer: HttpUrl
    """The exact `iss` of accepted tokens."""
    audience: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("kondate",)
    """Whom accepted tokens are for: any one of these. The embedded issuer's tokens are for the first."""
    jwks_url: HttpUrl | None = None
    """Default: the issuer followed by `/.well-known/jwks.json`."""
    token_algorithms: tuple[str, ...] = ("RS256", "ES256", "EdDSA")
    audience_claim: str = "aud"
    """`client_id` for an issuer whose access tokens have no `aud`."""
    scope_claim: Claim = "scope"
    scope_prefix: str = ""
    """What the issuer puts before each of our scopes; others are not ours."""
    roles_claim: Claim = "roles"
    """A claim's name, or a JSON Pointer such as `/realm_access/roles` to a nested one."""

    cache_bytes: Annotated[int, msgspec.Meta(ge=0)] = 16_777_216
    """What one API process may keep of recipes that it has read; 0 keeps nothing."""

    api_host: str = "127.0.0.1"
    api_port: Port = 8001

    most_event_streams: Positive = 500
    """How many event streams of jobs one API process serves at once; more are answered 503."""

    gateway_host: str = "127.0.0.1"
    gateway_port: Port = 8080
    gateway_metrics_port: Port = 8090
    gateway_upstreams: tuple[Address, ...] = ("127.0.0.1:8001",)
    gateway_tls_certificate: str | None = None
    gateway_tls_key: str | None = None
    gateway_http3: bool = False
    gateway_redirect_port: Port | None = None
    """Where plain HTTP is answered with a redirect to the TLS port; None listens nowhere in plain."""
    gateway_replicas: Positive = 1
    """How many gateways share the callers: each gives its share of every rate limit."""
    cors_origins: tuple[HttpUrl, ...] = ()
    rate_burst: Positive = 200
    """Requests one caller may make at once."""
    rate_sustained_per_second: Positive = 50
    """Requests a second that one caller may go on making."""
    rate_address_burst: Positive = 400
    """Requests at once from one client address, before any token is looked at."""

    worker_concurrency: Positive = 8
    worker_poll_seconds: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    worker_relay: bool = True
    """Run the relay inside each worker; false where `kondate relay` runs alone."""
    worker_jobs_of_one_caller: Positive = 6
    """How many jobs of one caller may run at once, over all workers; the others' turn comes between them."""
    queued_messages_of_one_caller: Positive = 200
    """With so many of one caller's jobs waiting in the queue, the messages of more wait in the outbox."""
    most_queued_jobs: Positive = 100_000
    """More than these waiting, and deferred routes answer 503 until enough are done."""
    oldest_queued_seconds: Positive = 3_600
    """The same once the oldest job has waited longer than this."""
    visibility_seconds: Annotated[int, msgspec.Meta(ge=2, le=43_200)] = 60
    lease_seconds: Positive = 60
    shutdown_grace_seconds: Positive = 8
    relay_sweep_seconds: Positive = 2
    upkeep_seconds: Positive = 5
    """How often a worker looks for forgotten and expired jobs."""
    reannounce_seconds: Positive = 120
    """A job that waits longer than this without a sign of its message gets a fresh one."""
    job_retention_days: Positive = 30
    """Finished jobs and their reports are kept this long."""
    key_retention_hours: Positive = 24
    """An Idempotency-Key is remembered this long."""
    inbox_retention_days: Positive = 15
    """Other systems' messages are remembered this long: longer than the queue may hold one (14 days)."""
    worker_port: Port | None = None
    """Where the worker serves /healthz, /readyz and /metrics; None serves nothing."""
    queue_sources: dict[str, QueueSource] = {}
    """Other systems that may put commands on the queue: a JSON object of CloudEvents source to
    `{"subject": …, "scopes": […]}`."""

    crash_folder: str | None = None
    """Fault runs, stage local only: a process ends itself at the crash point that a file in this folder names."""
    sabotage: tuple[str, ...] = ()
    """Fault runs, stage local only: promises that are broken on purpose, to see that it is noticed."""

    otlp_endpoint: HttpUrl | None = None
    """Base URL of an OTLP/HTTP receiver; None makes no spans at all."""
    trace_ratio: Ratio = 1.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def is_local(self) -> bool:
        """Tell whether this is one person's machine, where harm may be done on purpose."""
        return self.stage is Stage.LOCAL

    def shows_docs(self) -> bool:
        """Tell whether the API's description, its page and drills are served."""
        return self.stage is not Stage.PRODUCTION

    def key_set_url(self) -> str:
        """Return where the issuer publishes its keys."""
        return self.jwks_url or f"{self.issuer.rstrip('/')}/.well-known/jwks.json"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check all settings; raise SettingsError for the first that is missing or wrong.

    A `KONDATE_` variable that names no setting is an error too: it is most likely a typing error.
    """
    fields = {PREFIX + name.upper(): hint for name, hint in get_type_hints(Settings).items()}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and name not in NOT_SETTINGS}
    unknown = sorted(given.keys() - fields.keys())
    if unknown:
        message = f"{unknown[0]}: no such setting"
        raise SettingsError(message)
    values: dict[str, object] = {name: _read(fields[name], value) for name, value in given.items() if value != ""}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_one_line(str(error))) from error
    if settings.queue_sources and settings.job_retention_days < settings.inbox_retention_days:
        # Whether a message was taken is asked of its job.
        message = "KONDATE_JOB_RETENTION_DAYS: with queue sources, at least KONDATE_INBOX_RETENTION_DAYS"
        raise SettingsError(message)
    return settings


def _read(expected: object, value: str) -> object:
    """Return a list for a tuple, an object for a mapping, and anything else as it is written."""
    if get_origin(expected) is tuple:
        return [part.strip() for part in value.split(",") if part.strip()]
    if get_origin(expected) is dict:
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


def _one_line(message: str) -> str:
    """Put the setting's name first: msgspec says `… - at `$.KONDATE_X`` or `missing required field `KONDATE_X``."""
    reason, _, place = message.partition(" - at ")
    if place:
        return f"{place.strip('`').removeprefix('$.')}: {reason}"
    name = message.rpartition("field ")[2].strip("`")
    return f"{name}: this setting is required"
