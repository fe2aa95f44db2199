"""What everything that sends webhooks promises."""

from abc import abstractmethod
from collections.abc import Sequence

import pytest

from application.ports.webhooks import Sent, WebhookSender
from domain.delivery import AttemptOutcome
from domain.errors import InvalidWebhookUrlError
from tests.support.fakes import FixedClock
from tests.support.webhooks import a_delivery, outgoing_to


class WebhookSenderContract:
    """Subclassed once for each sender; `local` may tell this machine, `remote` may not, both know the same names."""

    local: WebhookSender
    remote: WebhookSender
    url: str
    """A target on this machine."""
    clock = FixedClock()

    @abstractmethod
    def answer(self, status: int, *, retry_after: str = "") -> None:
        """Let the target answer its next message so."""

    @abstractmethod
    def received(self) -> Sequence[tuple[str | None, bytes]]:
        """Return the id and the body of each message that the target was sent."""

    @abstractmethod
    def lead(self, name: str, *addresses: str) -> None:
        """Let a name lead to these addresses from now on."""

    async def test_a_target_is_told_and_takes_it(self) -> None:
        self.answer(204)
        assert await self.local.send(outgoing_to(self.url)) == Sent(outcome=AttemptOutcome.DELIVERED, status_code=204)
        [(message_id, body)] = self.received()
        assert message_id == str(a_delivery().id)
        assert b"job.succeeded" in body

    @pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
    async def test_any_other_answer_is_a_refusal(self, status: int) -> None:
        self.answer(status)
        sent = await self.local.send(outgoing_to(self.url))
        assert (sent.outcome, sent.status_code) == (AttemptOutcome.REFUSED, status)
        assert len(self.received()) == 1

    async def test_gone_is_an_answer_of_its_own(self) -> None:
        self.answer(410)
        assert (await self.local.send(outgoing_to(self.url))).outcome is AttemptOutcome.GONE

    async def test_what_the_target_asks_for_is_told(self) -> None:
        self.answer(503, retry_after="120")
        assert (await self.local.send(outgoing_to(self.url))).retry_after_seconds == 120

    async def test_ones_own_machine_is_told_only_where_that_is_allowed(self) -> None:
        await self.local.check(self.url)
        with pytest.raises(InvalidWebhookUrlError):
            await self.remote.check(self.url)
        assert (await self.remote.send(outgoing_to(self.url))).outcome is AttemptOutcome.FORBIDDEN
        assert not self.received()

    async def test_a_name_may_lead_to_public_addresses(self) -> None:
        self.lead("hooks.kondate.dev", "93.184.215.14", "2606:4700::1111")
        await self.remote.check("https://hooks.kondate.dev/in")

    @pytest.mark.parametrize(
        "addresses",
        [
            ("127.0.0.1",),
            ("169.254.169.254",),
            ("93.184.215.14", "10.0.0.1"),
            ("2606:4700::1111", "::ffff:10.0.0.1"),
            ("fd00:ec2::254",),
            (),
        ],
    )
    async def test_a_name_that_leads_anywhere_else_is_refused(self, addresses: tuple[str, ...]) -> None:
        self.lead("hooks.kondate.dev", *addresses)
        with pytest.raises(InvalidWebhookUrlError):
            await self.remote.check("https://hooks.kondate.dev/in")

    async def test_a_name_that_leads_inside_after_its_check_is_not_followed(self) -> None:
        self.lead("hooks.kondate.dev", "93.184.215.14")
        await self.remote.check("https://hooks.kondate.dev/in")
        self.lead("hooks.kondate.dev", "127.0.0.1")
        sent = await self.remote.send(outgoing_to("https://hooks.kondate.dev/in"))
        assert sent == Sent(outcome=AttemptOutcome.FORBIDDEN)
        assert not self.received()
