"""Who asks: the verified identity that every command carries."""

from dataclasses import dataclass

from domain.errors import ForbiddenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller whose token (or trusted message source) was verified.

    `subject` is the token's `sub`; `scopes` and `roles` are whole words.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    @property
    def is_operator(self) -> bool:
        """Tell whether this principal may act on what belongs to others."""
        return "operator" in self.roles

    def may_edit(self, owner: str) -> bool:
        """Tell whether this principal may see and change what this owner keeps for themself."""
        return self.subject == owner or "editor" in self.roles

    @property
    def is_editor(self) -> bool:
        """Tell whether this principal may change recipes and ingredients of others."""
        return "editor" in self.roles

    def require_scope(self, scope: str) -> None:
        """Raise ForbiddenError unless this principal holds the scope."""
        if scope not in self.scopes:
            message = f"The scope {scope} is required."
            raise ForbiddenError(message, scope=scope)
