"""The template for Amazon API Gateway is one that CloudFormation's own rules accept."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.system.parts import kondate

SETTINGS = {
    "KONDATE_DATABASE_URL": "postgresql://unused",
    "KONDATE_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/pool",
    "KONDATE_CORS_ORIGINS": "https://app.example",
}
LINT = Path(sys.executable).with_name("cfn-lint")
LINT_SECONDS = 120


@pytest.mark.timeout(2 * LINT_SECONDS)
def test_the_template_is_one_that_cloudformation_accepts(tmp_path: Path) -> None:
    rendered = kondate("gateway", "openapi", "--aws", "--template", settings=SETTINGS)
    good, bad = tmp_path / "template.json", tmp_path / "broken.json"
    good.write_text(rendered.stdout, encoding="utf-8")
    bad.write_text(rendered.stdout.replace('"FailOnWarnings"', '"FailOnWarning"'), encoding="utf-8")

    faults = [(Path(fault["Filename"]).name, fault["Rule"]["Id"]) for fault in _lint(good, bad)]
    assert faults == [("broken.json", "E3002")]


def test_what_cannot_be_told_is_said_beside_the_document() -> None:
    done = kondate("gateway", "openapi", "--aws", settings=SETTINGS)

    assert json.loads(done.stdout)["openapi"] == "3.0.1"
    assert "the role operator" in done.stderr
    assert "by caller" in done.stderr


def test_a_gateway_must_be_named() -> None:
    done = kondate("gateway", "openapi", settings=SETTINGS)

    assert done.returncode == 2
    assert "--aws" in done.stderr


def _lint(*templates: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [LINT, "--format", "json", "--regions", "eu-west-1", "--", *templates],
        capture_output=True,
        text=True,
        timeout=LINT_SECONDS,
        check=False,
    )
    faults: list[dict[str, Any]] = json.loads(done.stdout)
    return faults
