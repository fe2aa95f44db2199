"""The kitchen's units, each as an exact multiple of the gram, the millilitre or the piece.

US customary: NIST Handbook 44, Appendix C: the gallon is 231 cubic inches, the inch 25.4 mm, the
avoirdupois pound 453.59237 g, the dry bushel 2150.42 cubic inches; a cup is a sixteenth of a gallon.
Japan: the kitchen's cup is 200 ml, its spoons 15 ml and 5 ml (set by Kagawa Aya in 1948, and what every
measuring spoon sold there is marked with; there is no formal standard); the gō in kitchens is the rice
cup of 180 ml, not the historic 2401/13310 litre.
Pinch and dash have no standard: they are a sixteenth and an eighth of a teaspoon, as measuring spoons
are sold; a drop is the metric drop of 1/20 ml.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Dimension(StrEnum):
    """What a unit measures; only an ingredient's own figures lead from one to another."""

    MASS = "mass"
    VOLUME = "volume"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its singular name; `factor` is the grams, millilitres or pieces in one of it."""

    name: str
    dimension: Dimension
    factor: Fraction


_GALLON_ML = 231 * Fraction("2.54") ** 3
_CUP_ML = _GALLON_ML / 16
_TEASPOON_ML = _GALLON_ML / 768
_PECK_ML = Fraction("2150.42") * Fraction("2.54") ** 3 / 4
_POUND_G = Fraction("453.59237")

_MASS: dict[str, tuple[Fraction, str]] = {
    "gram": (Fraction(1), "g gr gm gms grams gramme grammes グラム"),
    "kilogram": (Fraction(1000), "kg kgs kilo kilos kilograms キロ キログラム"),
    "milligram": (Fraction(1, 1000), "mg milligrams"),
    "ounce": (_POUND_G / 16, "oz ozs ounces オンス"),
    "pound": (_POUND_G, "lb lbs pounds ポンド"),
}
_VOLUME: dict[str, tuple[Fraction, str]] = {
    "millilitre": (Fraction(1), "ml mls millilitres milliliter milliliters cc ミリリットル"),
    "centilitre": (Fraction(10), "cl centilitres centiliter centiliters"),
    "decilitre": (Fraction(100), "dl decilitres deciliter deciliters デシリットル"),
    "litre": (Fraction(1000), "l litres liter liters リットル"),
    "teaspoon": (_TEASPOON_ML, "t tsp tsps teaspoons teaspoonful teaspoonfuls teaspoonsful ts"),
    "tablespoon": (3 * _TEASPOON_ML, "T tbsp tbsps tbs tbl tablespoons tablespoonful tablespoonfuls tablespoonsful"),
    "cup": (_CUP_ML, "c cups cupful cupfuls"),
    "fluid ounce": (_CUP_ML / 8, "floz fluid-ounce"),
    "gill": (_CUP_ML / 2, "gills"),
    "pint": (2 * _CUP_ML, "pt pts pints"),
    "quart": (4 * _CUP_ML, "qt qts quarts"),
    "gallon": (_GALLON_ML, "gal gals gallons"),
    "peck": (_PECK_ML, "pk pks pecks"),
    "bushel": (4 * _PECK_ML, "bu bushels"),
    "pinch": (_TEASPOON_ML / 16, "pinches ひとつまみ"),
    "dash": (_TEASPOON_ML / 8, "dashes"),
    "drop": (Fraction(1, 20), "drops 滴"),
    "大さじ": (Fraction(15), "大匙 おおさじ"),
    "小さじ": (Fraction(5), "小匙 こさじ"),
    "カップ": (Fraction(200), ""),
    "合": (Fraction(180), ""),
    "升": (Fraction(1800), ""),
}
_COUNT: dict[str, str] = {
    "piece": "pieces pc pcs 個 コ ケ ヶ こ つ 本 玉 尾 匹 粒",
    "bag": "bags 袋",
    "blade": "blades",
    "block": "blocks 丁",
    "bottle": "bottles 瓶 びん ビン",
    "box": "boxes 箱",
    "bunch": "bunches 束 把 わ",
    "cake": "cakes",
    "can": "cans tin tins 缶",
    "clove": "cloves 片 かけ かけら",
    "ear": "ears",
    "fillet": "fillets filet filets",
    "head": "heads 株",
    "jar": "jars",
    "leaf": "leaves",
    "loaf": "loaves 斤",
    "package": "packages pkg pkgs pack packs packet packets envelope envelopes パック",
    "sheet": "sheets 枚",
    "slice": "slices strip strips rasher rashers 切れ 切",
    "sprig": "sprigs 枝",
    "square": "squares",
    "stalk": "stalks rib ribs",
    "stick": "sticks",
}


def _table() -> dict[str, Unit]:
    units = [(Unit(name, Dimension.MASS, factor), words) for name, (factor, words) in _MASS.items()]
    units += [(Unit(name, Dimension.VOLUME, factor), words) for name, (factor, words) in _VOLUME.items()]
    units += [(Unit(name, Dimension.COUNT, Fraction(1)), words) for name, words in _COUNT.items()]
    units.append((Unit("dozen", Dimension.COUNT, Fraction(12)), "doz dozens ダース"))
    units.append((Unit("half", Dimension.COUNT, Fraction(1, 2)), "halves"))
    return {word: unit for unit, words in units for word in (unit.name, *words.split())}


_UNITS = _table()


def find_unit(word: str) -> Unit | None:
    """Return the unit that a word or abbreviation names, or None; plural, case and a final dot do not matter.

    The one exception: a lone `T` is a tablespoon, a lone `t` a teaspoon.
    """
    plain = word.strip().rstrip(".")
    return _UNITS.get(plain) or _UNITS.get(plain.lower())


def unit_words() -> frozenset[str]:
    """Return every word that `find_unit` knows, for grammars to build on."""
    return frozenset(_UNITS)


def converted(value: Fraction, source: Unit, target: Unit) -> Fraction | None:
    """Return the value in the target unit, exactly; None when the two measure different things."""
    if source.dimension is not target.dimension:
        return None
    return value * source.factor / target.factor
