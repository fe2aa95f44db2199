"""Access tokens as Cognito and Keycloak write them, the settings that fit, and near misses of each shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.tokens import AUDIENCE

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One shape: `good` may read recipes and operates; each of `refused` is no token, `powerless` lacks something."""

    name: str
    settings: Mapping[str, Any]
    good: Claims
    refused: Mapping[str, Claims]
    powerless: Mapping[str, Claims]


COGNITO: Claims = {
    "aud": ...,
    "roles": ...,
    "client_id": "app-1",
    "token_use": "access",
    "version": 2,
    "username": "alice",
    "scope": "openid kondate/recipe:read",
    "cognito:groups": ["operator", "管理者"],
}
KEYCLOAK: Claims = {
    "aud": ["account", AUDIENCE],
    "roles": ...,
    "client_id": ...,
    "azp": "web",
    "typ": "Bearer",
    "scope": "profile email recipe:read",
    "realm_access": {"roles": ["offline_access", "operator"]},
    "resource_access": {"account": {"roles": ["view-profile"]}},
}

PROVIDERS = (
    Provider(
        name="cognito",
        settings={
            "audience": ("app-0", "app-1"),
            "audience_claim": "client_id",
            "scope_prefix": "kondate/",
            "roles_claim": "cognito:groups",
        },
        good=COGNITO,
        refused={
            "of another client": {**COGNITO, "client_id": "app-2"},
            "of no client": {**COGNITO, "client_id": ...},
            "with aud in place of client_id": {**COGNITO, "client_id": ..., "aud": "app-1"},
            "an id token": {**COGNITO, "token_use": "id", "aud": "app-1", "client_id": ...},
            "an id token that names its client": {**COGNITO, "token_use": "id"},
            "of an unreadable use": {**COGNITO, "token_use": ["access"]},
        },
        powerless={
            "scope without prefix": {**COGNITO, "scope": "recipe:read"},
            "scope of another prefix": {**COGNITO, "scope": "pantry/recipe:read"},
            "prefix doubled": {**COGNITO, "scope": "kondate/kondate/recipe:read"},
            "roles under a plain name": {**COGNITO, "cognito:groups": ..., "roles": ["operator"]},
        },
    ),
    Provider(
        name="keycloak",
        settings={"roles_claim": "/realm_access/roles"},
        good=KEYCLOAK,
        refused={
            "for the account page only": {**KEYCLOAK, "aud": "account"},
            "of no audience": {**KEYCLOAK, "aud": ...},
        },
        powerless={
            "roles at the top": {**KEYCLOAK, "realm_access": ..., "roles": ["operator"]},
            "roles under a name with slashes": {**KEYCLOAK, "realm_access": ..., "/realm_access/roles": ["operator"]},
            "roles of another client": {
                **KEYCLOAK,
                "realm_access": {},
                "resource_access": {"x": {"roles": ["operator"]}},
            },
            "no roles": {**KEYCLOAK, "realm_access": {"roles": []}},
            "scope in a longer word": {**KEYCLOAK, "scope": "recipe:readonly"},
        },
    ),
)
