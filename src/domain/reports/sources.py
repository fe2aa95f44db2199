"""What reports read beside recipes, all as of the same instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.ingredient import Ingredient
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The catalogue's ingredients by name; price list and plan where the parameters name one.

    `catalogue` names the catalogue's version.
    """

    catalogue: str = "empty"
    ingredients: Mapping[str, Ingredient] = field(default_factory=dict)
    price_list: PriceList | None = None
    menu_plan: MenuPlan | None = None

    @property
    def versions(self) -> str:
        """Name all of it, exactly."""
        dated = (self.price_list, self.menu_plan)
        return ";".join([self.catalogue, *(f"{each.id}:{each.version}" for each in dated if each is not None)])
