"""What a client sees when a part is away or a handler is broken."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import NoReturn
from uuid import UUID

import pytest

from application.bus import Bus
from application.job_watch import JobWatch
from application.ports.queue import QueueUnavailableError
from application.ports.unit_of_work import StorageUnavailableError, Transaction
from domain.job import Origin
from tests.support.application import InMemoryApplication
from tests.support.http import ALICE, REPORT, RICE, InMemoryApi, problem_of

SECRET = "password of the database"  # noqa: S105 (what must not be shown)


class Broken:
    """Stands for any store, and fails as it is told to whatever it is asked for."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def _fail(self, *_: object, **__: object) -> NoReturn:
        raise self._error

    document = get = _fail


class BrokenUnitOfWork:
    """Fails as it is told to when a transaction begins."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def begin(self, _origin: Origin) -> AbstractAsyncContextManager[Transaction]:
        raise self._error


AWAY = [StorageUnavailableError(SECRET), QueueUnavailableError(SECRET), TimeoutError(SECRET)]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("path", ["recipe", "jobs", "reports"])
async def test_a_part_that_is_away_is_said_to_be_so(path: str, error: Exception) -> None:
    broken = Broken(error)
    watch = JobWatch(jobs=broken)  # type: ignore[arg-type]
    api = InMemoryApi(instead={"recipe_reads": broken, "job_watch": watch, "report_reads": broken})
    async with api.client() as client:
        answer = await client.get(f"/{path}/{UUID(int=1)}", headers=ALICE)
    problem_of(answer, 503, "temporary-reduced-capacity")
    assert answer.headers["retry-after"] == "2"
    assert SECRET not in answer.text


async def test_a_write_that_cannot_be_stored_is_not_accepted() -> None:
    api = InMemoryApi()
    api.application.bus = bus_that_fails(api.application, StorageUnavailableError(SECRET))
    async with api.client() as client:
        answer = await client.post("/recipes", headers=ALICE, json=RICE)
    problem_of(answer, 503, "temporary-reduced-capacity")
    assert answer.headers["retry-after"] == "2"
    assert api.stored() == 0


async def test_a_crash_is_shown_bare_and_logged_with_its_trace() -> None:
    error = RuntimeError(SECRET)
    api = InMemoryApi(instead={"recipe_reads": Broken(error)})
    async with api.client() as client:
        answer = await client.get(f"/recipe/{UUID(int=1)}", headers=ALICE)
    body = problem_of(answer, 500, "internal-error")
    assert body["detail"] == "Something went wrong on our side."
    assert SECRET not in answer.text
    [(name, logged)] = api.application.telemetry.errors
    assert (name, logged) == ("request.crashed", error)
    assert logged.__traceback__ is not None


async def test_a_crash_in_a_command_leaves_nothing_behind() -> None:
    api = InMemoryApi()
    api.application.bus = bus_that_fails(api.application, ZeroDivisionError())
    async with api.client() as client:
        answer = await client.post("/recipes", headers=ALICE, json=RICE)
        after = await client.post("/generate-report", headers=ALICE, json=REPORT)
    problem_of(answer, 500, "internal-error")
    assert after.status_code == 202
    assert not api.application.tables.recipes


def bus_that_fails(application: InMemoryApplication, error: Exception) -> Bus:
    """Return the application's bus on a unit of work that fails."""
    return replace(application.bus, unit_of_work=BrokenUnitOfWork(error))
