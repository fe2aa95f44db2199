"""What a caterer or a dietician sees on a report's page."""

import re
from collections.abc import Mapping
from typing import Any

from domain.report import ReportKind
from entrypoints.http.representations.charts import changes
from entrypoints.http.representations.page import page_parts


def page(kind: ReportKind, rows: list[dict[str, Any]], **summary: object) -> str:
    """Return the page without its style sheet."""
    head: Mapping[str, Any] = {"id": "1", "kind": kind.value, "parameters": {}, "snapshot": "sha256:0"}
    report = {"report": head, "coverage": {"lines": 3, "resolved": 2}, "summary": summary, "rows": rows}
    return re.sub(r"<style>.*?</style>", "", b"".join(page_parts(report)).decode(), flags=re.DOTALL)


def nutrition(category: str, energy: float | None) -> dict[str, Any]:
    figures = {"recipes": 0 if energy is None else 1, "p10": energy, "p50": energy, "p90": energy}
    names = ("energy_kcal", "protein_g", "fat_g", "saturates_g", "carbohydrate_g", "sugars_g", "fibre_g", "sodium_mg")
    return {"category": category, "recipes": 1, "nutrients": dict.fromkeys(names, figures)}


def test_categories_without_figures_come_last_and_show_dashes_not_zeros() -> None:
    shown = page(ReportKind.NUTRITION_SUMMARY, [nutrition("Beef", None), nutrition("Soup", 269.86)])
    assert shown.index("<td>Soup") < shown.index("<td>Beef")
    assert '<td class="n">270</td>' in shown
    assert '<td class="n">269.9</td>' in shown
    assert shown.rpartition("<td>Beef")[2].count('<td class="n">–</td>') == 10


def test_marks_of_allergens_have_a_key() -> None:
    row = {"recipe": "1", "name": "Rice", "category": None, "milk": "contains", "egg": "unknown"}
    shown = page(ReportKind.ALLERGEN_MATRIX, [row], allergens=[])
    assert '<p class="key"><span>● contains</span><span>◐ may contain</span>' in shown
    assert '<td class="contains" title="contains">●</td>' in shown
    assert '<th class="v">milk</th>' in shown


def test_a_column_shows_as_many_places_in_every_row() -> None:
    rows = [
        {"category": name, "recipes": 1, "changePercent": change, "costPerServing": {"2026-01": cost}}
        for name, change, cost in (("Soup", 5.0, 1.5), ("Bread", None, 1200.123))
    ]
    shown = page(ReportKind.COST_TREND, rows, currency="EUR", costPerServing={"2026-01": 1.5}, movers=[])
    assert '<td class="n">1.50</td>' in shown
    assert '<td class="n">1,200.12</td>' in shown
    assert '<td class="n">5</td>' in shown


def test_what_became_cheaper_is_not_drawn_as_what_became_dearer() -> None:
    chart = changes("Change", [("milk", 0.25), ("egg", -0.5)])
    assert "milk +" in chart
    assert "egg \N{MINUS SIGN}" in chart
    assert "<title>egg \N{MINUS SIGN}, cheaper: 0.5</title>" in chart
    assert "<title>milk +, dearer: 0.25</title>" in chart
