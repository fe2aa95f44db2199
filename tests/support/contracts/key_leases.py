"""Leases on idempotency keys, whichever database is behind them."""

from uuid import UUID

import pytest

from application.ports.idempotency import KeyLeases
from domain.errors import IdempotencyMismatchError, RequestInProgressError
from tests.support.builders import a_key

FIRST, SECOND = UUID(int=1), UUID(int=2)
ANSWER = b'{"status":204}'
LAPSED = -1.0


class KeyLeasesContract:
    """Subclassed once for each adapter."""

    leases: KeyLeases

    async def test_kept_answer_is_given_to_everybody_who_asks_the_same(self) -> None:
        assert await self.leases.take(a_key(), owner=FIRST, seconds=60) is None
        await self.leases.keep(a_key(), owner=FIRST, answer=ANSWER)
        assert await self.leases.take(a_key(), owner=SECOND, seconds=60) == ANSWER
        assert await self.leases.take(a_key(), owner=FIRST, seconds=60) == ANSWER

    async def test_owned_key_is_in_progress_for_everybody_else(self) -> None:
        await self.leases.take(a_key(), owner=FIRST, seconds=60)
        with pytest.raises(RequestInProgressError):
            await self.leases.take(a_key(), owner=SECOND, seconds=60)
        assert await self.leases.take(a_key("key-2"), owner=SECOND, seconds=60) is None
        assert await self.leases.take(a_key(scope="bob"), owner=SECOND, seconds=60) is None

    @pytest.mark.parametrize("is_finished", [True, False])
    async def test_key_for_another_request_is_refused(self, *, is_finished: bool) -> None:
        await self.leases.take(a_key(), owner=FIRST, seconds=60)
        if is_finished:
            await self.leases.keep(a_key(), owner=FIRST, answer=ANSWER)
        with pytest.raises(IdempotencyMismatchError):
            await self.leases.take(a_key(fingerprint="other"), owner=SECOND, seconds=60)

    async def test_key_that_is_given_up_is_free(self) -> None:
        await self.leases.take(a_key(), owner=FIRST, seconds=60)
        await self.leases.give_up(a_key(), owner=FIRST)
        assert await self.leases.take(a_key(), owner=SECOND, seconds=60) is None

    async def test_lapsed_lease_is_taken_over_and_its_owner_changes_nothing_any_more(self) -> None:
        await self.leases.take(a_key(), owner=FIRST, seconds=LAPSED)
        assert await self.leases.take(a_key(), owner=SECOND, seconds=60) is None
        await self.leases.keep(a_key(), owner=FIRST, answer=ANSWER)
        await self.leases.give_up(a_key(), owner=FIRST)
        with pytest.raises(RequestInProgressError):
            await self.leases.take(a_key(), owner=FIRST, seconds=60)
