"""Any number together, or one alone."""

import asyncio
from collections.abc import Sequence

from application.company import Company


async def entered_alone(company: Company, who: str, order: list[str], may_end: asyncio.Event) -> None:
    async with company.alone():
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
