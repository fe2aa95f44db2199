"""The documents say what is so: links lead somewhere; settings, metrics, routes and subcommands are the real ones."""

import re
from enum import Enum
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from adapters.telemetry.metrics import PrometheusMeter
from entrypoints.cli.__main__ import COMMANDS
from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes
from entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "src").rglob("*.md"),
        *(ROOT / "clients").rglob("*.md"),
    ]
)
CONFIGURATION = ROOT / "docs" / "configuration.md"
OPERATIONS = ROOT / "docs" / "operations.md"

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
SETTING = re.compile(r"^\| `(KONDATE_\w+)` \| [^|]+ \| (?:`([^`]+)`|(\w+)) \|$", re.MULTILINE)
ROUTE = re.compile(r"`([A-Z]+ /[^`]*)`")
SUBCOMMAND = re.compile(r"(?:[`/]|^)kondate ([a-z]+)", re.MULTILINE)
METRIC = re.compile(r"`(kondate_[a-z_]+)`")


def _name(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_relative_link_resolves(document: Path) -> None:
    for path, fragment in LINK.findall(document.read_text("utf-8")):
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not fragment or fragment in _anchors(target), f"{path}#{fragment}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_subcommand_named_exists(document: Path) -> None:
    assert set(SUBCOMMAND.findall(document.read_text("utf-8"))) <= COMMANDS.keys()


def test_operations_name_every_subcommand() -> None:
    assert set(SUBCOMMAND.findall(OPERATIONS.read_text("utf-8"))) == COMMANDS.keys()


def test_configuration_lists_each_setting_with_its_default() -> None:
    listed = [(name, quoted or word) for name, quoted, word in SETTING.findall(CONFIGURATION.read_text("utf-8"))]
    assert listed == [(field.encode_name, _default(field)) for field in msgspec.structs.fields(Settings)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_setting_named_exists(document: Path) -> None:
    known = {f"KONDATE_{name.upper()}" for name in get_type_hints(Settings)}
    assert set(re.findall(r"`(KONDATE_[A-Z_]+[A-Z])\b", document.read_text("utf-8"))) <= known


def test_operations_list_each_metric() -> None:
    exposed = PrometheusMeter().exposition()[0].decode()
    declared = re.findall(r"^# TYPE (kondate_\w+)", exposed, re.MULTILINE)
    assert set(METRIC.findall(OPERATIONS.read_text("utf-8"))) == set(declared)


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=_name)
def test_a_decisions_title_has_the_number_of_its_file(record: Path) -> None:
    assert record.read_text("utf-8").startswith(f"# {record.name[:4]}: ")


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_a_decision_is_cited_by_its_number(document: Path) -> None:
    cited = re.findall(r"\[(?:decision )?(\d{4})\]\((?:\S*/)?(\d{4})-", document.read_text("utf-8"))
    assert [said for said, _ in cited] == [linked for _, linked in cited]


@pytest.mark.parametrize("document", READMES, ids=_name)
def test_readme_lists_each_route_with_its_scopes_and_roles(document: Path) -> None:
    rows = re.findall(r"^\| (`[A-Z]+ /.*?) \| (.*?) \|", document.read_text("utf-8"), re.MULTILINE)
    listed = {route: scope for cell, scope in rows for route in ROUTE.findall(cell)}
    actual = edge_routes(with_docs=False)
    known = {f"{method} {_anonymous(each.template)}": each.edge for each in actual for method in each.methods}
    shown = {route: scope for route, scope in listed.items() if route not in {"GET /openapi.json", "GET /docs"}}
    assert {_anonymous(route) for route in shown} == known.keys()
    for route, scope in shown.items():
        edge = known[_anonymous(route)]
        assert set(re.findall(r"`([a-z:]+)`", scope)) == edge.scopes | edge.roles
        assert (edge.exposure is Exposure.PUBLIC) is (scope in {"public", "公開"})


def test_both_readmes_hold_the_same_shell_lines() -> None:
    english, japanese = (_commands(document.read_text("utf-8")) for document in READMES)
    assert [line for line in english if "-d '{" not in line] == [line for line in japanese if "-d '{" not in line]


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as they are made from their text."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    match field.default:
        case None | () | "" | msgspec.NODEFAULT:  # a mapping's default is made anew each time, and is empty
            return "none"
        case bool(default):
            return str(default).lower()
        case tuple(default):
            return ",".join(default)
        case Enum():
            return str(field.default.value)
        case default:
            return str(default)


def _anonymous(route: str) -> str:
    """Return the route with its parameters unnamed: a reader needs no more than their place."""
    return re.sub(r"\{[^}]*\}", "{}", route)


def _commands(text: str) -> list[str]:
    """Return the command lines of the bash blocks, without comments."""
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    lines = [re.sub(r"\s+# .*|^# .*", "", line) for block in blocks for line in block.splitlines()]
    return [line for line in lines if re.match(r"[A-Za-z.]", line)]
