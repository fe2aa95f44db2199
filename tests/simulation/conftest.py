"""How long, and from which seed."""

import secrets

import pytest

DEFAULT_SECONDS = 12.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a longer run, or a replay, be asked for."""
    parser.addoption("--simulation-seconds", type=float, default=DEFAULT_SECONDS, help="how long to look for faults")
    parser.addoption("--simulation-seed", type=int, default=None, help="the first episode's seed (drawn if not given)")
    parser.addoption("--simulation-episodes", type=int, default=None, help="how many episodes, whatever the time")


@pytest.fixture
def first_seed(request: pytest.FixtureRequest) -> int:
    """Give the seed of the first episode; each one after it has the next."""
    given: int | None = request.config.getoption("--simulation-seed")
    return secrets.randbelow(1_000_000_000) if given is None else given
