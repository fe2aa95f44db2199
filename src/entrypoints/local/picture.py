"""The whole picture, running on loopback for as long as a block lasts."""

import asyncio
import datetime as dt
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from entrypoints.local.certificate import LocalCertificate
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.inside import issuer_and_traces
from entrypoints.local.plan import Places, check_settings, choose_places, complete_environment
from entrypoints.local.ports import LOOPBACK
from entrypoints.local.private_file import write_privately
from entrypoints.local.processes import Processes
from entrypoints.local.sqs import default_executable
from entrypoints.local.supervisor import Report, Supervisor, run_to_end, together
from entrypoints.settings import PREFIX, Settings

STOP_SECONDS = 10.0
"""All that stopping may take; the graces of the layers add up to half a second less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What the caller of `up` may choose beside the settings."""

    data_dir: Path = Path(".local")
    state_file: Path | None = None
    """Where to write addresses and pids for scripts, once all is ready; removed at the end."""
    api_replicas: int = 2
    worker_replicas: int = 1
    tls: bool = False
    """Serve the gateway over TLS, with a certificate of this folder's own unless settings name another."""
    sqs_program: Path | None = None
    """The embedded SQS endpoint's program; None means where `make setup` puts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The running parts, by address and process."""

    settings: Settings
    environment: Mapping[str, str]
    """What a further `kondate` subcommand needs to join in."""
    folder: DataFolder
    places: Places
    supervisor: Supervisor
    workers: tuple[str, ...]
    """The names of the worker processes."""

    @property
    def gateway_url(self) -> str:
        """Where clients come in."""
        scheme = "http" if self.settings.gateway_tls_certificate is None else "https"
        return f"{scheme}://{LOOPBACK}:{self.places.gateway_port}"

    @property
    def trusted_file(self) -> Path | None:
        """What a client has to trust beside the usual authorities: the folder's own certificate, where it is used."""
        own = LocalCertificate(self.folder.tls_dir).certificate
        return own if self.settings.gateway_tls_certificate == str(own) else None

    def state(self) -> dict[str, object]:
        """Return addresses and pids; a part named by its address from outside has no pid."""
        pid, places, settings = self.supervisor.pid, self.places, self.settings
        queues = {
            "commands": settings.sqs_commands_queue,
            "events": settings.sqs_events_queue,
            "dlq": settings.sqs_dead_letter_queue,
        }
        return {
            "gateway": {"url": self.gateway_url, "pid": pid("gateway")},
            "api": [
                {"url": f"http://{LOOPBACK}:{port}", "pid": pid(f"api-{number}")}
                for number, port in enumerate(places.api_ports, start=1)
            ],
            "worker": [{"pid": pid(name)} for name in self.workers],
            "relay": [{"pid": pid(name)} for name in (self.workers if settings.worker_relay else ("relay",))],
            "postgres": {"dsn": settings.database_url, "pid": pid("postgres")},
            "sqs": {"endpoint": settings.sqs_endpoint, "pid": pid("sqs"), "queues": queues},
            "issuer": {"url": settings.issuer, "pid": None if places.issuer_port is None else os.getpid()},
        }


@asynccontextmanager
async def running_picture(environment: Mapping[str, str], options: UpOptions, report: Report) -> AsyncIterator[Picture]:
    """Start everything, give it when all is ready, and stop everything at the end of the block.

    Raises LocalError or SettingsError, each one line, when a part cannot start; nothing is left running then.
    """
    folder = DataFolder(options.data_dir.resolve())
    state_file = options.state_file
    # What runs inside is there until every child has ended.
    async with AsyncExitStack() as inside:
        inside.enter_context(folder.locked())
        supervisor = Supervisor(report)
        try:
            if state_file is not None:
                state_file.unlink(missing_ok=True)
            picture = await _start(environment, options, folder, supervisor, inside)
            _write_environment(picture)
            if state_file is not None:
                supervisor.on_change = partial(_write_state, picture, state_file)
                supervisor.on_change()
            yield picture
        finally:
            folder.environment_file.unlink(missing_ok=True)
            if state_file is not None:
                state_file.unlink(missing_ok=True)
            await supervisor.stop(STOP_SECONDS)


async def _start(
    given: Mapping[str, str], options: UpOptions, folder: DataFolder, supervisor: Supervisor, inside: AsyncExitStack
) -> Picture:
    program = options.sqs_program or default_executable()
    if options.tls and not given.get("KONDATE_GATEWAY_TLS_CERTIFICATE"):
        given = {"KONDATE_GATEWAY_HTTP3": "true", **given, **_own_certificate(folder)}
    places = choose_places(given, folder, program, options.api_replicas)
    postgres = [] if places.postgres is None else [await asyncio.to_thread(places.postgres.prepare)]
    environment = complete_environment(given, places)
    settings = check_settings(environment)
    processes = Processes(
        places=places,
        settings=settings,
        environment=environment,
        folder=folder,
        worker_replicas=options.worker_replicas,
    )

    async def migrate() -> None:
        await run_to_end(processes.migrate())

    await inside.enter_async_context(issuer_and_traces(places, settings, folder))
    await supervisor.start(*postgres, *processes.sqs(on_restart=migrate))
    # The servers need long to start and the schema only for their first request, which the gateway lets in later.
    await together(migrate(), supervisor.start(*processes.servers()))
    await supervisor.start(processes.gateway())
    return Picture(
        settings=settings,
        environment=environment,
        folder=folder,
        places=places,
        supervisor=supervisor,
        workers=processes.workers(),
    )


def _own_certificate(folder: DataFolder) -> dict[str, str]:
    own = LocalCertificate(folder.tls_dir)
    own.prepare(dt.datetime.fromtimestamp(time.time(), dt.UTC))
    return {"KONDATE_GATEWAY_TLS_CERTIFICATE": str(own.certificate), "KONDATE_GATEWAY_TLS_KEY": str(own.key)}


def _write_environment(picture: Picture) -> None:
    settings = {name: value for name, value in picture.environment.items() if name.startswith(PREFIX)}
    write_privately(picture.folder.environment_file, json.dumps(settings, indent=2) + "\n")


def _write_state(picture: Picture, state_file: Path) -> None:
    write_privately(state_file, json.dumps(picture.state(), indent=2) + "\n")
