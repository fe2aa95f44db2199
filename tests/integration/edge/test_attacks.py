"""Every attack gets the answer that the tables say, at the gateway and at the API; the golden file has them all."""

from pathlib import Path

import pytest

from tests.integration.edge.cases import Case
from tests.integration.edge.conftest import CASES, DOORS, Answers, named
from tests.integration.edge.exchange import Answer

GOLDEN = Path(__file__).with_name("golden.txt")
SAFE = ("x-content-type-options", "nosniff")
HEADERS = (
    "content-type",
    "www-authenticate",
    "allow",
    "location",
    "retry-after",
    "cache-control",
    "vary",
    "access-control-allow-origin",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_attack_gets_its_status_at_both_doors(case: Case, answers: Answers) -> None:
    assert {door: answers[door, case.name].status for door in DOORS} == {"gateway": case.gateway, "api": case.api}


def test_no_attack_breaks_anything_or_gets_a_second_answer(answers: Answers) -> None:
    assert not {key: answer.status for key, answer in answers.items() if answer.status >= 500 or answer.count > 1}


def test_no_attack_succeeds_unless_its_harmlessness_is_explained() -> None:
    assert not [case.name for case in CASES if {200, 201, 202, 204} & {case.gateway, case.api} and not case.harmless]


def test_nothing_forbidden_stands_in_an_answer(answers: Answers) -> None:
    assert not [case.name for case in CASES if case.never in answers["gateway", case.name].raw.lower()]


def test_every_answer_of_the_gateway_is_marked_safe(answers: Answers) -> None:
    """The browser is told not to guess, whoever made the answer."""
    assert not [case.name for case in CASES if answers["gateway", case.name].header(SAFE[0]) != SAFE[1]]


def test_every_refusal_is_a_problem(answers: Answers) -> None:
    """What is not even HTTP is refused by the API's server itself, in plain text, before the API sees it."""
    bare = {key for key, answer in answers.items() if answer.status >= 400 and not answer.problem_type}
    assert {(door, answers[door, name].status) for door, name in bare} <= {("api", 400)}


def test_the_tables_are_long_enough() -> None:
    kinds = [name.partition(":")[0] for name in named(CASES)]
    assert sum(kind in {"token", "scope", "role"} for kind in kinds) >= 60
    assert sum(kind not in {"token", "scope", "role", "cors"} for kind in kinds) >= 25
    assert kinds.count("cors") >= 15


def test_answers_are_those_of_the_golden_file(answers: Answers, request: pytest.FixtureRequest) -> None:
    """A changed answer is a decision: `pytest tests/integration/edge --rewrite-golden` keeps it, the diff shows it."""
    lines = [_line(door, name, answer) for (door, name), answer in sorted(answers.items())]
    if request.config.getoption("--rewrite-golden", default=False):
        GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == GOLDEN.read_text(encoding="utf-8").splitlines()


def _line(door: str, name: str, answer: Answer) -> str:
    said = [f"{header}: {value}" for header in HEADERS if (value := answer.header(header))]
    return " | ".join(part for part in (f"{door:7}", name, str(answer.status), answer.problem_type, *said) if part)
