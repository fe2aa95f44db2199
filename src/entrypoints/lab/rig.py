"""Everything that a run of the lab needs running: the stores behind their proxies, and the picture on top."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from entrypoints.lab.stores import Stores, running_stores
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.local.picture import Picture, UpOptions, running_picture
from entrypoints.local.processes import Processes
from entrypoints.local.supervisor import run_to_end

CALLERS = ("ann", "ben", "cleo", "dan", "eve")
TOKEN_SECONDS = 43_200
SETTLES_WITHIN_SECONDS = 180.0
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
    patience_seconds: float = SETTLES_WITHIN_SECONDS


@asynccontextmanager
async def running_rig(
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


def tokens_of_callers(picture: Picture) -> dict[str, str]:
    """Return a token for each caller."""
    now = time.time()
    keys = KeyFolder(picture.folder.keys_dir).load(now)
    grants = {
        caller: Grant(
            issuer=picture.settings.issuer,
            audience=picture.settings.audience[0],
            subject=caller,
            scopes=("drill:run",),
            expires_in_seconds=TOKEN_SECONDS,
        )
        for caller in CALLERS
    }
    return {caller: issue_token(keys, grant, now=now) for caller, grant in grants.items()}
