"""Who may use a data folder, and what is left of the lock."""

import stat
from pathlib import Path

import pytest

from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.private_file import write_privately


def test_a_second_owner_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    refused = pytest.raises(LocalError, match=r"in use by another kondate \(process \d+\)")
    with folder.locked(), refused as refusal, folder.locked():
        pass
    assert "\n" not in str(refusal.value)


def test_nothing_is_left_of_the_lock(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked():
        assert (folder.path / "lock").exists()
    assert not (folder.path / "lock").exists()


def test_a_lock_that_was_left_behind_binds_nobody(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("4711\n", encoding="ascii")
    with DataFolder(tmp_path).locked():
        assert (tmp_path / "lock").read_text(encoding="ascii") != "4711\n"


def test_what_is_written_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_privately(path, "{}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]
