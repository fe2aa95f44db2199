"""The judge finds each kind of broken promise in a history made by hand, and nothing in a good one."""

from dataclasses import replace

import pytest

from entrypoints.lab.checker import accepted_jobs, check, totals
from entrypoints.lab.history import Asked, EffectRow, History, JobRow, Oddity, Outcome, Step

ASKED = Asked(
    caller="ann", key="key-1", drill_id="drill-1", outcome=Outcome.ACCEPTED, status=202, job_id="job-1", body="{}"
)
JOB = JobRow(id="job-1", owner="ann", drill_id="drill-1", status="succeeded", attempt=2, request_id="request-1")
EFFECT = EffectRow(drill_id="drill-1", request_id="request-1", attempt=2)
FAILED = replace(JOB, status="failed", failure="internal-error", is_letter_due=True)
GOOD = History(asked=[ASKED], jobs=[JOB], effects=[EFFECT])


def a_step(before: str, after: str, attempts: int = 0) -> Step:
    return Step(job_id="job-1", before=before, after=after, attempts=attempts)


LIFE = [
    a_step("queued", "running", 1),
    a_step("running", "queued"),
    a_step("queued", "running", 1),
    a_step("running", "running", 1),
    a_step("running", "succeeded"),
]


def words(history: History) -> list[str]:
    return [word for word, _ in check(history)]


@pytest.mark.parametrize(
    "history",
    [
        GOOD,
        replace(GOOD, asked=[replace(ASKED, outcome=Outcome.UNKNOWN, job_id="", body=""), ASKED, ASKED]),
        replace(GOOD, asked=[replace(ASKED, outcome=Outcome.UNKNOWN, job_id="", body="")]),
        replace(GOOD, steps=LIFE),
        History(asked=[replace(ASKED, outcome=Outcome.UNKNOWN)]),
        History(asked=[replace(ASKED, outcome=Outcome.REFUSED)]),
        History(asked=[ASKED], jobs=[FAILED], letters=["job-1", "job-1"]),
        History(asked=[ASKED], jobs=[replace(FAILED, is_letter_due=False)]),
        History(asked=[ASKED], jobs=[replace(FAILED, failure="worker-lost", behaviour="crash")], letters=["job-1"]),
        History(asked=[ASKED], jobs=[replace(JOB, status="cancelled")]),
        replace(
            GOOD,
            asked=[ASKED, replace(ASKED, caller="bob", job_id="job-2")],
            jobs=[JOB, replace(JOB, id="job-2", owner="bob", request_id="request-2")],
            effects=[EFFECT, replace(EFFECT, request_id="request-2")],
        ),
    ],
)
def test_good_history_is_clean(history: History) -> None:
    assert check(history) == []


@pytest.mark.parametrize(
    ("history", "word"),
    [
        pytest.param(History(asked=[ASKED]), "lost", id="accepted job is gone"),
        pytest.param(replace(GOOD, jobs=[replace(JOB, status="running")], effects=[]), "lost", id="never ends"),
        pytest.param(replace(GOOD, effects=[]), "lost", id="succeeded without effect"),
        pytest.param(History(asked=[ASKED], jobs=[FAILED]), "lost", id="poison without dead letter"),
        pytest.param(replace(GOOD, effects=[EFFECT, EFFECT]), "doubled", id="two effects"),
        pytest.param(
            replace(GOOD, jobs=[JOB, replace(JOB, id="job-2", request_id="request-2", status="cancelled")]),
            "doubled",
            id="two jobs for one key",
        ),
        pytest.param(replace(GOOD, asked=[ASKED, replace(ASKED, body="{ }")]), "unexpected", id="replay differs"),
        pytest.param(replace(GOOD, asked=[replace(ASKED, outcome=Outcome.REFUSED)]), "unexpected", id="refused job"),
        pytest.param(replace(GOOD, jobs=[replace(JOB, status="failed")]), "unexpected", id="effect of a failed job"),
        pytest.param(
            replace(GOOD, effects=[EFFECT, replace(EFFECT, request_id="request-9")]), "unexpected", id="effect, no job"
        ),
        pytest.param(
            History(asked=[ASKED], jobs=[replace(FAILED, failure="worker-lost")], letters=["job-1"]),
            "unexpected",
            id="neighbour of poison",
        ),
        pytest.param(replace(GOOD, letters=["job-1"]), "unexpected", id="dead letter of a good job"),
        pytest.param(replace(GOOD, letters=[""]), "unexpected", id="dead letter of nothing"),
        pytest.param(replace(GOOD, effects=[replace(EFFECT, attempt=1)]), "stale", id="effect of a former attempt"),
        pytest.param(replace(GOOD, steps=[a_step("failed", "succeeded")]), "stale", id="end after the end"),
        pytest.param(replace(GOOD, steps=[a_step("succeeded", "running", 1)]), "stale", id="begun after the end"),
        pytest.param(replace(GOOD, steps=[a_step("queued", "running", 2)]), "unexpected", id="attempt left out"),
        pytest.param(replace(GOOD, steps=[a_step("running", "running", -1)]), "unexpected", id="attempt goes back"),
        pytest.param(replace(GOOD, steps=[a_step("queued", "succeeded")]), "unexpected", id="end without beginning"),
        pytest.param(replace(GOOD, oddities=[Oddity(kind="leaked", what="foreign")]), "leaked", id="foreign read"),
    ],
)
def test_each_broken_promise_is_named(history: History, word: str) -> None:
    assert words(history) == [word]


def test_one_key_with_two_jobs_in_the_answers_is_doubled() -> None:
    other = replace(JOB, id="job-2", request_id="request-2", status="cancelled")
    history = replace(GOOD, asked=[ASKED, replace(ASKED, job_id="job-2")], jobs=[JOB, other])
    assert words(history) == ["doubled", "doubled"]


def test_a_job_given_to_another_caller_is_leaked() -> None:
    assert words(replace(GOOD, asked=[ASKED, replace(ASKED, caller="bob")])) == ["leaked"]


def test_totals_are_one_line_in_a_fixed_order() -> None:
    findings = check(replace(GOOD, effects=[EFFECT, EFFECT, EFFECT])) + check(History(asked=[ASKED]))
    assert totals(findings) == "lost 1 doubled 1 unexpected 0 stale 0 leaked 0"


def test_a_key_asked_twice_is_one_job() -> None:
    assert accepted_jobs(replace(GOOD, asked=[ASKED, ASKED, replace(ASKED, outcome=Outcome.UNKNOWN)])) == 1
