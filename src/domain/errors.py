"""What the domain refuses: one class per refusal, each with a stable code."""

from enum import StrEnum


class ErrorKind(StrEnum):
    """The ways a request can be refused; entrypoints map each to a status or verdict."""

    INVALID = "invalid"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    STALE = "stale"


class DomainError(Exception):
    """A refusal by a rule of the domain; retrying the same command cannot help.

    `code` is public contract (it becomes the problem type), the message is for humans and holds
    no secret, `pointer` is a JSON pointer (RFC 6901) into the command when one field is to blame.
    """

    code = "domain-error"
    kind = ErrorKind.INVALID

    def __init__(self, detail: str, *, pointer: str | None = None) -> None:
        """Say for a human what was refused, and which field is to blame."""
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer


class ForbiddenError(DomainError):
    """The principal may not do this; the scope or role it lacks is named in the message."""

    code = "insufficient-scope"
    kind = ErrorKind.FORBIDDEN

    def __init__(self, detail: str, *, scope: str | None = None) -> None:
        """Name the scope that would have allowed it, where one would have."""
        super().__init__(detail)
        self.scope = scope


class RecipeNotFoundError(DomainError):
    """No such recipe, or none that this principal may know of."""

    code = "recipe-not-found"
    kind = ErrorKind.NOT_FOUND


class InvalidRecipeError(DomainError):
    """The recipe breaks a rule of the aggregate."""

    code = "invalid-recipe"


class NotOwnerError(DomainError):
    """It belongs to somebody else, and the principal has no role that allows to change it."""

    code = "not-owner"
    kind = ErrorKind.FORBIDDEN


class StaleVersionError(DomainError):
    """Somebody else changed it since the caller last looked."""

    code = "stale-version"
    kind = ErrorKind.STALE


class RecipeTransitionError(DomainError):
    """The recipe's status does not allow this change."""

    code = "recipe-transition"
    kind = ErrorKind.CONFLICT


class RecipeInUseError(DomainError):
    """Other recipes use this one."""

    code = "recipe-in-use"
    kind = ErrorKind.CONFLICT


class UnknownYieldError(DomainError):
    """Nobody said how much the recipe makes, so there is nothing to scale from."""

    code = "unknown-yield"


class InvalidSearchError(DomainError):
    """The search asks for more than one may."""

    code = "invalid-search"


class InvalidReportError(DomainError):
    """The report's parameters break a rule."""

    code = "invalid-report"


class InvalidPriceListError(DomainError):
    """The price list breaks a rule."""

    code = "invalid-price-list"


class OverlappingPricesError(InvalidPriceListError):
    """The same pack of one supplier would have two prices on one day."""

    code = "overlapping-prices"


class PriceListNotFoundError(DomainError):
    """No such price list, or not one of this principal's."""

    code = "price-list-not-found"
    kind = ErrorKind.NOT_FOUND


class InvalidMenuPlanError(DomainError):
    """The menu plan breaks a rule."""

    code = "invalid-menu-plan"


class MenuPlanNotFoundError(DomainError):
    """No such menu plan, or not one of this principal's."""

    code = "menu-plan-not-found"
    kind = ErrorKind.NOT_FOUND


class InvalidIngredientError(DomainError):
    """What is said of the ingredient breaks a rule."""

    code = "invalid-ingredient"


class IngredientNameTakenError(DomainError):
    """The name already means another ingredient."""

    code = "ingredient-name-taken"
    kind = ErrorKind.CONFLICT


class IngredientNotFoundError(DomainError):
    """No such ingredient."""

    code = "ingredient-not-found"
    kind = ErrorKind.NOT_FOUND


class UnreadableLineError(DomainError):
    """The line is not JSON as RFC 8259 and I-JSON have it, or is too long."""

    code = "unreadable-line"


class UploadNotFoundError(DomainError):
    """No such upload, or not one of this principal's; or it was imported, or has expired."""

    code = "upload-not-found"
    kind = ErrorKind.NOT_FOUND


class ImportNotFoundError(DomainError):
    """No such import, or not one of this principal's."""

    code = "import-not-found"
    kind = ErrorKind.NOT_FOUND


class InvalidExportError(DomainError):
    """The export's conditions break a rule."""

    code = "invalid-export"


class ExportNotFoundError(DomainError):
    """No such export, or not one of this principal's."""

    code = "export-not-found"
    kind = ErrorKind.NOT_FOUND


class JobNotFoundError(DomainError):
    """No such job, or not one of this principal's."""

    code = "job-not-found"
    kind = ErrorKind.NOT_FOUND


class ReportNotFoundError(DomainError):
    """No such report, or not one of this principal's."""

    code = "report-not-found"
    kind = ErrorKind.NOT_FOUND


class WebhookNotFoundError(DomainError):
    """No such webhook, or not one of this principal's."""

    code = "webhook-not-found"
    kind = ErrorKind.NOT_FOUND


class InvalidWebhookError(DomainError):
    """The webhook breaks a rule."""

    code = "invalid-webhook"


class InvalidWebhookUrlError(InvalidWebhookError):
    """Webhooks may not go there."""

    code = "invalid-webhook-url"


class TooManyWebhooksError(DomainError):
    """The owner has as many webhooks as one may have."""

    code = "too-many-webhooks"
    kind = ErrorKind.CONFLICT


class WebhookDisabledError(DomainError):
    """The webhook's target is gone, or took nothing for too long: it is told nothing more."""

    code = "webhook-disabled"
    kind = ErrorKind.CONFLICT


class DrillRefusedError(DomainError):
    """Such a drill would harm others, and may not be run here."""

    code = "drill-refused"
    kind = ErrorKind.FORBIDDEN


class JobCancelledError(DomainError):
    """The owner wants this job stopped; raised inside its handler at a safe point."""

    code = "job-cancelled"
    kind = ErrorKind.CONFLICT


class IdempotencyMismatchError(DomainError):
    """The key was used before, for another request."""

    code = "idempotency-key-reused"


class RequestInProgressError(DomainError):
    """The first request with this key is still being carried out."""

    code = "request-in-progress"
    kind = ErrorKind.CONFLICT


class KeptRefusalError(DomainError):
    """A refusal that was kept under an idempotency key, told again as it was."""

    def __init__(self, code: str, kind: ErrorKind, detail: str, *, pointer: str | None = None) -> None:
        """Take what the first refusal said."""
        super().__init__(detail, pointer=pointer)
        self.code = code
        self.kind = kind


class JobTransitionError(DomainError):
    """The job's state does not allow this change (terminal means terminal)."""

    code = "job-transition"
    kind = ErrorKind.CONFLICT
