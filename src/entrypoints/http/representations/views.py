"""What a page shows of each kind of report: which charts, and which columns; a kind without a row here shows all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrypoints.http.representations.charts import bars, lines, stacked

MOST_BARS = 20
Report = Mapping[str, Any]


def _no_charts(_report: Report) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class View:
    """How a kind is shown: its charts, and the paths of its columns with their headings (none: all paths)."""

    charts: Callable[[Report], Sequence[str]] = _no_charts
    columns: Mapping[str, str] | None = None
    rows: str = "Rows"
    drawn: frozenset[str] = frozenset()
    """Members of the summary that a chart shows already."""


def _nutrition(report: Report) -> Sequence[str]:
    medians = [(_named(row["category"]), row["nutrients"]["energy_kcal"]["p50"]) for row in report["rows"]]
    known = sorted([each for each in medians if each[1] is not None], key=lambda each: -each[1])
    return [bars("Median energy of a serving, kcal", known[:MOST_BARS])] if known else []


def _allergens(report: Report) -> Sequence[str]:
    answers = ("contains", "mayContain", "unknown", "free")
    counted = [(each["allergen"], [each[answer] for answer in answers]) for each in report["summary"]["allergens"]]
    return [stacked("Recipes by allergen", ["contains", "may contain", "unknown", "free"], counted)]


def _costs(report: Report) -> Sequence[str]:
    summary = report["summary"]
    largest = sorted(report["rows"], key=lambda row: -row["recipes"])[:5]
    series = {"all": summary["costPerServing"], **{_named(row["category"]): row["costPerServing"] for row in largest}}
    title = f"Cost of an average serving, {summary['currency']}"
    moved = [(each["ingredient"], abs(each["changePerServing"])) for each in summary["movers"]]
    return [lines(title, series), *([bars("Change of a serving's cost, by ingredient", moved)] if moved else [])]


def _purchases(report: Report) -> Sequence[str]:
    costs = [(row["ingredient"], row["cost"]) for row in report["rows"] if row["cost"]]
    largest = sorted(costs, key=lambda each: -each[1])[:MOST_BARS]
    suppliers = [(each["supplier"], each["cost"]) for each in report["summary"]["suppliers"]]
    currency = report["summary"]["currency"]
    if not largest:
        return []
    return [bars(f"Cost by supplier, {currency}", suppliers), bars(f"What costs most, {currency}", largest)]


def _affinity(report: Report) -> Sequence[str]:
    pairs = [(f"{row['ingredient']} + {row['with']}", row["lift"]) for row in report["rows"][:MOST_BARS]]
    return [bars("Lift: how many times as often as by chance", pairs)] if pairs else []


def _named(category: str | None) -> str:
    return category or "without category"


VIEWS: Mapping[str, View] = {
    "nutrition-summary": View(
        _nutrition,
        {
            "category": "category",
            "recipes": "recipes",
            "nutrients.energy_kcal.recipes": "with figures",
            "nutrients.energy_kcal.p10": "kcal p10",
            "nutrients.energy_kcal.p50": "kcal median",
            "nutrients.energy_kcal.p90": "kcal p90",
            "nutrients.protein_g.p50": "protein g",
            "nutrients.fat_g.p50": "fat g",
            "nutrients.saturates_g.p50": "saturates g",
            "nutrients.carbohydrate_g.p50": "carbohydrate g",
            "nutrients.sugars_g.p50": "sugars g",
            "nutrients.fibre_g.p50": "fibre g",
            "nutrients.sodium_mg.p50": "sodium mg",
        },
        "A serving, by category (medians)",
    ),
    "allergen-matrix": View(_allergens, rows="Recipes", drawn=frozenset({"allergens"})),
    "cost-trend": View(_costs, rows="Cost of an average serving, by category"),
    "purchasing-list": View(
        _purchases,
        {
            "supplier": "supplier",
            "ingredient": "ingredient",
            "grams": "needed g",
            "packs": "packs",
            "packGrams": "of g",
            "pricePerPack": "at",
            "cost": "cost",
            "shareOfCostPercent": "% of cost",
            "leftOverGrams": "left over g",
            "recipes": "recipes",
            "recipesWithoutAmount": "of them without amount",
        },
        "To buy",
        frozenset({"suppliers"}),
    ),
    "ingredient-affinity": View(_affinity, rows="Pairs"),
}
