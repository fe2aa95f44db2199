"""The tutorial, followed literally on a copy of the source: its steps fit, pass the checks, and its session works."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.system.parts import child_environment, running_system
from tests.support.processes import PROJECT
from tests.support.tutorial import Tutorial

TUTORIAL = Tutorial((PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
SOURCES = {"/cookbook": {"subject": "guest", "scopes": ["recipe:write"]}}
SESSION_SECONDS = 150

pytestmark = pytest.mark.timeout(2 * SESSION_SECONDS)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a copy of the project in which the tutorial has been followed."""
    tree = tmp_path_factory.mktemp("tutorial")
    for folder in ("src", "tests", "clients"):
        shutil.copytree(PROJECT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / file, tree / file)
    (tree / ".venv").symlink_to(sys.prefix)
    TUTORIAL.follow(tree)
    yield tree
    shutil.rmtree(tree)


def typed(session: str, tree: Path) -> str:
    """Run what a reader types, in their folder; return what they see."""
    done = subprocess.run(
        ("bash", "-euo", "pipefail", "-c", session),
        env={**child_environment(), "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=SESSION_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_code_passes_its_own_test_and_the_checks_of_structure_and_style(tree: Path) -> None:
    checks, _ = TUTORIAL.sessions()
    seen = typed(checks, tree)
    assert "passed" in seen


def test_its_use_case_works_by_all_three_doors(tree: Path) -> None:
    _, doors = TUTORIAL.sessions()
    if shutil.which("curl") is None:
        pytest.skip("the tutorial's session needs curl")
    settings = {"PYTHONPATH": str(tree / "src"), "KONDATE_QUEUE_SOURCES": json.dumps(SOURCES)}
    with running_system(tree, settings=settings, data=tree / ".local"):
        seen = typed(doors, tree)
    at_once, job, drafts = seen.partition("HTTP/1.1 201")[1], seen.splitlines()[-2], json.loads(seen.splitlines()[-1])
    assert at_once
    assert json.loads(job)["status"] == "succeeded"
    assert [draft["name"] for draft in drafts["items"]] == ["Rice"] * 3
