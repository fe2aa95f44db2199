"""Faults of our own processes: signals, crash points, and jobs that harm the worker they run in."""

import signal
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from entrypoints.lab.clients import Clients, Drill
from entrypoints.lab.faults import READY_WITHIN_SECONDS, Fault, becomes, signalled, stopped
from entrypoints.lab.schedule import Kind
from entrypoints.local.picture import Picture

CRASH_POINTS = (
    "api.accepting",
    "api.accepted",
    "api.half-answered",
    "relay.outbox-claimed",
    "relay.half-sent",
    "relay.sent",
    "relay.outbox-marked",
    "relay.outbox-settled",
    "worker.received",
    "worker.claimed",
    "worker.begun",
    "worker.before-commit",
    "worker.committed",
    "worker.deleted",
)
FROZEN = {"api": (0.5, 3.0), "worker": (5.0, 8.0), "relay": (1.0, 7.0), "gateway": (0.5, 2.0)}
"""How long each may be frozen: a worker for longer than its lease."""
RECOVERS = {"api": 1.0, "worker": 3.0, "relay": 6.0, "gateway": 2.0}
"""A group has time to come back before it is struck again, or a run would only show that nothing runs."""
HARM = {"crash": 40.0, "hang": 60.0, "exhaust-memory": 15.0}
"""Drills that harm, and how long all their attempts take."""


def signal_faults(picture: Picture, random: Random) -> list[Fault]:
    """Return kill, orderly stop and freeze for each group of processes; which one is struck is drawn at the time."""
    groups = {
        "api": tuple(f"api-{number}" for number in range(1, len(picture.places.api_ports) + 1)),
        "worker": picture.workers,
        "relay": ("relay",),
        "gateway": ("gateway",),
    }

    async def end(group: str, number: signal.Signals, _seconds: float) -> bool:
        return await signalled(picture.supervisor, random.choice(groups[group]), number)

    async def freeze(group: str, seconds: float) -> bool:
        return await stopped(picture.supervisor, random.choice(groups[group]), seconds)

    return [
        fault
        for group, (shortest, longest) in FROZEN.items()
        for fault in (
            Fault(
                Kind(name=f"kill-{group}", target=group, recovers_in_seconds=RECOVERS[group]),
                partial(end, group, signal.SIGKILL),
            ),
            Fault(
                Kind(name=f"term-{group}", target=group, recovers_in_seconds=RECOVERS[group]),
                partial(end, group, signal.SIGTERM),
            ),
            Fault(
                Kind(
                    name=f"freeze-{group}",
                    target=group,
                    shortest=shortest,
                    longest=longest,
                    settles_in_seconds=longest + 2,
                ),
                partial(freeze, group),
            ),
        )
    ]


def crash_faults(folder: Path) -> list[Fault]:
    """Return every crash point: armed by a file, proved by what the dying process made of it."""

    async def crash(point: str, _seconds: float) -> bool:
        armed, fired = folder / point, folder / f"{point}.fired"
        fired.unlink(missing_ok=True)
        armed.touch()
        try:
            return await becomes(fired.exists, READY_WITHIN_SECONDS)
        finally:
            armed.unlink(missing_ok=True)

    return [
        Fault(
            Kind(
                name=f"crash {point}",
                target=point.partition(".")[0],
                settles_in_seconds=12,
                recovers_in_seconds=RECOVERS[point.partition(".")[0]],
            ),
            partial(crash, point),
        )
        for point in CRASH_POINTS
    ]


def drill_faults(clients: Clients) -> list[Fault]:
    """Return the drills that harm the worker they run in."""
    numbers = count(1)

    async def drill(behaviour: str, _seconds: float) -> bool:
        name = f"{behaviour}-{next(numbers)}"
        body: dict[str, object] = {"drillId": name, "behaviour": behaviour}
        asked = Drill(caller=clients.random.choice(sorted(clients.tokens)), key=name, body=body)
        return await clients.ask(asked)

    return [
        Fault(Kind(name=f"drill {name}", target=f"drill {name}", settles_in_seconds=seconds), partial(drill, name))
        for name, seconds in HARM.items()
    ]
