"""What a page shows of each kind of report: which charts, and which columns; a kind without a row here shows all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from entrypoints.http.representations.charts import bars, changes, lines, stacked

MOST_BARS = 20
GRAMS = ("protein_g", "fat_g", "saturates_g", "carbohydrate_g", "sugars_g", "fibre_g")
Report = Mapping[str, Any]
Row = Mapping[str, Any]


def _no_charts(_report: Report) -> Sequence[str]:
    return ()


def _has_nothing_to_tell(_row: Row) -> bool:
    return False


def _is_without_figures(row: Row) -> bool:
    return not row["nutrients"]["energy_kcal"]["recipes"]


@dataclass(frozen=True, slots=True)
class View:
    """How a kind is shown: its charts, and the paths of its columns with their headings (none: all paths)."""

    charts: Callable[[Report], Sequence[str]] = _no_charts
    columns: Mapping[str, str] | None = None
    rows: str = "Rows"
    drawn: frozenset[str] = frozenset()
    """Members of the summary that a chart shows already."""
    places: Mapping[str, int] = field(default_factory=dict)
    """How many decimal places a column shows; without an entry, as many as its finest figure, the same in each row."""
    most_places: int = 4
    is_empty: Callable[[Row], bool] = _has_nothing_to_tell
    """Whether a row has no figures: such rows come last."""


def _nutrition(report: Report) -> Sequence[str]:
    medians = [(_named(row["category"]), row["nutrients"]["energy_kcal"]["p50"]) for row in report["rows"]]
    known = sorted([(name, round(median)) for name, median in medians if median is not None], key=lambda each: -each[1])
    return [bars("Median energy of a serving, kcal", known[:MOST_BARS])] if known else []


def _allergens(report: Report) -> Sequence[str]:
    answers = ("contains", "mayContain", "unknown", "free")
    counted = [(each["allergen"], [each[answer] for answer in answers]) for each in report["summary"]["allergens"]]
    return [stacked("Recipes by allergen", ["contains", "may contain", "unknown", "free"], counted, "presences")]


def _costs(report: Report) -> Sequence[str]:
    summary = report["summary"]
    largest = sorted(report["rows"], key=lambda row: -row["recipes"])[:5]
    series = {"all": summary["costPerServing"], **{_named(row["category"]): row["costPerServing"] for row in largest}}
    title = f"Cost of an average serving, {summary['currency']}"
    moved = [(each["ingredient"], each["changePerServing"]) for each in summary["movers"]]
    change = f"Change of an average serving's cost, {summary['currency']}, by ingredient"
    return [lines(title, series), *([changes(change, moved)] if moved else [])]


def _purchases(report: Report) -> Sequence[str]:
    costs = [(row["ingredient"], row["cost"]) for row in report["rows"] if row["cost"]]
    largest = sorted(costs, key=lambda each: -each[1])[:MOST_BARS]
    suppliers = [(each["supplier"], each["cost"]) for each in report["summary"]["suppliers"]]
    suppliers.sort(key=lambda each: -each[1])
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
        places={
            **dict.fromkeys([f"nutrients.energy_kcal.{each}" for each in ("p10", "p50", "p90")], 0),
            **dict.fromkeys([f"nutrients.{each}.p50" for each in GRAMS], 1),
            "nutrients.sodium_mg.p50": 0,
        },
        is_empty=_is_without_figures,
    ),
    "allergen-matrix": View(_allergens, rows="Recipes", drawn=frozenset({"allergens"})),
    "cost-trend": View(_costs, rows="Cost of an average serving, by category", most_places=2),
    "purchasing-list": View(
        _purchases,
        {
            "supplier": "supplier",
            "ingredient": "ingredient",
            "grams": "needed g",
            "packs": "packs",
            "packGrams": "g a pack",
            "pricePerPack": "price a pack",
            "cost": "cost",
            "shareOfCostPercent": "% of cost",
            "leftOverGrams": "left over g",
            "recipes": "recipes",
            "recipesWithoutAmount": "of them without amount",
        },
        "To buy",
        frozenset({"suppliers"}),
        {"pricePerPack": 2, "cost": 2},
    ),
    "ingredient-affinity": View(
        _affinity,
        {
            "ingredient": "ingredient",
            "with": "with",
            "recipes": "recipes with both",
            "recipesOfIngredient": "with the first",
            "recipesOfWith": "with the second",
            "supportPercent": "% of recipes",
            "lift": "lift",
            "pmi": "PMI",
        },
        "Pairs",
    ),
}
