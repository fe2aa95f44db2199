"""How many requests are tried for each operation."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a longer run be asked for, with every phase that schemathesis has."""
    parser.addoption("--fuzz-examples", type=int, default=None, help="at most so many examples for each operation")
