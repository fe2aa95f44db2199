"""One gateway and one API for all attacks; every attack is sent once, and the tests look at the answers."""

from collections.abc import Iterator, Mapping

import pytest

from tests.integration.edge.cases import Case
from tests.integration.edge.cors_cases import cors_cases
from tests.integration.edge.exchange import Answer, send
from tests.integration.edge.framing_cases import framing_cases
from tests.integration.edge.request_cases import request_cases
from tests.integration.edge.stack import Doors, open_doors
from tests.integration.edge.token_cases import token_cases

CASES = (*token_cases(), *request_cases(), *framing_cases(), *cors_cases())
DOORS = ("gateway", "api")

Answers = Mapping[tuple[str, str], Answer]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the golden file be written anew."""
    parser.addoption("--rewrite-golden", action="store_true", help="keep the answers of this run as the right ones")


@pytest.fixture(scope="session")
def doors(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors(postgres_dsn, tmp_path_factory.mktemp("edge")) as opened:
        yield opened


@pytest.fixture(scope="session")
def answers(doors: Doors) -> Answers:
    """Send every case through both doors."""
    return {(door, case.name): send(doors.port(door), case.sent(doors.world)) for case in CASES for door in DOORS}


def named(cases: tuple[Case, ...]) -> Mapping[str, Case]:
    """Return cases by name; no two have the same."""
    found = {case.name: case for case in cases}
    assert len(found) == len(cases)
    return found
