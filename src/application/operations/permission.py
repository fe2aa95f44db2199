"""Who may operate."""

from domain.errors import ForbiddenError
from domain.principal import Principal


def require_operator(principal: Principal) -> None:
    """Raise ForbiddenError unless this principal has the role `operator`."""
    if not principal.is_operator:
        raise ForbiddenError("The role operator is required.")
