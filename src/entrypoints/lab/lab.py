"""The fault lab: the real processes under load and faults, then the question whether every promise was kept."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from random import Random

import aiohttp

from entrypoints.lab import evidence
from entrypoints.lab.clients import Clients
from entrypoints.lab.history import History
from entrypoints.lab.ledger import Ledger, read_ledger
from entrypoints.lab.nemesis import Nemesis
from entrypoints.lab.process_faults import crash_faults, drill_faults, signal_faults
from entrypoints.lab.report import Run
from entrypoints.lab.rig import LabOptions, running_rig, tokens_of_callers
from entrypoints.lab.schedule import plan
from entrypoints.lab.store_faults import database_faults, queue_faults
from entrypoints.lab.stores import Stores
from entrypoints.local.picture import Picture

FAULT_EVERY_SECONDS = 1.2
LAST_ANSWERS_SECONDS = 20.0
TRICKLE_SECONDS = 0.25
LOOK_EVERY_SECONDS = 0.5
SHOWN_BY: Mapping[str, frozenset[str]] = {
    "no-fence": frozenset({"freeze-worker"}),
    "effect-apart": frozenset({"kill-worker", "crash worker.before-commit", "cut before effect"}),
    "early-answer": frozenset({"postgres immediate", "database refuse", "cut before accept", "kill-api"}),
    "unscoped-key": frozenset({"kill-api"}),
    "no-key": frozenset({"kill-api"}),
    "no-reconciler": frozenset({"sqs kill", "sqs delay", "freeze-worker"}),
}
"""Which faults show that a promise is broken."""


async def run_lab(environment: Mapping[str, str], options: LabOptions, show: Callable[[str], None]) -> bool:
    """Run once; tell whether every promise was kept and every planned fault happened."""
    random = Random(options.seed)  # noqa: S311 (a run must be repeatable)
    show(f"seed {options.seed}, {options.jobs} jobs in {options.seconds:g} s, logs in {options.folder}")
    ledger_file = options.folder / "ledger.jsonl"
    async with running_rig(environment, options, random) as (picture, stores):
        await evidence.call_witness(stores)
        with ledger_file.open("a", encoding="utf-8") as file:
            async with aiohttp.ClientSession() as session:
                clients = Clients(
                    session=session,
                    gateway=picture.gateway_url,
                    tokens=tokens_of_callers(picture),
                    ledger=Ledger(file),
                    random=random,
                )
                nemesis = _nemesis(picture, stores, clients, options)
                settled_seconds, left = await _fight(picture, stores, clients, nemesis, options)
        asked, oddities = read_ledger(ledger_file)
        history = History(
            asked=asked,
            oddities=oddities,
            jobs=await evidence.jobs(stores),
            effects=await evidence.effects(stores),
            steps=await evidence.steps(stores),
            letters=await evidence.letters(stores, picture.settings),
        )
    events = evidence.told(options.folder / "picture" / "logs", ("job.fenced", "keeper.lease_lost", "job.retried"))
    run = Run(
        history=history,
        fired=nemesis.fired,
        missed=nemesis.missed,
        answers=clients.seen,
        events=events,
        settled_seconds=settled_seconds,
        left=left,
        seed=options.seed,
    )
    for line in run.lines():
        show(line)
    return run.is_good()


async def _fight(
    picture: Picture, stores: Stores, clients: Clients, nemesis: Nemesis, options: LabOptions
) -> tuple[float, int]:
    """Load and strike; then heal and wait until nothing is left to do.

    Return how many seconds that took, and what is left when patience ends: unfinished jobs, and messages.
    """
    planned = plan(
        [fault.kind for fault in nemesis.faults.values() if _is_telling(fault.kind.name, options.sabotage)],
        seconds=options.seconds,
        every_seconds=FAULT_EVERY_SECONDS,
        random=Random(options.seed),  # noqa: S311 (the same seed plans the same faults)
    )
    arrivals = sorted(clients.random.uniform(0, options.seconds) for _ in range(options.jobs))
    clock = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as group:
        striking = group.create_task(nemesis.strike(planned))
        asking: list[asyncio.Task[bool]] = []
        began = clock()
        for number, at in enumerate(arrivals):
            await asyncio.sleep(began + at - clock())
            asking += [group.create_task(clients.ask(drill)) for drill in clients.drawn(number)]
        for number in count(options.jobs):
            # A fault that waits for traffic to strike would otherwise wait in vain.
            done, _ = await asyncio.wait([striking], timeout=TRICKLE_SECONDS)
            if done:
                break
            asking += [group.create_task(clients.ask(drill)) for drill in clients.drawn(number)]
        stores.heal()
        healed = clock()
        await asyncio.wait(asking, timeout=LAST_ANSWERS_SECONDS)
        clients.is_over = True
    left = 1
    while left and clock() - healed < options.patience_seconds:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        with suppress(aiohttp.ClientError, OSError):  # the queue may still be coming back
            left = await evidence.unfinished(stores, picture.settings)
    return clock() - healed, left


def _is_telling(kind: str, sabotage: Sequence[str]) -> bool:
    """Tell whether a fault is wanted: all are, but where a promise is broken on purpose only those that show it."""
    return not sabotage or any(kind in SHOWN_BY[broken] for broken in sabotage)


def _nemesis(picture: Picture, stores: Stores, clients: Clients, options: LabOptions) -> Nemesis:
    random = Random(options.seed + 1)  # noqa: S311 (a run must be repeatable)
    faults = [
        *signal_faults(picture, random),
        *crash_faults(options.folder / "crash"),
        *drill_faults(clients),
        *database_faults(stores, random),
        *queue_faults(stores),
    ]
    return Nemesis({fault.kind.name: fault for fault in faults})
