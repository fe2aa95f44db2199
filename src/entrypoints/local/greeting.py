"""What `up` prints when all is ready: addresses, and three curl lines that work as they stand."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from entrypoints.local.picture import Picture
from entrypoints.local.ports import LOOPBACK

RECIPE = '{"name":"Rice","ingredients":[{"lines":["300 g rice","360 ml water"]}],"steps":["Cook the rice."]}'
REPORT = '{"kind":"nutrition-summary"}'
JSON = "-H 'content-type: application/json'"


def addresses(picture: Picture) -> list[tuple[str, str]]:
    """Return every part with its address."""
    settings = picture.settings
    return [
        ("gateway", picture.gateway_url),
        ("docs", f"{picture.gateway_url}/docs"),
        ("api", " and ".join(f"http://{LOOPBACK}:{port}" for port in picture.places.api_ports)),
        ("issuer", settings.issuer),
        ("database", settings.database_url),
        ("queues", settings.sqs_endpoint or f"AWS, {settings.sqs_region}"),
        ("traces", settings.otlp_endpoint or "off"),
        ("logs", str(picture.folder.path / "logs")),
    ]


def curl_lines(gateway_url: str, token_file: Path, trusted_file: Path | None = None) -> list[str]:
    """Return a command that runs at once, a deferred one, and a look at its job."""
    trusting = "" if trusted_file is None else f"--cacert {shlex.quote(str(trusted_file))} "
    curl = f'curl -s {trusting}-H "Authorization: Bearer $(cat {shlex.quote(str(token_file))})"'
    location = "awk 'tolower($1) == \"location:\" {print $2}' | tr -d '\\r'"
    return [
        f"{curl} {JSON} -d '{RECIPE}' {gateway_url}/recipes",
        f"JOB=$({curl} -i {JSON} -d '{REPORT}' {gateway_url}/generate-report | {location}); echo $JOB",
        f"{curl} {gateway_url}$JOB",
    ]


def greeting(picture: Picture, token: str | None, curls: Sequence[str], ready_seconds: float) -> str:
    """Return the whole text."""
    lines = [f"Kondate is ready after {ready_seconds:.1f} s.", ""]
    lines += [f"  {name:<9} {address}" for name, address in addresses(picture)]
    if token is not None:
        lines += ["", "A token:", "", token, "", "Try:", "", *curls]
    return "\n".join([*lines, "", "Ctrl-C stops everything."])
