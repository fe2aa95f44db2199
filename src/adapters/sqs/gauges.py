"""How much waits in the queues."""

from aiobotocore.client import AioBaseClient

from adapters.sqs.client import answer_to
from adapters.sqs.queues import QueueUrls
from application.ports.queue import Channel, QueueGauges

WAITING = "ApproximateNumberOfMessages"


class SqsGauges:
    """One call a figure."""

    def __init__(self, client: AioBaseClient, urls: QueueUrls) -> None:
        """Take the client for sending: a long poll must not delay a figure."""
        self._client = client
        self._urls = urls

    async def backlog(self, channel: Channel) -> int:
        """Ask the channel's queue."""
        return await self._waiting(self._urls.of(channel))

    async def dead_letters(self) -> int:
        """Ask the dead-letter queue."""
        return await self._waiting(self._urls.dead_letters)

    async def _waiting(self, url: str) -> int:
        answer = await answer_to(self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[WAITING]))
        return int(answer["Attributes"][WAITING])


_: type[QueueGauges] = SqsGauges
