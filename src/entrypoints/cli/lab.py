"""`kondate lab`."""

import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import click

from entrypoints.cli.running import environment
from entrypoints.lab.lab import SHOWN_BY, run_lab
from entrypoints.lab.rig import LabOptions
from entrypoints.local.sqs import default_executable
from entrypoints.local.up import run_until_signalled

BROKEN = 1


@click.command()
@click.option("--seconds", type=click.FloatRange(5, 86_400), default=60, show_default=True, help="How long to strike.")
@click.option("--seed", type=int, help="Which run; the same seed plans the same faults.  [default: a new one]")
@click.option("--jobs", type=click.IntRange(1), default=400, show_default=True, help="How many jobs to ask for.")
@click.option(
    "--sabotage", type=click.Choice(sorted(SHOWN_BY)), multiple=True, help="A promise to break; the run must fail."
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep data, logs and ledger in this new folder."
)
@click.option(
    "--sqs-program",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=default_executable,
    help="The embedded SQS endpoint's program.  [default: where `make setup` puts it]",
)
def command(
    *, seconds: float, seed: int | None, jobs: int, sabotage: tuple[str, ...], keep: Path | None, sqs_program: Path
) -> None:
    """Run the real processes under load and faults, then check that no promise was broken (stage local only).

    Prints each kind of fault, what is wrong, and one last line of totals; exit code 0 only where all is well.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="kondate-lab-"))
    options = LabOptions(
        folder=folder.resolve(),
        sqs_program=sqs_program,
        seconds=seconds,
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        jobs=jobs,
        sabotage=sabotage,
    )
    outcome: list[bool] = []

    async def run() -> None:
        outcome.append(await run_lab(environment(), options, click.echo))

    try:
        asyncio.run(run_until_signalled(run()))
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if outcome != [True]:
        sys.exit(BROKEN)
