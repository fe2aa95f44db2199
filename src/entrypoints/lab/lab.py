"""The fault lab: the real processes under load and faults, then the question whether every promise was kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from entrypoints.lab import evidence
from entrypoints.lab.clients import Clients
from entrypoints.lab.history import History
from entrypoints.lab.ledger import Ledger, read_ledger
from entrypoints.lab.nemesis import Nemesis
from entrypoints.lab.process_faults import crash_faults, drill_faults, signal_faults
from entrypoints.lab.report import Run
from entrypoints.lab.schedule import plan
from entrypoints.lab.store_faults import database_faults, queue_faults
from entrypoints.lab.stores import Stores, running_stores
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.local.picture import Picture, UpOptions, running_picture
from entrypoints.local.processes import Processes
from entrypoints.local.supervisor import run_to_end

CALLERS = ("ann", "ben", "cleo", "dan", "eve")
FAULT_EVERY_SECONDS = 1.2
LAST_ANSWERS_SECONDS = 20.0
SETTLES_WITHIN_SECONDS = 180.0
LOOK_EVERY_SECONDS = 0.5
TOKEN_SECONDS = 43_200
QUICK = {
    "KONDATE_LEASE_SECONDS": "4",
    "KONDATE_VISIBILITY_SECONDS": "4",
    "KONDATE_REANNOUNCE_SECONDS": "5",
    "KONDATE_UPKEEP_SECONDS": "1",
}
"""Short periods: what waits for one of them would otherwise take a run of hours to be seen."""
ROOMY = {
    "KONDATE_WORKER_RELAY": "false",
    "KONDATE_DATABASE_POOL_SIZE": "5",
    "KONDATE_RATE_BURST": "2000",
    "KONDATE_RATE_SUSTAINED_PER_SECOND": "1000",
    "KONDATE_RATE_ADDRESS_BURST": "5000",
    "KONDATE_TRACE_RATIO": "0",
    "KONDATE_SQS_ACCESS_KEY_ID": "local",
    "KONDATE_SQS_SECRET_ACCESS_KEY": "local",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """What one run is."""

    folder: Path
    sqs_program: Path
    seconds: float
    seed: int
    jobs: int
    sabotage: tuple[str, ...] = ()


async def run_lab(environment: Mapping[str, str], options: LabOptions, show: Callable[[str], None]) -> bool:
    """Run once; tell whether every promise was kept and every planned fault happened."""
    random = Random(options.seed)  # noqa: S311 (a run must be repeatable)
    show(f"seed {options.seed}, {options.jobs} jobs in {options.seconds:g} s, logs in {options.folder}")
    ledger_file = options.folder / "ledger.jsonl"
    async with _running(environment, options, random) as (picture, stores):
        with ledger_file.open("a", encoding="utf-8") as file:
            async with aiohttp.ClientSession() as session:
                clients = Clients(
                    session=session,
                    gateway=picture.gateway_url,
                    tokens=_tokens(picture),
                    ledger=Ledger(file),
                    random=random,
                )
                nemesis = _nemesis(picture, stores, clients, options)
                settled_seconds = await _fight(picture, stores, clients, nemesis, options)
        asked, oddities = read_ledger(ledger_file)
        history = History(
            asked=asked,
            oddities=oddities,
            jobs=await evidence.jobs(stores),
            effects=await evidence.effects(stores),
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
        seed=options.seed,
    )
    for line in run.lines():
        show(line)
    return run.is_good()


@asynccontextmanager
async def _running(
    environment: Mapping[str, str], options: LabOptions, random: Random
) -> AsyncIterator[tuple[Picture, Stores]]:
    """Run the stores, and on them the picture."""
    crash_folder = options.folder / "crash"
    crash_folder.mkdir(parents=True)
    with (options.folder / "processes.log").open("a", encoding="utf-8") as log:

        def report(line: str) -> None:
            log.write(f"{time.time():.2f} {line}\n")
            log.flush()

        async with AsyncExitStack() as opened:
            stores = await opened.enter_async_context(
                running_stores(options.folder / "stores", options.sqs_program, random, report)
            )
            ours = {
                **QUICK,
                **ROOMY,
                "KONDATE_DATABASE_URL": stores.database_url,
                "KONDATE_SQS_ENDPOINT": stores.sqs_endpoint,
                "KONDATE_CRASH_FOLDER": str(crash_folder),
                "KONDATE_SABOTAGE": ",".join(options.sabotage),
            }
            given = {name: value for name, value in environment.items() if not name.startswith(("KONDATE_", "AWS_"))}
            up = UpOptions(data_dir=options.folder / "picture", worker_replicas=2)
            picture = await opened.enter_async_context(running_picture({**given, **ours}, up, report))
            processes = Processes(
                places=picture.places,
                settings=picture.settings,
                environment=picture.environment,
                folder=picture.folder,
            )
            stores.make_queues = lambda: run_to_end(processes.migrate())
            yield picture, stores


async def _fight(picture: Picture, stores: Stores, clients: Clients, nemesis: Nemesis, options: LabOptions) -> float:
    """Load and strike; then heal, wait for the last answers and for every job's end, and return how long that took."""
    planned = plan(
        [fault.kind for fault in nemesis.faults.values()],
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
        await striking
        stores.heal()
        healed = clock()
        await asyncio.wait(asking, timeout=LAST_ANSWERS_SECONDS)
        clients.is_over = True
    while clock() - healed < SETTLES_WITHIN_SECONDS:
        try:
            if await evidence.unfinished(stores, picture.settings) == 0:
                break
        except (aiohttp.ClientError, OSError):
            pass  # the queue is still coming back
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return clock() - healed


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


def _tokens(picture: Picture) -> dict[str, str]:
    now = time.time()
    keys = KeyFolder(picture.folder.keys_dir).load(now)
    grants = {
        caller: Grant(
            issuer=picture.settings.issuer,
            audience=picture.settings.audience,
            subject=caller,
            scopes=("drill:run",),
            expires_in_seconds=TOKEN_SECONDS,
        )
        for caller in CALLERS
    }
    return {caller: issue_token(keys, grant, now=now) for caller, grant in grants.items()}
