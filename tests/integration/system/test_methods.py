"""HEAD, OPTIONS, parts and forms, through the gateway and both replicas."""

import httpx

from tests.integration.system.parts import RICE, RunningSystem, finished

AS_IT_IS = {"accept-encoding": "identity"}
"""How long a compressed answer gets, and that it is one, is found out by making it: HEAD says nothing of it."""
OF_THE_MOMENT = {"x-request-id", "date", "age", "cache-status", "ratelimit"}


def told(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    """Return status and headers, but for what differs from one request to the next."""
    return answer.status_code, {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}


async def test_head_answers_as_get_without_the_body(alice: httpx.AsyncClient) -> None:
    place = (await alice.post("/recipes", json=RICE)).headers["location"]
    for path in (place, f"{place}/scaled", "/openapi.json", "/jobs/nobody"):
        got, asked = [await alice.request(method, path, headers=AS_IT_IS) for method in ("GET", "HEAD")]
        assert told(asked) == told(got)
        assert (bool(got.content), asked.content) == (True, b"")
    assert (await alice.head(place, headers={"if-none-match": '"1"'})).status_code == 304


async def test_head_of_a_stream_ends_at_once(alice: httpx.AsyncClient) -> None:
    job = (await alice.post("/recipes", json=RICE, headers={"prefer": "respond-async"})).headers["location"]
    asked = await alice.head(f"{job}/events")
    assert (asked.status_code, asked.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    await finished(alice, job)


async def test_options_tells_methods_without_a_token(system: RunningSystem) -> None:
    async with system.client(None) as anybody:
        answers = [await anybody.options(path) for path in ("/recipe/x", "/recipes", "/generate-report", "/nothing")]
    assert [(answer.status_code, answer.headers.get("allow")) for answer in answers] == [
        (204, "DELETE, GET, HEAD, OPTIONS, PUT"),
        (204, "GET, HEAD, OPTIONS, POST"),
        (204, "OPTIONS, POST"),
        (404, None),
    ]


async def test_a_part_of_a_recipe_changes_it_as_the_whole_does(alice: httpx.AsyncClient) -> None:
    place = (await alice.post("/recipes", json=RICE)).headers["location"]
    part = await alice.get(place, params={"fields": "name,version"})
    assert part.json() == {"version": 1, "name": "Rice"}
    changed = await alice.put(place, json=RICE, headers={"if-match": part.headers["etag"], "idempotency-key": place})
    again = await alice.put(place, json=RICE, headers={"if-match": part.headers["etag"], "idempotency-key": place})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (again.text, again.headers["etag"], again.headers["idempotency-replayed"]) == (changed.text, '"2"', "true")


async def test_who_takes_no_form_of_an_answer_is_told_so_before_anything_is_done(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    before = await system.stored()
    answer = await alice.post("/recipes", json=RICE, headers={"accept": "text/html"})
    assert (answer.status_code, answer.json()["type"]) == (406, "/problems/not-acceptable")
    assert await system.stored() == before
