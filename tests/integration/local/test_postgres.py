"""The embedded PostgreSQL as it really starts, dies and comes back."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest

from entrypoints.launch import NOBODY_ID, Identity, launched
from entrypoints.local.errors import LocalError
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres
from entrypoints.local.postmaster import settle_former_run
from tests.support.processes import is_alive, running_child


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster that was never started; copying it is cheaper than making one for each test."""
    folder = tmp_path_factory.mktemp("pristine")
    EmbeddedPostgres(data_dir=folder / "data", port=1, log_file=folder / "log", durable=False).prepare()
    return folder / "data"


@pytest.fixture
def postgres(pristine: Path, tmp_path: Path) -> EmbeddedPostgres:
    shutil.copytree(pristine, tmp_path / "data")
    return EmbeddedPostgres(data_dir=tmp_path / "data", port=free_port(), log_file=tmp_path / "postgres.log")


async def test_it_loses_no_commit_when_it_is_killed(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()) as child:
        connection = await asyncpg.connect(postgres.dsn)
        await connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
        child.process.kill()
        child.process.wait()
        connection.terminate()
    assert (postgres.data_dir / "postmaster.pid").exists()
    with running_child(postgres.prepare()):
        connection = await asyncpg.connect(postgres.dsn)
        assert await connection.fetchval("SELECT word FROM kept") == "still here"
        assert (
            await connection.fetchval(
                "SELECT string_agg(setting, ' ') FROM pg_settings WHERE name IN "
                "('fsync', 'synchronous_commit', 'full_page_writes')"
            )
            == "on on on"
        )
        await connection.close()


async def test_it_stops_at_once_though_clients_are_connected(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()) as child:
        connection = await asyncpg.connect(postgres.dsn)
        assert child.stop(within_seconds=5) == 0
        connection.terminate()
    assert not (postgres.data_dir / "postmaster.pid").exists()


async def test_its_log_names_the_application_of_a_write(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()) as child:
        connection = await asyncpg.connect(postgres.dsn, server_settings={"application_name": "api request-4711"})
        await connection.execute("CREATE TABLE noted (word text)")
        await connection.execute("INSERT INTO noted VALUES ($1)", "private words")
        await connection.close()
        assert child.stop() == 0
        log = child.log()
    assert any("api request-4711" in line and "INSERT INTO noted" in line for line in log.splitlines())
    assert "private words" not in log


async def test_it_lets_nobody_in_without_the_password(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()), pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn.replace("kondate:", "kondate:x"))


def test_data_that_a_live_server_uses_is_refused_in_one_line(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()) as child, pytest.raises(LocalError) as refusal:
        settle_former_run(postgres.data_dir, within_seconds=0.1)
    assert str(child.pid) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    EmbeddedPostgres(data_dir=tmp_path / "data", port=1, log_file=tmp_path / "log", durable=False).prepare()
    assert (tmp_path / "data" / "global").is_dir()
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user needs no namespace")
def test_root_keeps_the_ownership_of_its_files(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()):
        owners = {each.stat().st_uid for each in postgres.data_dir.rglob("*")}
    assert owners == {0}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_command_can_be_run_as_nobody() -> None:
    command = launched(["id", "-u"], death_signal=signal.SIGKILL, identity=Identity.NOBODY)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(NOBODY_ID)


def test_its_processes_end_with_the_one_that_started_it(postgres: EmbeddedPostgres) -> None:
    with running_child(postgres.prepare()) as child:
        backends = [int(pid) for pid in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()]
        assert backends
        child.stop()
    assert not [pid for pid in backends if is_alive(pid)]
