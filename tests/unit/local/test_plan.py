"""What the environment of every process says, for parts that are embedded and parts that are not."""

from pathlib import Path

import pytest

from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.picture import STOP_SECONDS
from entrypoints.local.plan import Places, check_settings, complete_environment
from entrypoints.local.postgres import PASSWORD_FILE, EmbeddedPostgres
from entrypoints.local.processes import Processes
from entrypoints.local.sqs import EmbeddedSqs


async def nothing() -> None:
    """Do nothing on a restart."""


def embedded_places(folder: Path) -> Places:
    program = folder / "ministack"
    program.touch()
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / PASSWORD_FILE).write_text("s3cret\n", encoding="ascii")
    log_file = folder / "x.log"
    return Places(
        gateway_port=8080,
        gateway_metrics_port=8090,
        api_ports=(8001, 8002),
        postgres=EmbeddedPostgres(data_dir=cluster, port=5433, log_file=log_file),
        sqs=EmbeddedSqs(executable=program, data_dir=folder / "sqs", port=4566, log_file=log_file),
        issuer_port=8085,
        traces_port=4318,
    )


def foreign_places() -> Places:
    return Places(
        gateway_port=8080,
        gateway_metrics_port=8090,
        api_ports=(8001,),
        postgres=None,
        sqs=None,
        issuer_port=None,
        traces_port=None,
    )


FOREIGN = {
    "KONDATE_DATABASE_URL": "postgresql://db.example/kondate",
    "KONDATE_SQS_ENDPOINT": "https://sqs.example",
    "KONDATE_ISSUER": "https://issuer.example",
    "KONDATE_OTLP_ENDPOINT": "https://traces.example",
    "AWS_PROFILE": "mine",
}


def processes(environment: dict[str, str], places: Places, folder: Path) -> Processes:
    settings = check_settings(environment)
    return Processes(places=places, settings=settings, environment=environment, folder=DataFolder(folder))


def test_embedded_parts_are_found_by_their_addresses(tmp_path: Path) -> None:
    environment = complete_environment({"AWS_PROFILE": "mine", "PATH": "/bin"}, embedded_places(tmp_path))
    settings = check_settings(environment)
    assert settings.database_url == "postgresql://kondate:s3cret@127.0.0.1:5433/kondate?sslmode=disable"
    assert settings.sqs_endpoint == "http://127.0.0.1:4566"
    assert settings.issuer == "http://127.0.0.1:8085"
    assert settings.otlp_endpoint == "http://127.0.0.1:4318"
    assert settings.gateway_upstreams == ("127.0.0.1:8001", "127.0.0.1:8002")
    assert environment["KONDATE_SQS_ACCESS_KEY_ID"] == "local"
    assert "AWS_PROFILE" not in environment
    assert environment["PATH"] == "/bin"


def test_addresses_that_were_given_stay_as_they_are() -> None:
    environment = complete_environment(FOREIGN, foreign_places())
    assert {name: environment[name] for name in FOREIGN} == FOREIGN
    assert "KONDATE_SQS_ACCESS_KEY_ID" not in environment


def test_no_part_is_started_that_was_given(tmp_path: Path) -> None:
    places = foreign_places()
    children = processes(complete_environment(FOREIGN, places), places, tmp_path)
    assert children.sqs(on_restart=nothing) == []
    assert [child.name for child in children.servers()] == ["api-1", "worker"]


def test_each_replica_has_a_port_and_a_log_of_its_own(tmp_path: Path) -> None:
    places = embedded_places(tmp_path)
    children = processes(complete_environment({}, places), places, tmp_path).servers()
    apis = [child for child in children if child.name.startswith("api")]
    assert [child.env["KONDATE_API_PORT"] for child in apis] == ["8001", "8002"]
    assert [child.log_file.name for child in apis] == ["api-1.log", "api-2.log"]


def test_a_relay_runs_alone_where_the_worker_has_none(tmp_path: Path) -> None:
    places = embedded_places(tmp_path)
    children = processes(complete_environment({"KONDATE_WORKER_RELAY": "false"}, places), places, tmp_path).servers()
    assert [child.name for child in children] == ["api-1", "api-2", "worker", "relay"]


def test_all_graces_together_end_before_the_time_is_up(tmp_path: Path) -> None:
    places = embedded_places(tmp_path)
    children = processes(complete_environment({}, places), places, tmp_path)
    every = [
        *children.sqs(on_restart=nothing),
        *children.servers(),
        children.gateway(),
    ]
    longest: dict[int, float] = {0: 2.0}  # PostgreSQL's, which is prepared with files
    for child in every:
        longest[child.layer] = max(longest.get(child.layer, 0.0), child.grace_seconds)
    assert len(longest) == 4
    assert sum(longest.values()) < STOP_SECONDS


def test_another_stage_is_refused_by_name() -> None:
    environment = complete_environment({**FOREIGN, "KONDATE_STAGE": "production"}, foreign_places())
    with pytest.raises(LocalError, match=r"KONDATE_STAGE.*production"):
        check_settings(environment)


def test_a_missing_sqs_program_names_make_setup(tmp_path: Path) -> None:
    missing = EmbeddedSqs(executable=tmp_path / "no", data_dir=tmp_path, port=1, log_file=tmp_path / "log")
    with pytest.raises(LocalError, match="make setup"):
        missing.prepare()


def test_the_sqs_program_inherits_nothing(tmp_path: Path) -> None:
    sqs = embedded_places(tmp_path).sqs
    assert sqs is not None
    spec = sqs.prepare()
    assert spec.env["BIND_HOST"] == "127.0.0.1"
    assert "GATEWAY_PORT" not in spec.env
