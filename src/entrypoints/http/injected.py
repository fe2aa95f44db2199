"""What routes are given by name; each is opened before the first request, so nothing is checked again."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from application.bus import Bus
from application.ports.jobs import JobStore
from application.ports.reads import RecipeReads, ReportReads
from application.ports.telemetry import Meter
from domain.job import Origin
from entrypoints.http.readiness import Readiness

CommandBus = NamedDependency[SkipValidation[Bus]]
Jobs = NamedDependency[SkipValidation[JobStore]]
Recipes = NamedDependency[SkipValidation[RecipeReads]]
Reports = NamedDependency[SkipValidation[ReportReads]]
Metrics = NamedDependency[SkipValidation[Meter]]
Ready = NamedDependency[SkipValidation[Readiness]]
Caller = NamedDependency[SkipValidation[Origin]]
"""Who asks, under which request and trace."""
