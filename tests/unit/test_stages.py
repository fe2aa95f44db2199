"""Stages differ by settings only: each line of the table in docs/configuration.md, by the files in deploy/stages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.lifetime import workers_of
from entrypoints.gateway.render import render
from entrypoints.http.app import edge_routes
from entrypoints.local.errors import LocalError
from entrypoints.local.issuer import create_issuer_app
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.plan import check_settings
from entrypoints.settings import Settings, SettingsError, Stage, read_settings

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
ADDRESSES = {"KONDATE_DATABASE_URL": "postgresql://unused", "KONDATE_ISSUER": "http://127.0.0.1:9000"}
REMOTE = [Stage.STAGING, Stage.PRODUCTION]
COLUMNS = {Stage.LOCAL: 1, Stage.STAGING: 2, Stage.PRODUCTION: 3}


def environment_of(stage: Stage) -> dict[str, str]:
    """Return what the stage's file sets, and the addresses that it leaves to the platform."""
    file = ROOT / "deploy" / "stages" / f"{stage}.env"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return ADDRESSES | dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def settings_of(stage: Stage, **without: None) -> Settings:
    """Return the stage's settings, some of them left out."""
    return read_settings({name: value for name, value in environment_of(stage).items() if name not in without})


def rendered(settings: Settings) -> str:
    """Return the gateway's configuration as text."""
    return json.dumps(render(edge_routes(with_docs=True), settings, Path("/run/gateway")))


@pytest.mark.parametrize("stage", REMOTE)
def test_a_stage_that_others_reach_refuses_plain_http(stage: Stage) -> None:
    tls = {"KONDATE_GATEWAY_TLS_CERTIFICATE": None, "KONDATE_GATEWAY_TLS_KEY": None}
    with pytest.raises(GatewayConfigError, match=f"stage {stage} is served over TLS only"):
        rendered(settings_of(stage, **tls))


@pytest.mark.parametrize("stage", REMOTE)
def test_there_plain_http_is_redirected_and_hsts_holds_for_a_year(stage: Stage) -> None:
    config = rendered(settings_of(stage))

    assert '"name": "redirect"' in config
    assert "max-age=31536000; includeSubDomains" in config


def test_local_serves_plain_http_and_promises_no_tls() -> None:
    config = rendered(settings_of(Stage.LOCAL))

    assert '"name": "redirect"' not in config
    assert "strict-transport-security" not in config


@pytest.mark.parametrize(("stage", "shown"), [(Stage.LOCAL, True), (Stage.STAGING, True), (Stage.PRODUCTION, False)])
def test_production_shows_neither_its_documentation_nor_drills(stage: Stage, shown: bool) -> None:  # noqa: FBT001 (a table)
    paths = {route.template for route in edge_routes(with_docs=settings_of(stage).shows_docs())}

    assert ({"/docs", "/openapi.json", "/drills"} <= paths) is shown
    assert bool({"/docs", "/openapi.json", "/drills"} & paths) is shown


@pytest.mark.parametrize("stage", REMOTE)
def test_embedded_parts_are_local_only(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(LocalError):
        check_settings(environment_of(stage))
    with pytest.raises(SettingsError):
        create_issuer_app(KeyFolder(tmp_path), "https://issuer.example", "kondate", stage=stage)


@pytest.mark.parametrize("stage", list(Stage))
def test_harm_can_be_done_on_purpose_in_stage_local_only(stage: Stage) -> None:
    assert settings_of(stage).is_local() is (stage is Stage.LOCAL)


@pytest.mark.parametrize(("stage", "seconds"), [(Stage.LOCAL, 10), (Stage.STAGING, 300), (Stage.PRODUCTION, 300)])
def test_the_issuers_keys_are_kept_longer_where_rotation_is_announced(stage: Stage, seconds: int) -> None:
    assert f'"cache_duration": "{seconds}s"' in rendered(settings_of(stage))


@pytest.mark.parametrize(("stage", "threads"), [(Stage.LOCAL, 2), (Stage.STAGING, None), (Stage.PRODUCTION, None)])
def test_the_gateway_takes_the_whole_machine_only_where_it_is_alone(stage: Stage, threads: int | None) -> None:
    assert workers_of(settings_of(stage), processors=4) == threads


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    "name", ["TRACE_RATIO", "LOG_LEVEL", "CORS_ORIGINS", "GATEWAY_REDIRECT_PORT", "GATEWAY_HTTP3", "GATEWAY_REPLICAS"]
)
def test_the_table_says_what_the_files_set(stage: Stage, name: str) -> None:
    row = re.search(rf"^\| `KONDATE_{name}` \|(.*)\|$", TABLE[TABLE.index("## Stages") :], re.MULTILINE)
    assert row
    said = row[1].split("|")[COLUMNS[stage] - 1].strip().strip("`")
    value: Any = getattr(settings_of(stage), name.lower())
    if name == "CORS_ORIGINS":
        assert bool(value) is (said != "none")
    else:
        assert said == ("none" if value is None else str(value).lower())
