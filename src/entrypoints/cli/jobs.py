"""`kondate jobs`."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import click
import msgspec
from rich.table import Table

from application.operations.operations import Operations
from application.ports.operator import JobFilter
from domain.job import Job, JobStatus, Origin
from entrypoints.cli.operating import console, data_dir_option, json_option, operate, show_json
from entrypoints.http.schemas.operator import OperatorJob, job_list

job_id_argument = click.argument("job_id", metavar="ID", type=click.UUID)


@click.group()
def command() -> None:
    """Look at jobs of any owner, retry or cancel them."""


@command.command("list")
@click.option("--status", type=click.Choice([status.value for status in JobStatus]))
@click.option("--kind", help="Such as generate-report.")
@click.option("--owner", help="The subject who asked for it.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@data_dir_option
def list_jobs(
    *, status: str | None, kind: str | None, owner: str | None, limit: int, as_json: bool, data_dir: Path
) -> None:
    """List jobs, newest first."""
    chosen = JobFilter(status=JobStatus(status) if status else None, kind=kind, owner=owner)

    async def work(operations: Operations, origin: Origin) -> None:
        found = await operations.jobs.list(chosen, origin.principal, limit=limit)
        if as_json:
            show_json(job_list(found))
        else:
            console().print(job_table(found))

    operate(data_dir, work)


@command.command("show")
@job_id_argument
@json_option
@data_dir_option
def show_job(*, job_id: UUID, as_json: bool, data_dir: Path) -> None:
    """Show one job."""

    async def work(operations: Operations, origin: Origin) -> None:
        print_job(await operations.jobs.show(job_id, origin.principal), as_json=as_json)

    operate(data_dir, work)


@command.command("retry")
@job_id_argument
@json_option
@data_dir_option
def retry_job(*, job_id: UUID, as_json: bool, data_dir: Path) -> None:
    """Ask for what a failed or cancelled job did not do again, by a new job, and show that."""

    async def work(operations: Operations, origin: Origin) -> None:
        print_job(await operations.jobs.retry(job_id, origin), as_json=as_json)

    operate(data_dir, work)


@command.command("cancel")
@job_id_argument
@json_option
@data_dir_option
def cancel_job(*, job_id: UUID, as_json: bool, data_dir: Path) -> None:
    """Stop a job: at once while it waits, at its next safe point while it runs."""

    async def work(operations: Operations, origin: Origin) -> None:
        await operations.jobs.cancel(job_id, origin)
        print_job(await operations.jobs.show(job_id, origin.principal), as_json=as_json)

    operate(data_dir, work)


def job_table(jobs: Sequence[Job]) -> Table:
    """Return the jobs as a table."""
    table = Table(
        "ID", "Kind", "Status", "Attempt", "Owner", "Created", "Finished", "Failure", title=f"{len(jobs)} jobs"
    )
    for job in jobs:
        table.add_row(
            str(job.id),
            job.kind,
            job.status.value,
            f"{job.attempt} of {job.max_attempts}",
            job.owner,
            job.created_at.isoformat(timespec="seconds"),
            job.finished_at.isoformat(timespec="seconds") if job.finished_at else "",
            job.failure.code if job.failure else "",
        )
    return table


def print_job(job: Job, *, as_json: bool) -> None:
    """Print one job."""
    body = OperatorJob.of(job)
    if as_json:
        show_json(body)
        return
    for name, value in msgspec.to_builtins(body).items():
        click.echo(f"{name:<15} {value}")
