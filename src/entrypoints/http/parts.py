"""What the API is made of; kept apart from the framework, which other processes need not load."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.admission import Admission
from application.bus import Bus
from application.find_ingredients import FindIngredients
from application.find_recipes import FindRecipes
from application.job_watch import JobWatch
from application.once import Once
from application.operations.operations import Operations
from application.pace import Pace
from application.ports.clock import IdFactory
from application.ports.imports import ExportReads, ImportReads, UploadStore
from application.ports.job_reads import JobReads
from application.ports.reads import CatalogueReads, PlanningReads, RecipeReads, ReportReads
from application.ports.telemetry import Meter, Telemetry, Tracer
from application.ports.tokens import TokenVerifier
from application.ports.webhooks import WebhookReads, WebhookSender
from entrypoints.http.shared_documents import SharedDocuments
from entrypoints.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """Everything that routes need, already opened."""

    bus: Bus
    admission: Admission
    job_watch: JobWatch
    job_reads: JobReads
    once: Once
    pace: Pace
    most_event_streams: int
    key_life: timedelta
    """How long an Idempotency-Key is remembered."""
    recipe_reads: RecipeReads
    shared_recipes: SharedDocuments
    report_reads: ReportReads
    planning_reads: PlanningReads
    uploads: UploadStore
    import_reads: ImportReads
    export_reads: ExportReads
    webhook_reads: WebhookReads
    webhook_sender: WebhookSender
    find: FindRecipes
    ingredients: FindIngredients
    catalogue: CatalogueReads
    verifier: TokenVerifier
    scope_prefix: str
    readiness: Readiness
    tracer: Tracer
    meter: Meter
    telemetry: Telemetry
    ids: IdFactory
    operations: Operations
    documents: Mapping[str, type]
    """The types of what is stored and passed through, by the names that routes call them by."""
