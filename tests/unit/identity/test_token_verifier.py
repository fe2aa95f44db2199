"""Good tokens give exactly their principal; nothing else gives any."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.identity.algorithms import ALGORITHMS, allowed_algorithms
from adapters.identity.claims import ClaimRules
from adapters.identity.token_verifier import JoserfcTokenVerifier
from application.ports.tokens import InvalidTokenError, VerifiedToken
from domain.principal import Principal
from tests.support.forged_headers import Attack
from tests.support.provider_tokens import PROVIDERS, Claims, Provider
from tests.support.token_attacks import ATTACKS
from tests.support.tokens import AUDIENCE, ISSUER, TestIssuer
from tests.unit.identity.harness import NOW, VerifierBench

WORDS = st.lists(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1), max_size=5)
SUBJECTS = st.from_regex(r"\A[A-Za-z0-9._:@|/-]{1,255}\Z")
SHARED_ISSUER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)


async def refusal(bench: VerifierBench, token: str) -> str:
    with pytest.raises(InvalidTokenError) as refused:
        await bench.verifier.verify(token)
    return refused.value.reason


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_refuses_forged_token_with_its_reason(
    attack: Attack, bench: VerifierBench, issuer: TestIssuer, stranger: TestIssuer
) -> None:
    assert await refusal(bench, attack.forge(issuer, stranger)) == attack.reason
    assert set(bench.served.fetches) <= {"https://issuer.example/.well-known/jwks.json"}


def test_attacks_have_names_of_their_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 100


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_accepts_each_algorithm(algorithm: str, bench: VerifierBench, issuer: TestIssuer) -> None:
    assert await bench.verifier.verify(issuer.token(algorithm=algorithm)) == VerifiedToken(
        principal=Principal(
            subject="alice",
            scopes=frozenset({"recipes:read", "recipes:write"}),
            roles=frozenset({"cook"}),
        ),
        expires_at=NOW + 600,
    )


async def test_accepts_only_the_algorithms_it_was_told_of(bench: VerifierBench, issuer: TestIssuer) -> None:
    bench.verifier = JoserfcTokenVerifier(bench.keys, bench.rules, allowed_algorithms(["ES256"]), now=lambda: NOW)
    await bench.verifier.verify(issuer.token(algorithm="ES256"))
    assert await refusal(bench, issuer.token(algorithm="RS256")) == "algorithm not allowed"


@pytest.mark.parametrize("names", [(), ("HS256",), ("RS256", "none"), ("rs256",)])
def test_refuses_to_start_with_weak_or_unknown_algorithms(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be among RS256, ES256, EdDSA"):
        allowed_algorithms(names)
    assert allowed_algorithms(["EdDSA", "RS256", "ES256"]) == (ALGORITHMS[2], ALGORITHMS[0], ALGORITHMS[1])


@pytest.mark.parametrize("kind", [..., "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_accepts_each_spelling_of_the_type(kind: object, bench: VerifierBench, issuer: TestIssuer) -> None:
    await bench.verifier.verify(issuer.token(header={"typ": kind}))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["pantry", AUDIENCE]},
        {"nbf": NOW + 30},
        {"iat": NOW + 30},
        {"iat": ..., "jti": ..., "client_id": ...},
        {"exp": NOW + 0.5},
        {"exp": 10**11 - 1},
    ],
)
async def test_accepts_what_is_just_within_the_rules(
    claims: dict[str, object], bench: VerifierBench, issuer: TestIssuer
) -> None:
    await bench.verifier.verify(issuer.token(claims=claims))


async def test_never_follows_addresses_in_a_good_header(bench: VerifierBench, issuer: TestIssuer) -> None:
    header = {"jku": "https://mallory.example/jwks.json", "x5u": "https://mallory.example/cert"}
    await bench.verifier.verify(issuer.token(header=header))
    assert bench.served.fetches == ["https://issuer.example/.well-known/jwks.json"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a b", {"a", "b"}),
        ("  a   a ", {"a"}),
        ("", set()),
        (..., set()),
        ([], set()),
        (["a", "b"], {"a", "b"}),
        ("a\tb", {"a\tb"}),
        ("a\u00a0b", {"a\u00a0b"}),
        (["a b"], {"a b"}),
        ("recipes:readonly", {"recipes:readonly"}),
    ],
)
async def test_reads_scopes_and_roles_as_whole_words(
    value: object, words: set[str], bench: VerifierBench, issuer: TestIssuer
) -> None:
    verified = await bench.verifier.verify(issuer.token(claims={"scope": value, "roles": value}))
    assert verified.principal.scopes == verified.principal.roles == words


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
async def test_reads_the_tokens_of_known_providers(provider: Provider, issuer: TestIssuer) -> None:
    bench = VerifierBench(issuer.document(), _rules(provider))
    principal = (await bench.verifier.verify(issuer.token(claims=provider.good))).principal
    assert "recipe:read" in principal.scopes
    assert principal.is_operator


@pytest.mark.parametrize(
    ("provider", "claims"),
    [pytest.param(each, claims, id=name) for each in PROVIDERS for name, claims in each.refused.items()],
)
async def test_refuses_what_a_provider_meant_for_others(provider: Provider, claims: Claims, issuer: TestIssuer) -> None:
    bench = VerifierBench(issuer.document(), _rules(provider))
    assert await refusal(bench, issuer.token(claims=claims)) in {"wrong audience", "not an access token"}


@pytest.mark.parametrize(
    ("provider", "claims"),
    [pytest.param(each, claims, id=name) for each in PROVIDERS for name, claims in each.powerless.items()],
)
async def test_reads_power_from_the_set_claims_only(provider: Provider, claims: Claims, issuer: TestIssuer) -> None:
    bench = VerifierBench(issuer.document(), _rules(provider))
    principal = (await bench.verifier.verify(issuer.token(claims=claims))).principal
    assert "recipe:read" not in principal.scopes or not principal.is_operator


@pytest.mark.parametrize("outer", [None, "roles", ["operator"]])
async def test_refuses_a_nested_claim_that_is_not_nested(issuer: TestIssuer, outer: object) -> None:
    bench = VerifierBench(issuer.document(), ClaimRules(issuer=ISSUER, audience=(AUDIENCE,), roles_claim="/a~1b/roles"))
    good = await bench.verifier.verify(issuer.token(claims={"a/b": {"roles": ["cook"]}}))
    assert good.principal.roles == {"cook"}
    assert await refusal(bench, issuer.token(claims={"a/b": outer})) == "a/b is not an object"


def _rules(provider: Provider) -> ClaimRules:
    return ClaimRules(**{"issuer": ISSUER, "audience": (AUDIENCE,), **provider.settings})


@SHARED_ISSUER
@given(subject=SUBJECTS, scopes=WORDS, roles=WORDS, as_text=st.booleans())
async def test_principal_is_exactly_what_was_signed(
    issuer: TestIssuer, bench: VerifierBench, subject: str, scopes: list[str], roles: list[str], *, as_text: bool
) -> None:
    scope: object = " ".join(scopes) if as_text else scopes
    verified = await bench.verifier.verify(issuer.token(claims={"sub": subject, "scope": scope, "roles": roles}))
    assert verified.principal == Principal(subject=subject, scopes=frozenset(scopes), roles=frozenset(roles))


@SHARED_ISSUER
@given(data=st.data())
async def test_no_changed_character_ever_verifies(
    issuer: TestIssuer, bench: VerifierBench, data: st.DataObject
) -> None:
    token = data.draw(st.sampled_from([issuer.token(algorithm=name) for name in issuer.keys]), label="token")
    place = data.draw(st.integers(0, len(token) - 1), label="place")
    character = data.draw(st.characters(codec="ascii").filter(lambda other: other != token[place]), label="character")
    await refusal(bench, token[:place] + character + token[place + 1 :])


@SHARED_ISSUER
@given(payload=st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.integers(), st.lists).map(repr)))
@example(payload=b"")
async def test_any_signed_payload_is_refused_and_never_a_fault(
    issuer: TestIssuer, bench: VerifierBench, payload: bytes | str
) -> None:
    raw = payload if isinstance(payload, bytes) else payload.encode()
    token = issuer.sign(json.dumps(issuer.header()).encode(), raw)
    assert await refusal(bench, token) in {"malformed", "wrong issuer"}


@SHARED_ISSUER
@given(text=st.text(max_size=400))
async def test_any_text_is_refused_and_never_a_fault(bench: VerifierBench, text: str) -> None:
    await refusal(bench, text)
    assert bench.served.fetches == []
