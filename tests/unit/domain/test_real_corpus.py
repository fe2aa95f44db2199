"""How much of real recipes is understood: old cook books, as they were written."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from domain.ingredient import Catalogue, LineStatus
from tests.support.facts import sample_ingredients

BESIDE = Path(__file__).parents[4] / "shared" / "data" / "recipes.ndjson"
CORPUS = Path(os.getenv("KONDATE_CORPUS") or BESIDE)  # noqa: TID251 (where a test finds its data is no setting)


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus: KONDATE_CORPUS names a file of recipes, one a line")
@pytest.mark.timeout(120)
def test_most_lines_of_real_recipes_become_grams_or_are_left_to_taste() -> None:
    catalogue = Catalogue(sample_ingredients())
    with CORPUS.open(encoding="utf-8") as file:
        lines = [line for recipe in map(json.loads, file) for line in recipe["recipeIngredient"]]
    found = Counter(catalogue.read(line).status for line in lines)
    understood = found[LineStatus.RESOLVED] + found[LineStatus.TO_TASTE]
    assert understood / len(lines) >= 0.88, found
