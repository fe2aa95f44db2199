"""Finds which known ingredient a text names: the longest known name at its head, or none at all.

In English and Japanese the thing itself stands last ("brown sugar", "豚バラ肉"), so only a name at the end
counts: "butter beans" are no butter. A different known name before it makes another food of the two
("almond milk", "rice flour", "ice cream"), which is unknown until somebody adds it.
"""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_JAPANESE = re.compile("[぀-ヿ㐀-鿿]")
_LATIN_MARKS = re.compile("[̀-ͯ]")
_LONGEST_NAME = 6
_MOST_WORDS = 24
_LONGEST_JAPANESE = 40

# What may follow the name without changing the food, beside participles ("melted").
_TRAILING = frozenset({
    "piece", "half", "cube", "slice", "strip", "stalk", "sprig", "leaf", "clove", "head", "stick", "ring", "round",
    "dice", "chunk", "top", "flesh", "meat", "raw", "fresh", "fine", "thin", "small", "large", "whole", "medium",
    "size", "warm", "cold", "hot", "soft", "dry", "lean", "ripe", "other", "each", "or", "and", "finely", "thinly",
    "coarsely", "slightly", "lightly", "freshly", "roughly", "beaten", "broken", "additional", "extra", "i", "ii",
    "iii", "iv", "v",
})  # fmt: skip
# What makes another food of any name that follows it.
_ESTRANGING = frozenset({
    "soy", "soya", "vegan", "imitation", "mock", "artificial", "free", "less", "plant", "substitute", "extract",
    "fish", "nut", "peppermint", "wintergreen", "rose",
})  # fmt: skip
# Known names that are only a colour when another name follows.
_ONLY_COLOURS = frozenset({"white"})
# Parts that are foods of their own ("juice of lemons" is lemon juice), and parts that are the food itself.
_OWN_PARTS = frozenset({"yolk", "white", "juice", "rind", "zest", "peel"})
_SAME_PARTS = frozenset({
    "breast", "shin", "leg", "round", "knuckle", "shoulder", "slice", "sprig", "piece", "stalk", "blade", "dusting",
})  # fmt: skip
_JAPANESE_TRAILING = re.compile(
    r"(?:の)?(?:みじん切り|薄切り|千切り|せん切り|すりおろし|小口切り|角切り|ざく切り|こま切れ)$"
)
# Salted or not, it is the same food, though 塩 is a food itself.
_JAPANESE_SALTING = re.compile("無塩|有塩|加塩|減塩|食塩不使用")


def words_of(text: str) -> list[str]:
    """Return the text's words, small, without accents, in the singular."""
    plain = text.lower()
    if not plain.isascii():
        stripped = _LATIN_MARKS.sub(
            "", unicodedata.normalize("NFKD", plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        )
        plain = unicodedata.normalize("NFC", stripped)
    return [singular(word.removesuffix("'s")) for word in _WORD.findall(plain)][:_MOST_WORDS]


def singular(word: str) -> str:
    """Return an English word without its plural ending; equal for both numbers, not always a word."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):  # noqa: PLR2004 (shorter words have no plural ending to lose)
        return word
    for ending, instead in (("ies", "y"), ("oes", "o"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return {"leaves": "leaf", "halves": "half", "loaves": "loaf"}.get(word, word[:-1])


def name_key(name: str) -> str:
    """Return what two names have in common exactly when a line that holds one may mean the other."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return plain if _JAPANESE.search(name) else " ".join(words_of(name))


def is_findable(name: str) -> bool:
    """Whether a line could ever be found to hold this name: it has a word, and is not too long."""
    if _JAPANESE.search(name):
        return len(name_key(name)) <= _LONGEST_JAPANESE
    return 0 < len(words_of(name)) <= _LONGEST_NAME


class NameIndex:
    """Names, each leading to the name of the ingredient it means."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take pairs of a name or alias and its ingredient; the first to claim a name keeps it."""
        self._english: dict[str, str] = {}
        self._japanese: dict[str, str] = {}
        for name, ingredient in names:
            known = self._japanese if _JAPANESE.search(name) else self._english
            known.setdefault(name_key(name), ingredient)
        self._english.pop("", None)

    def find(self, text: str) -> str | None:
        """Return the ingredient that the text names, or None when it names none or more than one."""
        if _JAPANESE.search(text):
            return self._find_japanese(unicodedata.normalize("NFKC", text))
        words = words_of(text)
        if "of" in words[1:-1]:
            words = _without_of(words)
        found = self._find_english(words)
        return self._find_first_of_two(words) if found is None and "or" in words[1:] else found

    def _find_first_of_two(self, words: list[str]) -> str | None:
        """Take the first of "lard or butter", lemon juice of "lemon or lime juice", none of "plum or fig jam"."""
        place = words.index("or", 1)
        first, second = words[:place], words[place + 1 :]
        shared = self._find_english(first + second[-1:]) if len(second) > 1 else None
        if shared is not None:
            return shared
        is_clear = len(second) < 2 or second[0] == "other" or self._find_english(second) is not None  # noqa: PLR2004 (one word shares no head)
        return self._find_english(first) if is_clear else None

    def _find_english(self, words: list[str]) -> str | None:
        for end in range(len(words), 0, -1):
            for start in range(max(0, end - _LONGEST_NAME), end):
                ingredient = self._english.get(" ".join(words[start:end]))
                if ingredient is not None:
                    return None if self._is_estranged(words[:start], ingredient) else ingredient
            if not _may_trail(words[end - 1]):
                return None
        return None

    def _is_estranged(self, before: list[str], ingredient: str) -> bool:
        if not _ESTRANGING.isdisjoint(before):
            return True
        for start in range(len(before)):
            if before[start] in _ONLY_COLOURS:
                continue
            for end in range(start + 1, min(len(before), start + _LONGEST_NAME) + 1):
                other = self._english.get(" ".join(before[start:end]))
                if other is not None and other != ingredient:
                    return True
        return False

    def _find_japanese(self, text: str) -> str | None:
        name = _JAPANESE_SALTING.sub("", _JAPANESE_TRAILING.sub("", text.strip()))[-_LONGEST_JAPANESE:]
        for start in range(len(name)):
            ingredient = self._japanese.get(name[start:])
            if ingredient is not None:
                before = name[:start]
                others = (self._japanese.get(before[a:b]) for a in range(start) for b in range(a + 1, start + 1))
                return None if any(other not in {None, ingredient} for other in others) else ingredient
        return None


def _without_of(words: list[str]) -> list[str]:
    place = words.index("of", 1)
    part, whole = words[place - 1], words[place + 1 :]
    if part in _OWN_PARTS:
        return [*whole, part]
    return whole if part in _SAME_PARTS else words


def _may_trail(word: str) -> bool:
    return word in _TRAILING or (word.endswith("ed") and not word.endswith(("eed", "red")))
