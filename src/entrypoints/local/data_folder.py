"""The folder that one running picture owns: its data, logs and lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from entrypoints.local.errors import LocalError
from entrypoints.local.private_file import OWNER_ONLY


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where everything of one picture is kept."""

    path: Path

    def log_file(self, name: str) -> Path:
        """Return the log of a child by its name."""
        return self.path / "logs" / f"{name}.log"

    @property
    def keys_dir(self) -> Path:
        """Where the embedded issuer keeps its signing keys."""
        return self.path / "issuer"

    @property
    def tls_dir(self) -> Path:
        """Where the certificate of `kondate up --tls` is kept."""
        return self.path / "tls"

    @property
    def environment_file(self) -> Path:
        """Where the settings of the running picture are, for tools that join it."""
        return self.path / "environment.json"

    @property
    def token_file(self) -> Path:
        """Where the token for the printed curl lines is, while the picture runs."""
        return self.path / "token"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder ours; raise LocalError where another running picture has it."""
        (self.path / "logs").mkdir(parents=True, exist_ok=True)
        lock_file = self.path / "lock"
        descriptor = _lock(lock_file)
        try:
            yield
        finally:
            lock_file.unlink(missing_ok=True)
            os.close(descriptor)


def _lock(lock_file: Path) -> int:
    while True:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
            os.close(descriptor)
            message = (
                f"{lock_file.parent} is in use by another kondate (process {owner}); stop it or choose another folder"
            )
            raise LocalError(message) from None
        # The former owner removes the file as it goes: a lock on a removed file protects nothing.
        if _is_still(lock_file, descriptor):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return descriptor
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
