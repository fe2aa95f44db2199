"""`kondate dlq`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.table import Table

from application.operations.inspect_dead_letters import InspectedLetter
from application.operations.letters import LetterFilter
from application.operations.operations import Operations
from application.operations.redrive_dead_letters import Redriven
from application.ports.queue import Channel
from domain.job import Origin
from entrypoints.cli.operating import console, data_dir_option, json_option, operate, show_json
from entrypoints.http.schemas.operator import RedrivenLetter, RedriveReport, letter_body, letter_list

CONDITIONS = ("reason", "origin")

filter_option = click.option(
    "--filter",
    "conditions",
    multiple=True,
    metavar="NAME=VALUE",
    help="reason=… (how the reason begins) or origin=commands|events; may be given for each.",
)


@click.group()
def command() -> None:
    """Look at messages that could not be handled, try them again, or throw them away."""


@command.command("list")
@filter_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@data_dir_option
def list_letters(*, conditions: tuple[str, ...], limit: int, as_json: bool, data_dir: Path) -> None:
    """List dead letters."""
    chosen = letter_filter(conditions)

    async def work(operations: Operations, origin: Origin) -> None:
        found = await operations.inspect.list(chosen, origin.principal, limit=limit)
        if as_json:
            show_json(letter_list(found))
        else:
            console().print(letter_table(found))

    operate(data_dir, work)


@command.command("show")
@click.argument("letter_id", metavar="ID")
@json_option
@data_dir_option
def show_letter(*, letter_id: str, as_json: bool, data_dir: Path) -> None:
    """Show one dead letter with its body."""

    async def work(operations: Operations, origin: Origin) -> None:
        body = letter_body(await operations.inspect.show(letter_id, origin.principal))
        if as_json:
            show_json(body)
            return
        for name, value in msgspec.to_builtins(body).items():
            click.echo(f"{name:<11} {value}")

    operate(data_dir, work)


@command.command("redrive")
@click.argument("letter_ids", metavar="[ID]...", nargs=-1)
@filter_option
@click.option("--rate", type=click.FloatRange(0.1, 1_000), default=10.0, show_default=True, help="Letters a second.")
@json_option
@data_dir_option
def redrive_letters(
    *,
    letter_ids: tuple[str, ...],
    conditions: tuple[str, ...],
    rate: float,
    as_json: bool,
    data_dir: Path,
) -> None:
    """Try dead letters again: all of them, or those with an ID or of a filter.

    A letter whose job has ended becomes a new job; any other is sent again as the message it was.
    """
    chosen = letter_filter(conditions, letter_ids)

    async def work(operations: Operations, origin: Origin) -> None:
        done = await operations.redrive.many(chosen, origin, limit=len(letter_ids) or None, per_second=rate)
        show_redriven(done, as_json=as_json)
        missing = sorted(set(letter_ids) - {each.letter_id for each in done})
        if missing:
            raise click.ClickException(f"no such dead letter: {', '.join(missing)}")

    operate(data_dir, work)


@command.command("purge")
@filter_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_dir_option
def purge(*, conditions: tuple[str, ...], yes: bool, data_dir: Path) -> None:
    """Throw dead letters away for good: all of them, or those of a filter."""
    chosen = letter_filter(conditions)
    if not yes:
        what = "all dead letters" if chosen == LetterFilter() else f"the dead letters with {', '.join(conditions)}"
        click.confirm(f"Throw away {what}?", abort=True)

    async def work(operations: Operations, origin: Origin) -> None:
        click.echo(f"{await operations.discard.many(chosen, origin, limit=None)} discarded")

    operate(data_dir, work)


def letter_filter(conditions: Sequence[str], letter_ids: Sequence[str] = ()) -> LetterFilter:
    """Read `reason=…` and `origin=…`; raise click.UsageError for anything else."""
    given = dict(condition.partition("=")[::2] for condition in conditions)
    unknown = sorted(given.keys() - set(CONDITIONS))
    if unknown or not all(given.values()) or len(given) < len(conditions):
        raise click.UsageError("--filter is reason=… or origin=…, each at most once.")
    origin = given.get("origin")
    if origin not in (None, *Channel):
        raise click.UsageError(f"--filter origin is {' or '.join(Channel)}.")
    return LetterFilter(
        ids=frozenset(letter_ids), reason=given.get("reason"), origin=Channel(origin) if origin else None
    )


def letter_table(found: Sequence[InspectedLetter]) -> Table:
    """Return the letters as a table."""
    table = Table("ID", "Origin", "Reason", "Dead since", "Job or type", "Request", title=f"{len(found)} dead letters")
    for item in letter_list(found).items:
        subject = item.job_id or item.type or ""
        since = item.dead_since.isoformat(timespec="seconds")
        table.add_row(item.letter_id, item.origin, item.reason, since, subject, item.request_id or "")
    return table


def show_redriven(done: Sequence[Redriven], *, as_json: bool) -> None:
    """Print what became of each letter."""
    report = RedriveReport(tuple(RedrivenLetter.of(each) for each in done))
    if as_json:
        show_json(report)
        return
    for item in report.items:
        click.echo(f"{item.letter_id}  {f'new job {item.new_job_id}' if item.new_job_id else 'sent again'}")
    click.echo(f"{len(report.items)} redriven")
