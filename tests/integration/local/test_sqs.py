"""The embedded SQS endpoint: what it opens, keeps and leaves behind."""

import json
from pathlib import Path

import httpx

from entrypoints.local.ports import free_port
from entrypoints.local.sqs import EmbeddedSqs
from tests.support.processes import running_child, sqs_program


def call(endpoint: str, action: str, **parameters: object) -> dict[str, object]:
    headers = {"x-amz-target": f"AmazonSQS.{action}", "content-type": "application/x-amz-json-1.0"}
    answer = httpx.post(endpoint, headers=headers, content=json.dumps(parameters))
    answer.raise_for_status()
    body: dict[str, object] = answer.json() if answer.content else {}
    return body


def embedded(folder: Path) -> EmbeddedSqs:
    return EmbeddedSqs(executable=sqs_program(), data_dir=folder / "sqs", port=free_port(), log_file=folder / "sqs.log")


def test_messages_outlive_a_clean_stop_and_a_change_of_port(tmp_path: Path) -> None:
    first = embedded(tmp_path)
    with running_child(first.prepare()):
        url = call(first.endpoint, "CreateQueue", QueueName="commands")["QueueUrl"]
        call(first.endpoint, "SendMessage", QueueUrl=url, MessageBody="kept")
    second = embedded(tmp_path)
    assert second.port != first.port
    with running_child(second.prepare()):
        url = call(second.endpoint, "CreateQueue", QueueName="commands")["QueueUrl"]
        received = call(second.endpoint, "ReceiveMessage", QueueUrl=url)
    assert url == f"{second.endpoint}/000000000000/commands"
    assert "kept" in str(received)


def test_it_listens_on_one_loopback_port_only(tmp_path: Path) -> None:
    sqs = embedded(tmp_path)
    with running_child(sqs.prepare()) as child:
        sockets = {link.readlink().name for link in Path(f"/proc/{child.pid}/fd").iterdir() if link.is_symlink()}
        rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        listening = {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
    assert listening == {f"0100007F:{sqs.port:04X}"}


def test_nothing_is_left_outside_its_folder(tmp_path: Path) -> None:
    sqs = embedded(tmp_path)
    with running_child(sqs.prepare()) as child:
        assert [each.name for each in (sqs.data_dir / "tmp").iterdir()] == [f"ministack-{sqs.port}.pid"]
        assert child.stop() == 0
    assert not list((sqs.data_dir / "tmp").iterdir())
    assert not Path(f"/tmp/ministack-{sqs.port}.pid").exists()  # noqa: S108 (where it writes unless told)
