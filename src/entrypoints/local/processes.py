"""The processes of the picture as children: each is the program `kondate` with another subcommand."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from entrypoints.local.child import ChildSpec
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.plan import Places
from entrypoints.local.ports import LOOPBACK
from entrypoints.local.probes import Probe, http_answers, log_says, runs
from entrypoints.settings import Settings

PARTS_LAYER, SERVERS_LAYER, GATEWAY_LAYER = 1, 2, 3
GATEWAY_GRACE_SECONDS, SERVERS_GRACE_SECONDS = 1.4, 4.5
GATEWAY_DRAIN_SECONDS = "1"
"""Who stops the whole picture at once waits for no stream of events to end."""
MIGRATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """Builds the children of one picture from its places, its settings and the environment they share."""

    places: Places
    settings: Settings
    environment: Mapping[str, str]
    folder: DataFolder
    worker_replicas: int = 1

    def migrate(self) -> ChildSpec:
        """Return the process that brings schema and queues up to date, and ends."""
        return replace(self._kondate("migrate"), ready_within_seconds=MIGRATE_SECONDS)

    def sqs(self, on_restart: Callable[[], Awaitable[None]]) -> list[ChildSpec]:
        """Return the embedded queue endpoint, if there is one; when it was killed its queues have to be made again."""
        if self.places.sqs is None:
            return []
        return [replace(self.places.sqs.prepare(), layer=PARTS_LAYER, on_restart=on_restart)]

    def servers(self) -> list[ChildSpec]:
        """Return the API replicas, the workers and, where the workers have none inside, the relay."""
        apis = [self._api(number, port) for number, port in enumerate(self.places.api_ports, start=1)]
        workers = [
            self._named(name, self._kondate("worker", ready=log_says("worker.ready"))) for name in self.workers()
        ]
        relays = [] if self.settings.worker_relay else [self._kondate("relay", ready=log_says("relay.ready"))]
        return [
            replace(child, layer=SERVERS_LAYER, grace_seconds=SERVERS_GRACE_SECONDS)
            for child in (*apis, *workers, *relays)
        ]

    def workers(self) -> tuple[str, ...]:
        """Return the workers' names: `worker`, `worker-2` and so on."""
        return ("worker", *(f"worker-{number}" for number in range(2, self.worker_replicas + 1)))

    def gateway(self) -> ChildSpec:
        """Return the gateway: ready when a page of the API comes through it, or, behind TLS, when it says so."""
        if self.settings.gateway_tls_certificate is None:
            ready = http_answers(f"http://{LOOPBACK}:{self.places.gateway_port}/docs")
        else:
            ready = http_answers(f"http://{LOOPBACK}:{self.places.gateway_metrics_port}/ready")
        child = self._kondate("gateway", "--run-dir", str(self.folder.path / "gateway"), ready=ready)
        environment = {**self.environment, "KONDATE_SHUTDOWN_GRACE_SECONDS": GATEWAY_DRAIN_SECONDS}
        return replace(child, env=environment, layer=GATEWAY_LAYER, grace_seconds=GATEWAY_GRACE_SECONDS)

    def _api(self, number: int, port: int) -> ChildSpec:
        child = self._kondate("api", ready=http_answers(f"http://{LOOPBACK}:{port}/readyz"))
        environment = {**self.environment, "KONDATE_API_PORT": str(port)}
        return self._named(f"api-{number}", replace(child, env=environment))

    def _named(self, name: str, child: ChildSpec) -> ChildSpec:
        return replace(child, name=name, log_file=self.folder.log_file(name))

    def _kondate(self, subcommand: str, *arguments: str, ready: Probe = runs) -> ChildSpec:
        return ChildSpec(
            name=subcommand,
            # -P: a file in the folder where the user happens to be must not be taken for one of our modules.
            argv=(sys.executable, "-P", "-m", "entrypoints.cli", subcommand, *arguments),
            env=self.environment,
            log_file=self.folder.log_file(subcommand),
            ready=ready,
        )
