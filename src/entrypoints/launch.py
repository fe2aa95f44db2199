"""Start one program so that it dies with its parent, as the user it needs to be, then become it.

Run as a script (`python -I -S launch.py PARENT_PID SIGNAL IDENTITY PROGRAM ARGUMENT…`): it needs nothing but the
standard library, and what it does must happen in the child, after the fork and before the program.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NAMESPACE_ID = 1000
NOBODY_ID = 65534
REFUSED = 126


class Identity(StrEnum):
    """As whom the program runs."""

    SELF = "self"
    NAMESPACED = "namespaced"
    """In a user namespace of its own, where root looks like an ordinary user; files stay owned by root outside."""
    NOBODY = "nobody"


def launched(argv: Sequence[str], *, death_signal: signal.Signals, identity: Identity) -> list[str]:
    """Return the command that runs `argv` through this file; `death_signal` comes when the calling thread ends."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(death_signal)), identity, *argv]


def main(arguments: Sequence[str]) -> int:
    """Become the program; return an exit code only where that was refused, with the reason on stderr."""
    parent, death_signal, identity, *argv = arguments
    try:
        take(Identity(identity))
        die_with_parent(int(parent), int(death_signal))
        os.execvp(argv[0], argv)  # noqa: S606 (no shell is wanted)
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error}\n")
    return REFUSED


def take(identity: Identity) -> None:
    """Change who this process is; raise OSError where the system forbids it."""
    if identity is Identity.NAMESPACED:
        user, group = os.geteuid(), os.getegid()
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "user namespaces are off")
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{NAMESPACE_ID} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{NAMESPACE_ID} {group} 1", encoding="ascii")
    elif identity is Identity.NOBODY:
        os.setgroups([])
        os.setresgid(NOBODY_ID, NOBODY_ID, NOBODY_ID)
        os.setresuid(NOBODY_ID, NOBODY_ID, NOBODY_ID)


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the parent ends; it forgets that at a change of user, so call it last."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        raise ProcessLookupError("the process that started this one is gone")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
