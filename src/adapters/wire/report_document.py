"""The report as it is shown and stored: the one envelope that every kind of report has."""

import msgspec

from domain.report import Report


def report_document(report: Report) -> bytes:
    """Return the report's public JSON: `{report, coverage, summary, rows}`."""
    selection = report.selection
    parameters = {
        "recipeIds": [str(recipe_id) for recipe_id in selection.recipe_ids] or None,
        "category": selection.category,
        "tag": selection.tag,
    }
    return msgspec.json.encode(
        {
            "report": {
                "id": str(report.id),
                "kind": report.kind.value,
                "parameters": {name: value for name, value in parameters.items() if value is not None},
                "snapshot": report.snapshot,
            },
            **report.content,
        }
    )
