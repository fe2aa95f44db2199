"""`kondate call`: what it takes and refuses before anything is asked."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from entrypoints.cli import call
from entrypoints.local.errors import LocalError

NOWHERE = ["--url", "http://127.0.0.1:1", "--token", "-"]


@pytest.mark.parametrize("wrong", ["tag", "=soup", ""])
def test_a_parameter_that_is_none_is_refused(wrong: str) -> None:
    result = CliRunner().invoke(call.command, [*NOWHERE, "report", "nutrition-summary", "-p", wrong], input="a-token\n")
    assert result.exit_code == 2
    assert f"{wrong!r} is not NAME=VALUE" in result.output


def test_a_recipe_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipe.json"
    file.write_text("{", encoding="utf-8")
    result = CliRunner().invoke(call.command, [*NOWHERE, "add", str(file)], input="a-token\n")
    assert result.exit_code == 1
    assert "recipe.json" in result.output


def test_where_nothing_runs_it_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(call.command, ["--data-dir", str(tmp_path), "jobs"])
    assert isinstance(result.exception, LocalError)
    assert str(result.exception) == f"nothing runs in {tmp_path}; start `kondate up`, or give --url and --token"


@pytest.mark.parametrize("missing", [["recipe"], ["report"], ["job"], ["report", "x", "--as", "pdf"]])
def test_what_is_missing_or_unknown_is_a_usage_error(missing: Sequence[str]) -> None:
    result = CliRunner().invoke(call.command, [*NOWHERE, *missing], input="a-token\n")
    assert result.exit_code == 2
    assert "Usage" in result.output
