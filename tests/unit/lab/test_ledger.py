"""The ledger shows every request, those without an answer too."""

from pathlib import Path

from entrypoints.lab.history import Asked, Oddity, Outcome
from entrypoints.lab.ledger import Ledger, read_ledger


def test_a_request_without_an_answer_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with path.open("w") as file:
        ledger = Ledger(file)
        first, second = (ledger.asks("ann", f"key-{number}", f"drill-{number}") for number in (1, 2))
        ledger.answered(second, Outcome.ACCEPTED, status=202, job_id="job-2", body="{}")
        ledger.odd("leaked", "a foreign job")
        del first
        asked, oddities = read_ledger(path)
    assert asked == [
        Asked(caller="ann", key="key-1", drill_id="drill-1", outcome=Outcome.UNKNOWN),
        Asked(
            caller="ann",
            key="key-2",
            drill_id="drill-2",
            outcome=Outcome.ACCEPTED,
            status=202,
            job_id="job-2",
            body="{}",
        ),
    ]
    assert oddities == [Oddity(kind="leaked", what="a foreign job")]
