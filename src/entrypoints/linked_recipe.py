"""A stored recipe as schema.org/Recipe (JSON-LD), for sites, search engines and other recipe programs."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

MEDIA_TYPE = "application/ld+json"
CONTEXT = ["https://schema.org", {"kondate": "urn:kondate:"}]
MINUTES_A_HOUR = 60
PLAIN = {
    "name": "name", "description": "description", "category": "recipeCategory", "cuisine": "recipeCuisine",
    "language": "inLanguage", "source": "isBasedOn", "licence": "license", "createdAt": "datePublished",
    "updatedAt": "dateModified",
}  # fmt: skip


def linked_recipe(document: bytes) -> bytes:
    """Return the same recipe in the other vocabulary; what is unknown is left out there too."""
    shown = msgspec.json.decode(document)
    node = {"@context": "https://schema.org", "@type": "Recipe", "identifier": shown["id"]}
    node |= {theirs: shown[ours] for ours, theirs in PLAIN.items() if ours in shown}
    return msgspec.json.encode({**node, **dict(_composed(shown))})


def _composed(shown: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    sections = shown["ingredients"]
    yield "recipeIngredient", [line["text"] for section in sections for line in section["lines"]]
    if len(sections) > 1 or sections[0]["title"]:
        # schema.org knows no headings; so many of the lines are under each.
        yield "@context", CONTEXT
        yield "kondate:sections", [{"title": each["title"], "lines": len(each["lines"])} for each in sections]
    if shown["status"] != "published":
        yield "creativeWorkStatus", shown["status"].capitalize()
    if steps := shown.get("steps"):
        yield "recipeInstructions", [{"@type": "HowToStep", "text": step} for step in steps]
    if made := shown.get("yield"):
        yield "recipeYield", f"{made['amount']} {made['unit']}"
    if tags := shown.get("tags"):
        yield "keywords", ", ".join(tags)
    times = {"prepTime": shown.get("prepMinutes"), "cookTime": shown.get("cookMinutes")}
    known = {name: minutes for name, minutes in times.items() if minutes is not None}
    if len(known) == len(times):
        known["totalTime"] = sum(known.values())
    yield from ((name, _duration(minutes)) for name, minutes in known.items())


def _duration(minutes: int) -> str:
    """Write minutes as ISO 8601 does."""
    hours, rest = divmod(minutes, MINUTES_A_HOUR)
    return f"PT{hours}H{rest}M" if hours and rest else f"PT{hours}H" if hours else f"PT{rest}M"
