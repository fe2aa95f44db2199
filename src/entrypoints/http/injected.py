"""What routes are given by name; each is opened before the first request, so nothing is checked again."""

from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from application.admission import Admission
from application.bus import Bus
from application.operations.operations import Operations
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import JobStore
from application.ports.reads import RecipeReads, ReportReads
from application.ports.telemetry import Meter
from domain.job import Origin
from entrypoints.readiness import Readiness

CommandBus = NamedDependency[SkipValidation[Bus]]
Jobs = NamedDependency[SkipValidation[JobStore]]
Recipes = NamedDependency[SkipValidation[RecipeReads]]
Reports = NamedDependency[SkipValidation[ReportReads]]
Metrics = NamedDependency[SkipValidation[Meter]]
Ready = NamedDependency[SkipValidation[Readiness]]
Deferral = NamedDependency[SkipValidation[Admission]]
"""Keeps commands as jobs, while there is room."""
Key = NamedDependency[SkipValidation[IdempotencyKey | None]]
"""The request's idempotency key, if it has one."""
Operating = NamedDependency[SkipValidation[Operations]]
"""What operators may do."""
Caller = NamedDependency[SkipValidation[Origin]]
"""Who asks, under which request and trace."""

Segment = FromPath[str]
"""One segment of the path, as text: what it names is the route's to find out."""
