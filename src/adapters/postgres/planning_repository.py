"""Price lists and menu plans, as documents; prices also as rows, whose constraint allows no two of one day."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.menu_plan_document import menu_plan_document, menu_plan_from
from adapters.wire.price_list_document import price_list_document, price_list_from
from application.ports.unit_of_work import MenuPlanRepository, PriceListRepository
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList

SAVE_PRICE_LIST = load("save_price_list")
LOCK_PRICE_LIST = load("lock_price_list")
DELETE_PRICES = load("delete_prices")
ADD_PRICES = load("add_prices")
SAVE_MENU_PLAN = load("save_menu_plan")
LOCK_MENU_PLAN = load("lock_menu_plan")


class PostgresPriceListRepository:
    """Price lists."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def lock(self, price_list_id: UUID) -> PriceList | None:
        """Return the list, unchanged by anybody else until the transaction ends."""
        row = await self._session.row(LOCK_PRICE_LIST, price_list_id)
        return None if row is None else price_list_from(row["document"])

    async def save(self, price_list: PriceList) -> None:
        """Store the list and its prices."""
        prices = price_list.content.prices
        await self._session.row(
            SAVE_PRICE_LIST,
            price_list.id,
            price_list.owner,
            price_list.version,
            price_list_document(price_list),
            price_list.created_at,
            price_list.updated_at,
        )
        await self._session.row(DELETE_PRICES, price_list.id)
        await self._session.row(
            ADD_PRICES,
            price_list.id,
            [price.ingredient for price in prices],
            [price.supplier for price in prices],
            [_decimal(price.pack_g) for price in prices],
            [_decimal(price.amount) for price in prices],
            [price.valid_from for price in prices],
            [price.valid_until for price in prices],
        )


class PostgresMenuPlanRepository:
    """Menu plans."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def lock(self, menu_plan_id: UUID) -> MenuPlan | None:
        """Return the plan, unchanged by anybody else until the transaction ends."""
        row = await self._session.row(LOCK_MENU_PLAN, menu_plan_id)
        return None if row is None else menu_plan_from(row["document"])

    async def save(self, plan: MenuPlan) -> None:
        """Store the plan."""
        await self._session.row(
            SAVE_MENU_PLAN,
            plan.id,
            plan.owner,
            plan.version,
            menu_plan_document(plan),
            plan.created_at,
            plan.updated_at,
        )


def _decimal(figure: Fraction) -> Decimal:
    """Return a decimal of few places exactly."""
    return Decimal(figure.numerator) / Decimal(figure.denominator)


_price_lists: type[PriceListRepository] = PostgresPriceListRepository
_menu_plans: type[MenuPlanRepository] = PostgresMenuPlanRepository
