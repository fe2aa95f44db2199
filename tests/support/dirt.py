"""Lines that imports meet: good ones, odd ones that are good all the same, and bad ones of every kind."""

import json
from collections.abc import Iterator, Mapping


def good_line(number: int = 1, **members: object) -> bytes:
    """Return a recipe's line, another one for each number."""
    node = {
        "@context": "https://schema.org",
        "@type": "Recipe",
        "identifier": f"good-{number}",
        "name": f"Rice no. {number}",
        "recipeIngredient": ["300 g rice", "360 ml water", "salt to taste"],
        "recipeInstructions": ["Cook it."],
        "recipeYield": "4 servings",
        **members,
    }
    return json.dumps(node, ensure_ascii=False).encode()


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


_PLAIN = good_line(0)

ODD: Mapping[str, bytes] = {
    "CRLF": good_line(101) + b"\r",
    "spaces around": b" \t" + good_line(102) + b"  ",
    "absurd amounts": good_line(
        103, recipeIngredient=["9" * 400 + " g rice", "1e99 cups sugar", "-5 kg salt", "1/0 cup milk", "99999999999 kg"]
    ),
    "an absurd yield": good_line(104, recipeYield="999999999999 servings", prepTime="P99999D", cookTime="soon"),
    "texts nested deeper than any are": good_line(105)[:-1] + b', "x": ' + _nested(400) + b"}",
    "steps nested 400 deep": good_line(106)[:-1] + b', "description": ' + _nested(400) + b"}",
    "a name of 5,000 letters": good_line(107, name="a" * 5_000),
    "no type at all": b'{"identifier": "untyped", "name": "Rice", "recipeIngredient": ["300 g rice"]}',
    "a graph": b'{"@graph": [{"@type": "Person"}, ' + good_line(108) + b"]}",
    "members of the wrong type": good_line(109, recipeYield={"a": []}, keywords=7, author=[None], image=True),
    "emoji and other planes": good_line(110, name="\N{CURRY AND RICE} 𩸽"),
    "an identifier that is an object": good_line(111, identifier={"@type": "PropertyValue", "value": 4711}),
}
"""Lines that are recipes, whatever they look like."""

BAD: Mapping[str, tuple[bytes, str]] = {
    "not JSON": (b"Rice: 300 g", "unreadable-line"),
    "cut off": (_PLAIN[:-10], "unreadable-line"),
    "two objects": (_PLAIN + _PLAIN, "unreadable-line"),
    "a number": (b"42", "invalid-recipe"),
    "null": (b"null", "invalid-recipe"),
    "an empty list": (b"[]", "invalid-recipe"),
    "another type": (b'{"@type": "Person", "name": "Rice"}', "invalid-recipe"),
    "a NUL": (_PLAIN.replace(b"Rice", b"Ri\0ce"), "unreadable-line"),
    "an escaped NUL": (_PLAIN.replace(b"Rice", b"Ri\\u0000ce"), "unreadable-line"),
    "a lone surrogate": (_PLAIN.replace(b"Rice", b"\\ud800"), "unreadable-line"),
    "invalid UTF-8": (_PLAIN.replace(b"Rice", b"\xff\xfe"), "unreadable-line"),
    "overlong UTF-8": (_PLAIN.replace(b"Rice", b"\xc0\xaf"), "unreadable-line"),
    "UTF-16": (_PLAIN.decode().encode("utf-16-be"), "unreadable-line"),
    "a mark in the middle": (b"{" + b"\xef\xbb\xbf" + _PLAIN[1:], "unreadable-line"),
    "nested 5,000 deep": (_nested(5_000), "unreadable-line"),
    "nested in an unknown member": (_PLAIN[:-1] + b', "x": ' + _nested(5_000) + b"}", "unreadable-line"),
    "a graph of graphs": (b'{"@graph": ' * 500 + b"{}" + b"}" * 500, "invalid-recipe"),
    "a member twice": (_PLAIN[:-1] + b', "name": "Other"}', "unreadable-line"),
    "5,000 digits": (_PLAIN[:-1] + b', "x": ' + b"9" * 5_000 + b"}", "unreadable-line"),
    "NaN": (_PLAIN[:-1] + b', "x": NaN}', "unreadable-line"),
    "a line of 300 KB": (good_line(0, description="a" * 300_000), "unreadable-line"),
    "no name": (b'{"@type": "Recipe", "recipeIngredient": ["300 g rice"]}', "invalid-recipe"),
    "a blank name": (_PLAIN.replace(b"Rice no. 0", b"  "), "invalid-recipe"),
    "no ingredients": (b'{"@type": "Recipe", "name": "Rice"}', "invalid-recipe"),
    "301 ingredients": (good_line(0, recipeIngredient=["salt"] * 301), "invalid-recipe"),
}
"""Lines that are none, each with the code of what is wrong."""


def dirty_file(good: int) -> Iterator[tuple[bytes, str | None]]:
    """Yield lines with what is wrong with each, None where nothing is: so many good ones, and dirt of every kind."""
    yield b"\xef\xbb\xbf" + good_line(100), None
    yield b"", None
    yield from ((line, None) for line in ODD.values())
    for number in range(good):
        yield good_line(1_000 + number), None
        if number < len(BAD):
            yield list(BAD.values())[number]
        if number % 7 == 0:
            yield b" \r", None
