"""The embedded SQS endpoint: `ministack`, in a virtual environment of its own because it pins botocore."""

import sys
from dataclasses import dataclass
from pathlib import Path

from entrypoints.local.child import ChildSpec
from entrypoints.local.errors import LocalError
from entrypoints.local.ports import LOOPBACK
from entrypoints.local.probes import http_answers


def default_executable() -> Path:
    """Return where `make setup` puts it."""
    return Path(sys.prefix) / "sqs" / "bin" / "ministack"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSqs:
    """One SQS endpoint on a loopback port, its queues kept in `data_dir` from a clean stop to the next start."""

    executable: Path
    data_dir: Path
    port: int
    log_file: Path

    @property
    def endpoint(self) -> str:
        """The address for SQS clients."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self) -> ChildSpec:
        """Return how to run it; raise LocalError where it is not installed."""
        if not self.executable.exists():
            raise LocalError(f"sqs: {self.executable} is missing; run `make setup`, or set KONDATE_SQS_ENDPOINT")
        state, scratch = self.data_dir / "state", self.data_dir / "tmp"
        state.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(exist_ok=True)
        return ChildSpec(
            name="sqs",
            argv=(str(self.executable),),
            env=self._environment(state, scratch),
            log_file=self.log_file,
            ready=http_answers(f"{self.endpoint}/_ministack/health"),
        )

    def _environment(self, state: Path, scratch: Path) -> dict[str, str]:
        """Build it from nothing: an inherited AWS or ministack variable would change what runs."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.data_dir),
            "SERVICES": "sqs",
            "BIND_HOST": LOOPBACK,
            # GATEWAY_PORT would also become part of each queue's identity: after a start on another port the stored
            # queues would be others. EDGE_PORT only says where to listen.
            "EDGE_PORT": str(self.port),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "TMPDIR": str(scratch),
            # It would open more ports, and remove containers of a Docker that it finds.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{scratch}/no-docker",
            "LOG_LEVEL": "WARNING",
        }
