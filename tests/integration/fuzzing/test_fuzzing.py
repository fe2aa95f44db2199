"""The live document, asked for and tried out by schemathesis through the gateway: links and sequences included."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from application.dispatch import USE_CASES
from tests.integration.system.parts import RunningSystem, running_system
from tests.support.processes import PROJECT

HERE = Path(__file__).parent
HOOKS = "tests.integration.fuzzing.hooks"
SCOPES = " ".join({"recipe:read", *(case.scope for case in USE_CASES.values() if case.scope)} - {"drill:run"})
UNLIMITED = {
    "KONDATE_RATE_BURST": "100000000",
    "KONDATE_RATE_SUSTAINED_PER_SECOND": "1000000",
    "KONDATE_RATE_ADDRESS_BURST": "100000000",
}
APART = "^/(healthz|readyz|metrics|drills|docs)"
"""What only the API's own port has, drills that kill workers on purpose, and files of a page."""
EVERY_PHASE = "examples,coverage,fuzzing,stateful"
WITHOUT_TABLES = "examples,fuzzing,stateful"
SHORT_SECONDS = 12
SHORT_SEED = "1"
"""The short run tries the same each time; what is new is found by the long one."""
LONG_SECONDS = 3_600


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with running_system(tmp_path_factory.mktemp("fuzzing"), settings=UNLIMITED) as system:
        yield system


@pytest.mark.timeout(LONG_SECONDS + 60)
def test_nothing_comes_back_that_the_document_does_not_tell_of(
    system: RunningSystem, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No 5xx, no status, header or body beside the document, and nothing taken that it says is refused."""
    most: int | None = request.config.getoption("--fuzz-examples", default=None)
    short = ("--max-examples", "3", "--max-time", str(SHORT_SECONDS), "--seed", SHORT_SEED)
    how_long = ("--max-examples", str(most)) if most else short
    asked = ("--phases", EVERY_PHASE if most else WITHOUT_TABLES, *how_long)
    token = system.token("fuzz", SCOPES, "--role", "operator", "--expires-in", str(LONG_SECONDS))
    done = subprocess.run(
        (
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", HERE / "schemathesis.toml", "run", f"{system.state()['gateway']['url']}/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", "--exclude-path-regex", APART),
            *("--checks", "all", "--continue-on-failure", *asked),
        ),
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{PROJECT / 'src'}:{PROJECT}", "SCHEMATHESIS_HOOKS": HOOKS},
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
        check=False,
    )
    generated = re.search(r"([\d,]+) generated", done.stdout)
    print(done.stdout)  # noqa: T201 (what was tried, for whoever ran it by hand)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert generated
    assert int(generated[1].replace(",", "")) > 0
