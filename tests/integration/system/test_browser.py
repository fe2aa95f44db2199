"""The example page of another origin, in a real browser, against the running system."""

import json

import pytest

from tests.integration.system.conftest import Tokens
from tests.integration.system.parts import RunningSystem
from tests.support.browser import PageServer, browser, showing

PATIENCE_SECONDS = 50.0
PROGRAM = browser()

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine: apt-get install chromium")


def shown(page: PageServer, system: RunningSystem, token: str, kind: str = "nutrition-summary") -> dict[str, object]:
    """Show the page, and return what came of it."""
    address = page.address(gateway=system.state()["gateway"]["url"], token=token, kind=kind)
    with showing(PROGRAM or "", address):
        return page.outcome(PATIENCE_SECONDS)


def test_a_page_of_an_allowed_origin_follows_its_job_to_the_report(
    page: PageServer, system: RunningSystem, tokens: Tokens
) -> None:
    """It reads Location and Retry-After, which CORS has to expose, and the stream of events by fetch."""
    told = shown(page, system, tokens.alice)
    assert told["outcome"] == "done", told
    assert str(told["accepted"]).startswith("Kept as /jobs/")
    assert "in NaN s" not in str(told["accepted"])
    assert "in 0 s" not in str(told["accepted"])
    assert isinstance(told["states"], list)
    assert told["states"][-1] == "succeeded"
    assert json.loads(str(told["shown"]))


def test_a_page_reads_why_it_is_refused(page: PageServer, system: RunningSystem, tokens: Tokens) -> None:
    told = shown(page, system, tokens.reader)
    assert (told["outcome"], told["states"]) == ("refused", [])
    assert "scope" in str(told["shown"])


async def test_a_page_of_another_origin_reads_nothing_and_does_nothing(system: RunningSystem, tokens: Tokens) -> None:
    """The preflight is refused, so the browser does not even send the command."""
    before = await system.stored()
    with PageServer().serving() as stranger:
        told = shown(stranger, system, tokens.alice)
    assert (told["outcome"], told["states"], told["accepted"]) == ("refused", [], "")
    assert "fetch" in str(told["shown"])
    assert await system.stored() == before
