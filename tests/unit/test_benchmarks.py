"""Nobody runs the benchmarks at each change, so what they say of the product is checked here."""

import re
from uuid import UUID

import pytest
from benchmarks.claims import statements

from adapters.postgres.statements import load

BOUND = statements(UUID(int=1))


@pytest.mark.parametrize("name", BOUND)
def test_a_benchmarked_statement_gets_as_many_values_as_it_takes(name: str) -> None:
    assert len(BOUND[name]) == max([0, *map(int, re.findall(r"\$([0-9]+)", load(name).text))])
