"""The operators' tools: what they take, refuse and print."""

import io
from collections.abc import Sequence

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from application.operations.letters import LetterFilter
from application.ports.queue import Channel
from entrypoints.cli import dlq, jobs
from entrypoints.cli.operating import operator_origin
from tests.support.builders import a_job
from tests.support.operations import OPERATOR, InMemoryOperations


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        ((), LetterFilter()),
        (("reason=not a CloudEvent: a=b",), LetterFilter(reason="not a CloudEvent: a=b")),
        (("origin=events", "reason=timeout"), LetterFilter(reason="timeout", origin=Channel.EVENTS)),
    ],
)
def test_conditions_become_a_filter(conditions: Sequence[str], chosen: LetterFilter) -> None:
    assert dlq.letter_filter(conditions) == chosen


@pytest.mark.parametrize(
    "conditions",
    [("reason",), ("reason=",), ("owner=alice",), ("reason=a", "reason=b"), ("origin=nowhere",), ("=x",)],
)
def test_wrong_condition_is_refused(conditions: Sequence[str]) -> None:
    with pytest.raises(click.UsageError, match="--filter"):
        dlq.letter_filter(conditions)


@pytest.mark.parametrize("action", [["list"], ["redrive"], ["purge", "--yes"]])
def test_wrong_filter_ends_before_anything_is_opened(action: list[str]) -> None:
    result = CliRunner().invoke(dlq.command, [*action, "--filter", "colour=red"])
    assert result.exit_code == 2
    assert "--filter is reason=… or origin=…" in result.output


def test_purge_asks_first() -> None:
    result = CliRunner().invoke(dlq.command, ["purge", "--filter", "reason=timeout"], input="n\n")
    assert "Throw away the dead letters with reason=timeout?" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize("action", ["show", "retry", "cancel"])
def test_job_id_must_be_one(action: str) -> None:
    result = CliRunner().invoke(jobs.command, [action, "4711"])
    assert result.exit_code == 2
    assert "'4711' is not a valid UUID" in result.output


def test_tool_acts_as_the_operator_who_runs_it() -> None:
    principal = operator_origin("request-0001").principal
    assert principal.subject.startswith("operator:")
    assert principal.is_operator


async def test_table_of_letters_shows_what_they_are_about() -> None:
    desk = InMemoryOperations()
    job = await desk.failed_job()
    found = await desk.operations.inspect.list(LetterFilter(), OPERATOR.principal, limit=9)
    shown = printed(dlq.letter_table(found))
    assert all(text in shown for text in (found[0].letter.id, str(job.id), "timeout", "commands", "1 dead letters"))


def test_table_of_jobs_shows_whose_they_are() -> None:
    shown = printed(jobs.job_table([a_job(owner="alice")]))
    assert all(text in shown for text in (str(a_job().id), "alice", "queued", "0 of 3"))


def printed(table: object) -> str:
    output = io.StringIO()
    Console(file=output, width=240).print(table)
    return output.getvalue()
