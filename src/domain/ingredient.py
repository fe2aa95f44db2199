"""Ingredients: what is known of each, and how a line becomes grams of one of them."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from domain.ingredient_line import IngredientLine, parse_line
from domain.ingredient_names import NameIndex, words_of
from domain.japanese_allergens import JapaneseAllergen
from domain.listed_allergens import Listed, ListedAllergens, all_unknown
from domain.nutrient import Nutrient
from domain.units import Dimension, Unit

MOST_REMEMBERED = 10_000
"""Lines whose reading is remembered, some 10 MB."""


class LineStatus(StrEnum):
    """What became of a line: weighed, too little to weigh, or not understood."""

    RESOLVED = "resolved"
    TO_TASTE = "to-taste"
    UNRESOLVED = "unresolved"


class Presence(StrEnum):
    """Whether an allergen is in a food; unknown is an answer of its own and never means free."""

    CONTAINS = "contains"
    MAY_CONTAIN = "may-contain"
    FREE = "free"
    UNKNOWN = "unknown"


class Allergen(StrEnum):
    """The fourteen that must be declared in the EU (Regulation 1169/2011, Annex II)."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGG = "egg"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOY = "soy"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """What is known of an ingredient; None, or absent from a mapping, is unknown.

    `piece_g` is the weight of one of what `piece_measure` describes ("large", "clove", "can (6 oz)");
    `nutrients` are per 100 g; `source` says where the figures come from.
    """

    name: str
    aliases: tuple[str, ...]
    eu_allergens: Mapping[Allergen, Presence]
    density_g_per_ml: Fraction | None
    piece_g: Fraction | None
    piece_measure: str | None
    nutrients: Mapping[Nutrient, Fraction]
    source: str
    jp_allergens: Mapping[JapaneseAllergen, Presence] = field(default_factory=dict)

    def presence(self, allergen: Allergen | JapaneseAllergen) -> Presence:
        """Return whether the allergen is in it."""
        if isinstance(allergen, JapaneseAllergen):
            return self.jp_allergens.get(allergen, Presence.UNKNOWN)
        return self.eu_allergens.get(allergen, Presence.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Figures:
    """Nutrients per 100 g as whole numbers of one fraction, so that sums need no common denominator."""

    denominator: int
    whole: Mapping[Nutrient, int]


@dataclass(frozen=True, slots=True)
class ToldAllergens:
    """What is said of an ingredient's allergens, by the EU's list and by Japan's."""

    eu: ListedAllergens[Allergen]
    jp: ListedAllergens[JapaneseAllergen]


NOTHING_TOLD = ToldAllergens(all_unknown(Allergen), all_unknown(JapaneseAllergen))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLine:
    """A line with the catalogue's name of its ingredient and its weight in grams, each None when unknown.

    A line that uses another recipe names that one instead, and how much of its whole yield goes in.
    """

    line: IngredientLine
    ingredient: str | None
    grams: Fraction | None
    sub_recipe_id: UUID | None = None
    portion: Fraction | None = None

    @property
    def is_weighed(self) -> bool:
        """Whether both are known, so that figures follow."""
        return self.ingredient is not None and self.grams is not None

    @property
    def is_resolved(self) -> bool:
        """Whether nothing is left to ask: it is weighed, or its amount is too small to be."""
        return self.status is not LineStatus.UNRESOLVED

    @property
    def status(self) -> LineStatus:
        """What became of it."""
        if self.is_weighed or self.portion is not None:
            return LineStatus.RESOLVED
        return LineStatus.TO_TASTE if self.line.to_taste else LineStatus.UNRESOLVED

    def scaled(self, factor: Fraction) -> "ResolvedLine":
        """Return the line for so many times as much."""
        return replace(
            self,
            line=self.line.scaled(factor),
            grams=None if self.grams is None else self.grams * factor,
            portion=None if self.portion is None else self.portion * factor,
        )

    @property
    def gram_ends(self) -> tuple[Fraction, Fraction] | None:
        """The least and the most that a range weighs; twice the same for a plain figure, None when unknown."""
        amount = self.line.amount
        if self.grams is None or amount is None:
            return None
        if not amount.is_range:
            return self.grams, self.grams
        apiece = self.grams / amount.midpoint
        return amount.low * apiece, amount.high * apiece


# The first words of `piece_measure` that mean the thing itself and not a part or a pack of it.
_WHOLE = frozenset({"large", "medium", "small", "whole", "piece", "fruit", "lemon", "head", "ear", "pepper", "link"})
_SIZES = frozenset({"small", "large"})
_GENERIC = frozenset({"piece", "dozen", "half"})
# Words for the same part or pack as another, as seen in tables of portions.
_SAME_PIECE = {"sheet": frozenset({"sheet", "slice", "leaf"}), "package": frozenset({"package", "packet"})}


class Catalogue:
    """All known ingredients, found by name or alias; it answers None rather than guess."""

    def __init__(self, ingredients: Iterable[Ingredient]) -> None:
        """Index the ingredients; a name goes before the same alias of another."""
        self._by_name = {ingredient.name: ingredient for ingredient in ingredients}
        known = self._by_name.values()
        names = [(ingredient.name, ingredient.name) for ingredient in known]
        aliases = [(alias, ingredient.name) for ingredient in known for alias in ingredient.aliases]
        self._names = NameIndex([*names, *aliases])
        # A cook writes "1 teaspoon salt" in a thousand recipes.
        self._read: dict[str, ResolvedLine] = {}
        self._figures: dict[str, Figures] = {}
        self._allergens: dict[str, ToldAllergens] = {}

    @property
    def ingredients(self) -> Collection[Ingredient]:
        """All of them."""
        return self._by_name.values()

    def get(self, name: str) -> Ingredient | None:
        """Return the ingredient of exactly this name."""
        return self._by_name.get(name)

    def figures(self, name: str) -> Figures:
        """Return the nutrients of the ingredient of exactly this name, over one denominator; worked out once."""
        known = self._figures.get(name)
        if known is None:
            nutrients = self._by_name[name].nutrients
            denominator = math.lcm(*(figure.denominator for figure in nutrients.values()))
            whole = {nutrient: int(figure * denominator) for nutrient, figure in nutrients.items()}
            known = self._figures[name] = Figures(denominator, whole)
        return known

    def allergens(self, name: str | None) -> ToldAllergens:
        """Return what is said of the ingredient of exactly this name, sorted once; nothing where there is none."""
        if name is None or (ingredient := self._by_name.get(name)) is None:
            return NOTHING_TOLD
        known = self._allergens.get(name)
        if known is None:
            eu = _sorted_out(Allergen, ingredient.eu_allergens)
            jp = _sorted_out(JapaneseAllergen, ingredient.jp_allergens)
            known = self._allergens[name] = ToldAllergens(eu, jp)
        return known

    def find(self, text: str) -> str | None:
        """Return the name of the ingredient that a text names, or None."""
        return self._names.find(text)

    def resolve(self, line: IngredientLine) -> ResolvedLine:
        """Find the line's ingredient, and its weight by unit, density or piece; a range weighs its middle."""
        name = self._names.find(line.ingredient)
        return ResolvedLine(line=line, ingredient=name, grams=_grams(line, self._by_name[name] if name else None))

    def read(self, raw: str) -> ResolvedLine:
        """Read and resolve a line as it was written; the same text is read once."""
        known = self._read.get(raw)
        if known is None:
            known = self.resolve(parse_line(raw))
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            self._read[raw] = known
        return known


def _sorted_out(listed: type[Listed], told: Mapping[Listed, Presence]) -> ListedAllergens[Listed]:
    """Sort a whole list by what is said of each allergen; what nothing is said of is unknown."""
    by_presence: dict[Presence, set[Listed]] = {presence: set() for presence in Presence}
    for allergen in listed:
        by_presence[told.get(allergen, Presence.UNKNOWN)].add(allergen)
    return ListedAllergens(
        listed=listed,
        contained=frozenset(by_presence[Presence.CONTAINS]),
        possible=frozenset(by_presence[Presence.MAY_CONTAIN]),
        unknown=frozenset(by_presence[Presence.UNKNOWN]),
    )


def _grams(line: IngredientLine, ingredient: Ingredient | None) -> Fraction | None:
    if line.amount is None:
        return None
    amount = line.amount.midpoint
    match line.unit:
        case Unit(dimension=Dimension.MASS, factor=grams):
            return amount * grams
        case Unit(dimension=Dimension.VOLUME, factor=millilitres):
            density = ingredient.density_g_per_ml if ingredient else None
            return None if density is None else amount * millilitres * density
        case unit:
            if ingredient is None or ingredient.piece_g is None or not _is_of_that_piece(line, unit, ingredient):
                return None
            return amount * (unit.factor if unit else 1) * ingredient.piece_g


def _is_of_that_piece(line: IngredientLine, unit: Unit | None, ingredient: Ingredient) -> bool:
    """Whether what the line counts is what `piece_g` weighs: a slice of onion is no onion, a small one no large one."""
    measured = words_of(ingredient.piece_measure or "whole")
    words = words_of(line.ingredient)
    counted = unit.name if unit and unit.name not in _GENERIC else words[-1] if words else ""
    if measured[:1] == [counted] or not _SAME_PIECE.get(counted, frozenset()).isdisjoint(measured[:1]):
        return True
    if unit and unit.name not in _GENERIC:
        return False
    sizes = _SIZES.intersection(words)
    told = _SIZES.intersection(measured)
    return bool(measured) and (measured[0] in _WHOLE) and (not sizes or not told or sizes == told)
