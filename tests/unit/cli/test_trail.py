"""Where a request went: what is read of the logs, and how."""

import json
from pathlib import Path

from entrypoints.cli.trail import Mark, marks_of
from entrypoints.local.data_folder import DataFolder

POSTGRES = """\
2026-11-28 01:01:32.737 UTC [9316] app=api r-1 LOG:  duration: 0.440 ms  execute __asyncpg_stmt_5__: -- accept_job
\tINSERT INTO job
2026-11-28 01:01:32.738 UTC [9316] app=api r-1 LOG:  duration: 0.022 ms  bind __asyncpg_stmt_2c__: -- accept_job
2026-11-28 01:01:32.787 UTC [9409] app=worker r-1 LOG:  duration: 0.096 ms  statement: BEGIN; SET LOCAL x = 'y'
2026-11-28 01:01:32.800 UTC [9409] app=worker r-2 LOG:  duration: 0.096 ms  statement: COMMIT
"""


def folder_with(tmp_path: Path, part: str, text: str) -> DataFolder:
    folder = DataFolder(tmp_path)
    folder.log_file(part).parent.mkdir()
    folder.log_file(part).write_text(text, encoding="utf-8")
    return folder


def test_statements_that_have_run_are_told_by_name_and_time(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "postgres", POSTGRES)
    assert list(marks_of(folder, "postgres", "r-1")) == [
        Mark("01:01:32.737", "postgres", "accept_job", "0.440 ms"),
        Mark("01:01:32.787", "postgres", "BEGIN", "0.096 ms"),
    ]


def test_line_of_json_is_told_by_its_event_and_what_matters_of_the_rest(tmp_path: Path) -> None:
    line = {
        "time": "2026-11-28T01:01:32.742Z",
        "event": "request",
        "request_id": "r-1",
        "route": "/recipes",
        "status": 201,
    }
    folder = folder_with(tmp_path, "api-1", json.dumps({**line, "duration_ms": 22.03}) + "\nno JSON but r-1\n")
    assert list(marks_of(folder, "api-1", "r-1")) == [Mark("01:01:32.742", "api-1", "request", "/recipes 201 22.0 ms")]


def test_part_that_has_written_nothing_tells_nothing(tmp_path: Path) -> None:
    assert list(marks_of(DataFolder(tmp_path), "worker", "r-1")) == []
