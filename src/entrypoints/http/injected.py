"""What routes are given by name; each is opened before the first request, so nothing is checked again."""

from typing import Annotated

from litestar.params import Dependency

from application.bus import Bus
from application.ports.jobs import JobStore
from application.ports.reads import RecipeReads, ReportReads
from application.ports.telemetry import Meter
from domain.job import Origin
from entrypoints.http.readiness import Readiness

CommandBus = Annotated[Bus, Dependency(skip_validation=True)]
Jobs = Annotated[JobStore, Dependency(skip_validation=True)]
Recipes = Annotated[RecipeReads, Dependency(skip_validation=True)]
Reports = Annotated[ReportReads, Dependency(skip_validation=True)]
Metrics = Annotated[Meter, Dependency(skip_validation=True)]
Ready = Annotated[Readiness, Dependency(skip_validation=True)]
Caller = Annotated[Origin, Dependency(skip_validation=True)]
"""Who asks, under which request and trace."""
