"""The calls that are made without botocore are those that botocore would make."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.session import get_session
from botocore.validate import ParamValidator

from adapters.sqs.calls import MEDIA_TYPE, SqsCalls
from adapters.sqs.client import SqsClients
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueUrls
from application.ports.queue import Channel, Delivery
from tests.support.contracts.queue import messages

URLS = QueueUrls(commands="http://sqs/1/commands", events="http://sqs/1/events", dead_letters="http://sqs/1/dead")
DELIVERY = Delivery(channel=Channel.EVENTS, receipt="receipt", receive_count=1, body="{}", message=None)


class RecordingCalls:
    """Keeps what was asked for, and answers nothing."""

    def __init__(self) -> None:
        self.made: list[tuple[str, Mapping[str, object]]] = []

    async def call(self, action: str, parameters: Mapping[str, object], *, wait_seconds: int = 0) -> dict[str, Any]:
        del wait_seconds
        self.made.append((action, parameters))
        return {}


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    """Give botocore's model of SQS."""
    return get_session().get_service_model("sqs")


async def test_each_request_is_one_that_botocore_would_send(model: ServiceModel) -> None:
    recording = RecordingCalls()
    calls = cast("SqsCalls", recording)
    consumer = SqsConsumer(
        SqsClients(receiving=None, sending=None, calls=calls, definitions=Loader()), URLS, visibility_seconds=30
    )
    await consumer.receive(Channel.COMMANDS, limit=10, wait_seconds=20)
    await consumer.delete([DELIVERY] * 11)
    await consumer.postpone([DELIVERY], seconds=3)
    await SqsPublisher(calls, URLS).publish(Channel.COMMANDS, messages(11))
    for action, parameters in recording.made:
        report = ParamValidator().validate(parameters, model.operation_model(action).input_shape)
        assert not report.has_errors(), report.generate_report()
    assert {action for action, _ in recording.made} == {
        "ReceiveMessage",
        "DeleteMessageBatch",
        "ChangeMessageVisibilityBatch",
        "SendMessageBatch",
    }


def test_the_protocol_is_the_one_that_botocore_knows(model: ServiceModel) -> None:
    metadata = model.metadata
    assert f"application/x-amz-{metadata['protocol']}-{metadata['jsonVersion']}" == MEDIA_TYPE
    assert (metadata["targetPrefix"], metadata["signatureVersion"]) == ("AmazonSQS", "v4")
    assert model.signing_name == "sqs"
