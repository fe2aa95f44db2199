"""Who may pass which route, said as reasons to refuse so that the answer can name the reason."""

from entrypoints.edge import Edge
from entrypoints.gateway import tokens
from entrypoints.gateway.syntax import Json, extension, typed
from entrypoints.settings import Settings

FILTER = "envoy.filters.http.rbac"
# Envoy tries policies in the order of their names and reports the first that matched.
INVALID_TOKEN = "1-invalid-token"  # noqa: S105 (a policy's name, not a secret)
INSUFFICIENT_SCOPE = "2-insufficient-scope"
MISSING_ROLE = "3-missing-role"


def filter_chain_entry() -> Json:
    """Return the filter in its base form: what has no policy of its own is refused."""
    return extension(
        FILTER,
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        rules={"action": "ALLOW", "policies": {}},
    )


def for_callers(edge: Edge, settings: Settings) -> Json:
    """Return the policy of a token route: a sound token that holds all scopes and all roles."""
    refusals = {
        INVALID_TOKEN: tokens.defects(settings),
        INSUFFICIENT_SCOPE: [_without(settings.scope_claim, scope) for scope in tokens.scopes(edge, settings)],
        MISSING_ROLE: [_without(settings.roles_claim, role) for role in sorted(edge.roles)],
    }
    policies = {
        name: {"permissions": [{"any": True}], "principals": reasons} for name, reasons in refusals.items() if reasons
    }
    return typed(
        "envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
        rbac={"rules": {"action": "DENY", "policies": policies}},
    )


def for_everyone() -> Json:
    """Return the per-route setting that asks nothing."""
    return typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute")


def _without(claim_name: str, word: str) -> Json:
    return tokens.absent(tokens.listed(claim_name, word))
