"""The tools beside the running system: each joins it, and may be run again."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.integration.system.parts import RunningSystem, finished, kondate

MADE_UP_KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
GOOD = {"@type": "Recipe", "name": "Rice", "recipeIngredient": ["300 g rice"], "identifier": "test-rice"}
DIRT = [
    json.dumps(GOOD),
    "this is no JSON",
    json.dumps({**GOOD, "identifier": "test-toast", "name": "Toast", "recipeIngredient": ["2 slices bread"]}),
    "[]",
    json.dumps({"@type": "Recipe", "name": "Nothing", "identifier": "test-nothing"}),
    '{"name": "cut off',
]


def seeded(system: RunningSystem, *arguments: str) -> str:
    """Run `kondate seed` and return what it said."""
    done = kondate("seed", *arguments, "--data-dir", str(system.folder.path))
    assert done.returncode == 0, done.stderr
    return done.stderr


async def test_samples_are_loaded_once_however_often_it_is_asked(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    seeded(system)
    before = await system.stored()
    again = seeded(system)
    assert re.search("^0 recipes added", again, re.MULTILINE)
    assert await system.stored() == before
    assert before[0] >= 60
    accepted = await alice.post("/generate-report", json={"kind": "nutrition-summary"})
    job = await finished(alice, accepted.headers["location"])
    report = (await alice.get(job["resultsUrl"])).json()
    assert report["coverage"]["resolved"] > report["coverage"]["lines"] * 0.9


async def test_bad_lines_of_a_file_are_listed_by_number_and_the_good_ones_kept(
    system: RunningSystem, tmp_path: Path
) -> None:
    file = tmp_path / "recipes.ndjson"
    file.write_text("\n".join(DIRT) + "\n", encoding="utf-8")
    said = seeded(system, str(file))
    assert "2 recipes added" in said
    assert [number for number in range(1, 8) if f"line {number}: " in said] == [2, 4, 5, 6]
    names = [row["name"] for row in await system.fetch("SELECT document->>'name' AS name FROM recipe")]
    assert "Toast" in names
    assert "Nothing" not in names


async def test_a_file_that_is_no_text_is_one_line(system: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "recipes.ndjson"
    file.write_bytes(b"\xff\xfe\x00")
    done = kondate("seed", str(file), "--data-dir", str(system.folder.path))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"Error: {file} is not UTF-8 text"]


def test_migrating_again_changes_nothing(system: RunningSystem) -> None:
    for _ in range(2):
        done = kondate("migrate", settings={**system.environment(), **MADE_UP_KEYS})
        assert (done.returncode, done.stdout) == (0, "The schema and the queues are up to date.\n"), done.stderr


async def test_a_token_carries_what_it_was_asked_for_and_no_more(system: RunningSystem) -> None:
    async with system.client(system.token("carol", "recipe:read")) as client:
        answer = await client.post("/generate-report", json={"kind": "nutrition-summary"})
    assert answer.status_code == 403
    assert 'scope="report:generate"' in answer.headers["www-authenticate"]


def test_a_token_for_nobody_is_refused_in_one_line(system: RunningSystem) -> None:
    done = kondate("token", "--sub", "no spaces", "--data-dir", str(system.folder.path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.timeout(90)
def test_the_demonstration_runs_to_its_end_and_leaves_nothing(tmp_path: Path) -> None:
    done = kondate("demo", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "succeeded" in done.stdout
    assert done.stdout.rstrip().endswith("Nothing is left running.")
    assert not (tmp_path / ".local" / "demo" / "lock").exists()
    assert not (tmp_path / ".local" / "demo" / "postgres" / "postmaster.pid").exists()
