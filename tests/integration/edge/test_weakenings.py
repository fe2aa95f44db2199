"""The tables have teeth: whatever is taken from the rendered configuration, some case of theirs notices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
import pytest

from entrypoints.http.app import edge_routes
from entrypoints.settings import Settings
from tests.integration.edge.cases import ORIGIN, EdgeIssuer, World
from tests.integration.edge.conftest import CASES, named
from tests.integration.edge.exchange import bearer, request, send
from tests.integration.edge.listeners import Variant, running_listeners
from tests.integration.edge.weakenings import (
    FLOOD_OF_ADDRESS,
    FLOOD_OF_CALLER,
    FLOOD_OF_HEAVY,
    WEAKENINGS,
    Weakening,
)
from tests.integration.gateway.parts import Upstream, running_key_server, running_upstream
from tests.support.tokens import AUDIENCE, TestIssuer

RECIPE = "01a00000-0000-7000-8000-00000000000a"
SOUND = "sound"
SOUND_AND_NARROW = "sound and narrow"
ENOUGH = 24
"""Requests of a flood: more than the narrow limits give, and sent before much of them is given again."""
PLENTY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where the shots land."""

    ports: Mapping[str, int]
    world: World
    upstream: Upstream


Floods = Mapping[str, Callable[[World], bytes]]
FLOODS: Floods = {
    FLOOD_OF_CALLER: lambda world: world.read(world.good()),
    FLOOD_OF_HEAVY: lambda world: request("POST", "/generate-report", world.good()),
    FLOOD_OF_ADDRESS: lambda world: world.read(bearer("forged")),
}
NARROW = {
    FLOOD_OF_CALLER: {"rate_burst": 10, "rate_sustained_per_second": 1},
    FLOOD_OF_HEAVY: {"rate_sustained_per_second": 1, "rate_burst": 100},
    FLOOD_OF_ADDRESS: {"rate_address_burst": 4},
}
CASE = named(CASES)


pytestmark = pytest.mark.timeout(240)
"""Sixty listeners are rendered and set up first; on a crowded machine that takes its time."""


@pytest.fixture(scope="module")
def shooting_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    """Run one Envoy with a listener for each weakening, and sound ones beside them."""
    world = World(issuer=EdgeIssuer(), stranger=TestIssuer(), recipe=RECIPE)
    with running_upstream() as upstream, running_key_server(world.issuer) as keys:
        settings = Settings(
            database_url="postgresql://unused",
            issuer=world.issuer.url,
            audience=(AUDIENCE,),
            jwks_url=keys,
            gateway_upstreams=(upstream.address,),
            cors_origins=(ORIGIN,),
            rate_address_burst=PLENTY,
            rate_burst=PLENTY,
        )
        variants = {
            SOUND: Variant(settings=settings),
            **{f"{SOUND_AND_NARROW}: {flood}": Variant(settings=_narrow(settings, flood)) for flood in FLOODS},
            **{
                weakening.name: Variant(settings=_narrow(settings, weakening.noticed_by), change=weakening.change)
                for weakening in WEAKENINGS
            },
        }
        with running_listeners(edge_routes(with_docs=True), variants, tmp_path_factory.mktemp("range")) as ports:
            yield Range(ports=ports, world=world, upstream=upstream)


@pytest.mark.parametrize("weakening", WEAKENINGS, ids=lambda weakening: weakening.name)
def test_a_weakened_gateway_is_noticed(shooting_range: Range, weakening: Weakening) -> None:
    assert not holds(shooting_range, weakening.name, weakening.noticed_by)


@pytest.mark.parametrize("check", sorted({weakening.noticed_by for weakening in WEAKENINGS}))
def test_a_sound_gateway_holds(shooting_range: Range, check: str) -> None:
    assert holds(shooting_range, f"{SOUND_AND_NARROW}: {check}" if check in FLOODS else SOUND, check)


def test_there_are_enough_weakenings() -> None:
    assert len({weakening.name for weakening in WEAKENINGS}) == len(WEAKENINGS) >= 25


def holds(shooting_range: Range, listener: str, check: str) -> bool:
    """Tell whether a listener answers as the tables say: status, headers, and whether the API saw the request."""
    port, world = shooting_range.ports[listener], shooting_range.world
    if check in FLOODS:
        return 429 in {send(port, FLOODS[check](world)).status for _ in range(ENOUGH)}
    case, before = CASE[check], len(shooting_range.upstream.received)
    answer = send(port, case.sent(world))
    reached = len(shooting_range.upstream.received) > before
    return (
        answer.status == (200 if case.passes else case.gateway)
        and reached is case.passes
        and answer.count == 1
        and case.never not in answer.raw.lower()
        and answer.header("x-content-type-options") == "nosniff"
    )


def _narrow(settings: Settings, flood: str) -> Settings:
    return msgspec.structs.replace(settings, **NARROW.get(flood, {}))
