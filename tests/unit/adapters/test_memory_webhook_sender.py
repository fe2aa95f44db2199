"""The sender in memory keeps the contract of the real one."""

from collections.abc import Sequence

import pytest

from adapters.memory.webhook_sender import InMemoryWebhookSender
from application.ports.webhooks import Sent
from domain.delivery import AttemptOutcome
from domain.webhook_target import TargetRules
from tests.support.contracts.webhook_sender import WebhookSenderContract


class TestInMemoryWebhookSender(WebhookSenderContract):
    """Sending to nobody."""

    url = "http://127.0.0.1:9/in"

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        self.local = self.local_one = InMemoryWebhookSender(TargetRules(is_local=True), self.clock)
        self.remote = self.remote_one = InMemoryWebhookSender(TargetRules(is_local=False), self.clock)

    def answer(self, status: int, *, retry_after: str = "") -> None:
        outcomes = {204: AttemptOutcome.DELIVERED, 410: AttemptOutcome.GONE}
        outcome = outcomes.get(status, AttemptOutcome.REFUSED)
        sent = Sent(outcome=outcome, status_code=status, retry_after_seconds=float(retry_after or 0))
        self.local_one.answers[self.url].append(sent)

    def received(self) -> Sequence[tuple[str | None, bytes]]:
        requests = [request for _, request in (*self.local_one.sent, *self.remote_one.sent)]
        return [(request.headers["webhook-id"], request.body) for request in requests]

    def lead(self, name: str, *addresses: str) -> None:
        self.remote_one.names[name] = list(addresses)
