"""The structure holds: four packages, imports inward, a core of the standard library, an edge policy for each route."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from litestar.handlers import HTTPRouteHandler

from application.dispatch import EVENT_HANDLERS, USE_CASES
from domain.commands import Command
from domain.events import Event
from entrypoints.edge import Edge, Exposure
from entrypoints.http.app import routes

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
PACKAGES = {"domain", "application", "adapters", "entrypoints"}
CORE_FILES = sorted(file for package in ("domain", "application") for file in (SRC / package).rglob("*.py"))


def test_source_holds_exactly_the_four_packages() -> None:
    assert {path.name for path in SRC.iterdir() if path.is_dir() and not path.name.endswith(".egg-info")} == PACKAGES


def test_import_contracts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert len(read_configuration()["contracts_options"]) >= 4
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("file", CORE_FILES, ids=lambda file: str(file.relative_to(SRC)))
def test_core_imports_only_the_standard_library(file: Path) -> None:
    foreign = set(_imported(file)) - sys.stdlib_module_names - {"domain", "application"}
    assert not foreign


@pytest.mark.parametrize("file", sorted(SRC.rglob("*.py")), ids=lambda file: str(file.relative_to(SRC)))
def test_imports_stand_at_the_top_of_each_module(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    inline = [
        inner.lineno
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.If)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not inline


def test_every_command_has_a_row_in_the_table() -> None:
    assert set(USE_CASES) == set(Command.__args__)


def test_only_known_events_are_followed() -> None:
    assert set(EVENT_HANDLERS) <= set(Event.__args__)


@pytest.mark.parametrize("route", routes(with_docs=True), ids=lambda route: route.fn.__name__)
def test_every_route_declares_its_edge_policy(route: HTTPRouteHandler) -> None:
    edge = route.opt.get("edge")
    assert isinstance(edge, Edge)
    assert edge.exposure is Exposure.TOKEN or not edge.scopes


def test_production_shows_no_documentation() -> None:
    shown = {path for route in routes(with_docs=False) for path in route.paths}
    assert not {path for path in shown if path.startswith(("/docs", "/openapi"))}


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield (node.module or "").partition(".")[0]
