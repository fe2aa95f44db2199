"""A sender that asks nobody: it keeps what would have been sent, and answers as it was told to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from adapters.wire.webhook_request import WebhookRequest, webhook_request
from application.ports.clock import Clock
from application.ports.webhooks import Outgoing, Sent, WebhookSender
from domain.delivery import AttemptOutcome
from domain.errors import InvalidWebhookUrlError
from domain.webhook_target import TargetRules, refused

TOOK = Sent(outcome=AttemptOutcome.DELIVERED, status_code=204)
NO_NAMES: Mapping[str, Sequence[str]] = MappingProxyType({})


class InMemoryWebhookSender:
    """Names lead where `names` says, and nowhere else; `answers` are given in turn, then every target takes all."""

    def __init__(self, rules: TargetRules, clock: Clock, names: Mapping[str, Sequence[str]] = NO_NAMES) -> None:
        """Begin with nothing sent."""
        self._rules = rules
        self._clock = clock
        self.names = dict(names)
        self.answers: dict[str, list[Sent]] = defaultdict(list)
        self.sent: list[tuple[str, WebhookRequest]] = []

    async def check(self, url: str) -> None:
        """Return when a webhook may go there now."""
        target = self._rules.target_of(url)
        addresses = [target.address] if target.address else self.names.get(target.host, ())
        if not addresses or not all(self._rules.allows(address) for address in addresses):
            raise refused("The host's name leads to where no webhook may go.")

    async def send(self, outgoing: Outgoing) -> Sent:
        """Keep the request, and answer."""
        url = outgoing.webhook.content.url
        try:
            await self.check(url)
        except InvalidWebhookUrlError:
            return Sent(outcome=AttemptOutcome.FORBIDDEN)
        self.sent.append((url, webhook_request(outgoing, self._clock.now())))
        return self.answers[url].pop(0) if self.answers[url] else TOOK


_: type[WebhookSender] = InMemoryWebhookSender
