"""Any number together, or one alone."""

import asyncio
from collections.abc import Sequence

from application.company import Company


async def entered_alone(
    company: Company, who: str, order: list[str], may_end: asyncio.Event, *, visit: int = 1
) -> None:
    async with company.alone(visit=visit) as is_alone:
        if not is_alone:
            order.append(f"not {who}")
            return
        order.append(who)
        await may_end.wait()


async def entered_together(company: Company, who: str, order: list[str]) -> None:
    if not await company.has_room():
        order.append(f"not {who}")
        return
    with company.together():
        order.append(who)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def finish(tasks: Sequence[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


async def test_any_number_are_there_together() -> None:
    company, order = Company(), list[str]()
    with company.together(), company.together():
        await entered_together(company, "third", order)
    assert order == ["third"]


async def test_who_is_alone_waits_for_all_others_and_lets_none_in() -> None:
    company, order, may_end = Company(), list[str](), asyncio.Event()
    with company.together():
        alone = asyncio.create_task(entered_alone(company, "alone", order, may_end))
        await settle()
        late = asyncio.create_task(entered_together(company, "late", order))
        await settle()
        assert order == []
    await settle()
    assert order == ["alone"]
    may_end.set()
    await finish([alone, late])
    assert order == ["alone", "late"]


async def test_two_are_alone_one_after_the_other() -> None:
    company, order, may_end = Company(), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(entered_alone(company, who, order, may_end)) for who in ("first", "second")]
    await settle()
    assert order == ["first"]
    may_end.set()
    await finish(tasks)
    assert order == ["first", "second"]


async def test_nobody_waits_for_long() -> None:
    company, order, may_end = Company(patience_seconds=0.01), list[str](), asyncio.Event()
    alone = asyncio.create_task(entered_alone(company, "alone", order, may_end))
    await settle()
    await entered_together(company, "late", order)
    assert order == ["alone", "not late"]
    may_end.set()
    await alone


async def test_who_wants_to_be_alone_gives_way_where_others_work_for_long() -> None:
    company, order, may_end = Company(patience_seconds=0.01), list[str](), asyncio.Event()
    with company.together():
        await entered_alone(company, "alone", order, may_end)
        await entered_together(company, "late", order)
    assert order == ["not alone", "late"]


async def test_who_comes_again_to_be_alone_waits_longer() -> None:
    company, order, may_end = Company(patience_seconds=0.01), list[str](), asyncio.Event()
    with company.together():
        again = asyncio.create_task(entered_alone(company, "again", order, may_end, visit=10_000))
        await entered_alone(company, "new", order, may_end)
        assert order == ["not new"]
    await settle()
    assert order == ["not new", "again"]
    may_end.set()
    await again


async def test_who_gave_up_waiting_for_the_one_before_lets_the_next_in() -> None:
    company, order, may_end = Company(patience_seconds=0.01), list[str](), asyncio.Event()
    first = asyncio.create_task(entered_alone(company, "first", order, may_end))
    await settle()
    await entered_alone(company, "second", order, may_end)
    may_end.set()
    await first
    await entered_alone(company, "third", order, may_end)
    assert order == ["first", "not second", "third"]
