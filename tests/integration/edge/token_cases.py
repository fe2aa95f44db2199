"""Tokens that are none: forged, borrowed, misplaced; each is sent to read a recipe that a good token may read."""

from collections.abc import Callable, Iterator

from tests.integration.edge.cases import Case, World
from tests.integration.edge.exchange import bearer, request
from tests.support.forged_headers import Attack
from tests.support.token_attacks import ATTACKS

LEFT_TO_THE_API = frozenset(
    {
        # Envoy allows its clock skew at both ends, and does not look at `iat`.
        "expired now",
        "expired a second ago",
        "iat beyond the skew",
        # It limits all headers together, not one token.
        "header too large",
        "oversized",
        # A claim in no known shape grants nothing, which is enough where nothing is asked for.
        "roles an object",
    }
)
CLEANED_BY_THE_GATEWAY = frozenset(
    {
        # Envoy reads a token as far as its letters go, and the API is the stricter one.
        "padding",
        "space before",
        "another spelling of the signature",
    }
)
NO_HTTP = frozenset({"NUL inside"})
BROKEN_LINE = "line break at the end"
YEARS_SECONDS = 100_000_000
GRANTS_NOTHING = frozenset({"scope a number", "scope null"})


def token_cases() -> tuple[Case, ...]:
    """Return every case, the forged tokens first."""
    return (*(_forged(attack) for attack in ATTACKS), *_misplaced(), *_scopes(), *_roles())


def _forged(attack: Attack) -> Case:
    name = attack.name
    if name == BROKEN_LINE:
        return Case(
            name=f"token: {name}",
            sent=lambda world: world.read(bearer(attack.forge(world.issuer, world.stranger))),
            gateway=200,
            api=400,
            passes=True,
            harmless="a bare line feed ends the line for Envoy, which leaves a good token and writes the request anew",
        )
    return Case(
        name=f"token: {name}",
        sent=lambda world: world.read(bearer(attack.forge(world.issuer, world.stranger))),
        gateway=400 if name in NO_HTTP else 403 if name in GRANTS_NOTHING else 401,
        api=400 if name in NO_HTTP else 401,
        passes=name in LEFT_TO_THE_API | CLEANED_BY_THE_GATEWAY,
    )


def _misplaced() -> Iterator[Case]:
    def token(world: World) -> bytes:
        return world.issuer.token().encode()

    def query(world: World) -> bytes:
        return world.read().replace(b" HTTP/1.1", b"?access_token=" + token(world) + b" HTTP/1.1", 1)

    places: dict[str, Callable[[World], bytes]] = {
        "no token": lambda world: world.read(),
        "empty header": lambda world: world.read(b"Authorization:"),
        "scheme alone": lambda world: world.read(b"Authorization: Bearer"),
        "in the query": query,
        "in a cookie": lambda world: world.read(b"Cookie: access_token=" + token(world)),
        "in X-Authorization": lambda world: world.read(b"X-Authorization: Bearer " + token(world)),
        "in X-Forwarded-Access-Token": lambda world: world.read(b"X-Forwarded-Access-Token: " + token(world)),
        "in Proxy-Authorization": lambda world: world.read(b"Proxy-Authorization: Bearer " + token(world)),
        "in a second header": lambda world: world.read(b"Authorization: Basic YTpi", world.good()),
        "twice": lambda world: world.read(world.good(), world.good()),
        "behind a forged one": lambda world: world.read(bearer(b"a.b.c"), world.good()),
        "before a forged one": lambda world: world.read(world.good(), bearer(b"a.b.c")),
        "two in one header": lambda world: world.read(world.good() + b", Bearer " + token(world)),
        "under Basic": lambda world: world.read(b"Authorization: Basic " + token(world)),
        "under DPoP": lambda world: world.read(b"Authorization: DPoP " + token(world)),
        "under no scheme": lambda world: world.read(b"Authorization: " + token(world)),
        "with Bearer twice": lambda world: world.read(b"Authorization: Bearer Bearer " + token(world)),
        "with a quote around": lambda world: world.read(b'Authorization: Bearer "' + token(world) + b'"'),
    }
    for name, sent in places.items():
        yield Case(name=f"token: {name}", sent=sent, gateway=401, api=401)
    yield Case(
        name="token: lives for years",
        sent=lambda world: world.read(bearer(world.issuer.token(claims={"exp": world.issuer.now() + YEARS_SECONDS}))),
        gateway=401,
        api=200,
        harmless="how long a token may live is judged at the gateway",
    )
    yield Case(
        name="token: scheme in lower case",
        sent=lambda world: world.read(b"Authorization: bearer " + token(world)),
        gateway=401,
        api=200,
        harmless="the scheme's case is free in RFC 9110; the gateway is the stricter one",
    )
    yield Case(
        name="token: good",
        sent=lambda world: world.read(world.good()),
        gateway=200,
        api=200,
        passes=True,
        harmless="the control: what all the others are measured against",
    )


def _scopes() -> Iterator[Case]:
    claims: dict[str, object] = {
        "none": ...,
        "empty": "",
        "longer word": "recipe:reader",
        "shorter word": "recipe:rea",
        "prefixed": "xrecipe:read",
        "in capitals": "RECIPE:READ",
        "comma between": "recipe:write,recipe:read",
        "tab between": "recipe:write\trecipe:read",
        "two words in a list's one": ["recipe:write recipe:read"],
        "wildcard": "recipe:*",
        "pattern": "recipe:.*",
        "percent-encoded": "recipe%3Aread",
        "of another route": "report:generate",
    }
    for name, scope in claims.items():
        yield Case(
            name=f"scope: {name}",
            sent=lambda world, scope=scope: world.read(  # type: ignore[misc]
                bearer(world.issuer.token(claims={"scope": scope}))
            ),
            gateway=403,
            api=403,
        )
    yield Case(
        name="scope: in a claim of another name",
        sent=lambda world: world.read(
            bearer(world.issuer.token(claims={"scope": ..., "scp": "recipe:read", "permissions": ["recipe:read"]}))
        ),
        gateway=403,
        api=403,
    )


def _roles() -> Iterator[Case]:
    claims: dict[str, object] = {"none": ..., "longer word": ["operators"], "in capitals": ["OPERATOR"]}
    for name, roles in claims.items():
        yield Case(
            name=f"role: {name}",
            sent=lambda world, roles=roles: request(  # type: ignore[misc]
                "GET", "/operator/jobs", bearer(world.issuer.token(claims={"roles": roles}))
            ),
            gateway=403,
            api=403,
        )
