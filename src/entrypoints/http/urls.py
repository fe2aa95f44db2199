"""Where each resource lives."""

from collections.abc import Mapping
from uuid import UUID

TEMPLATES: Mapping[str, str] = {
    "recipe": "/recipe/{}",
    "report": "/reports/{}",
    "ingredient": "/ingredients/{}",
    "import": "/imports/{}",
    "export": "/exports/{}",
    "job": "/jobs/{}",
    "price-list": "/price-lists/{}",
    "menu-plan": "/menu-plans/{}",
    "webhook": "/webhooks/{}",
}


def resource_url(resource: str, resource_id: UUID) -> str:
    """Return the path of a resource, by the name that references use."""
    return TEMPLATES[resource].format(resource_id)
