"""What routes are given by name; each is opened before the first request, so nothing is checked again."""

from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from application.find_ingredients import FindIngredients
from application.find_recipes import FindRecipes
from application.operations.operations import Operations
from application.ports.imports import ExportReads, ImportReads
from application.ports.reads import CatalogueReads, PlanningReads, RecipeReads, ReportReads
from application.ports.telemetry import Meter
from application.ports.webhooks import WebhookReads, WebhookSender
from domain.job import Origin
from entrypoints.http.answers import Answer
from entrypoints.http.openapi.contract import Contract
from entrypoints.http.shared_documents import SharedDocuments
from entrypoints.http.showing import JobShowing
from entrypoints.http.uploading import Receiver
from entrypoints.readiness import Readiness

Showing = NamedDependency[SkipValidation[JobShowing]]
"""Shows jobs to their owners."""
Recipes = NamedDependency[SkipValidation[RecipeReads]]
Planning = NamedDependency[SkipValidation[PlanningReads]]
SharedRecipes = NamedDependency[SkipValidation[SharedDocuments]]
Reports = NamedDependency[SkipValidation[ReportReads]]
WebhookShowing = NamedDependency[SkipValidation[WebhookReads]]
WebhookSending = NamedDependency[SkipValidation[WebhookSender]]
Metrics = NamedDependency[SkipValidation[Meter]]
Described = NamedDependency[SkipValidation[Contract]]
"""The API's own description."""
Ready = NamedDependency[SkipValidation[Readiness]]
Ingredients = NamedDependency[SkipValidation[CatalogueReads]]
"""The ingredient catalogue."""
FindingIngredients = NamedDependency[SkipValidation[FindIngredients]]
"""Finds ingredients."""
Finding = NamedDependency[SkipValidation[FindRecipes]]
"""Finds recipes."""
Answering = NamedDependency[SkipValidation[Answer]]
"""Takes the route's command and answers it, at once or by a job."""
Receiving = NamedDependency[SkipValidation[Receiver]]
"""Keeps large bodies."""
Imports = NamedDependency[SkipValidation[ImportReads]]
Exports = NamedDependency[SkipValidation[ExportReads]]
Operating = NamedDependency[SkipValidation[Operations]]
"""What operators may do."""
Caller = NamedDependency[SkipValidation[Origin]]
"""Who asks, under which request and trace."""

Segment = FromPath[str]
"""One segment of the path, as text: what it names is the route's to find out."""
