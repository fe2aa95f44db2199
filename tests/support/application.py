"""The core on in-memory adapters, wired as the container wires the real ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dependency_injector import providers

from adapters.memory.bulk import InMemoryExportReads, InMemoryImportReads, InMemoryUploadStore
from adapters.memory.corpus import InMemoryRecipeCorpus
from adapters.memory.job_reads import InMemoryJobReads
from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.key_leases import InMemoryKeyLeases
from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.planning import InMemoryPlanningReads
from adapters.memory.reads import (
    InMemoryCatalogueReads,
    InMemoryRecipeReads,
    InMemoryReportReads,
)
from adapters.memory.recipe_index import InMemoryRecipeIndex
from adapters.memory.tables import Tables
from adapters.memory.telemetry import RecordingTelemetry
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from adapters.memory.webhook_sender import InMemoryWebhookSender
from adapters.memory.webhooks import InMemoryWebhookReads
from application.bus import Bus, Handler, by_type
from application.find_ingredients import FindIngredients
from application.find_recipes import FindRecipes
from application.job_watch import JobWatch
from application.once import Once
from application.pace import Pace
from application.ports.jobs import ClaimTerms
from application.progress import AttemptBoard
from application.run_job import RunJob
from domain.webhook_target import TargetRules
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.support.fakes import CountingIds, CountingSecrets, FixedChance, FixedClock, NotedTrouble

LOCAL = Settings(database_url="postgres://nowhere", issuer="http://nowhere")


@dataclass
class InMemoryApplication:
    """Everything behind the doors; `instead` replaces handlers by type."""

    instead: Iterable[tuple[type, Handler]] = ()
    clock: FixedClock = field(default_factory=FixedClock)
    ids: CountingIds = field(default_factory=CountingIds)
    tables: Tables = field(default_factory=Tables)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    trouble: NotedTrouble = field(default_factory=NotedTrouble)

    def __post_init__(self) -> None:
        self.catalogue = InMemoryCatalogueReads(self.tables)
        self.corpus = InMemoryRecipeCorpus(self.tables)
        self.unit_of_work = InMemoryUnitOfWork(self.tables, self.clock, self.ids)
        self.jobs = InMemoryJobStore(self.tables, self.clock)
        self.watch = JobWatch(jobs=self.jobs)
        self.tables.followers.append(self.watch.told)
        self.job_reads = InMemoryJobReads(self.tables)
        self.once = Once(leases=InMemoryKeyLeases(self.tables, self.clock), ids=self.ids)
        self.pace = Pace(reads=self.job_reads, upkeep=self.jobs, clock=self.clock)
        self.outbox = InMemoryOutboxStore(self.tables, self.clock)
        self.recipe_reads = InMemoryRecipeReads(self.tables)
        self.planning_reads = InMemoryPlanningReads(self.tables)
        self.find = FindRecipes(self.catalogue, InMemoryRecipeIndex(self.tables))
        self.find_ingredients = FindIngredients(self.catalogue)
        self.report_reads = InMemoryReportReads(self.tables)
        self.uploads = InMemoryUploadStore(self.tables, self.clock)
        self.import_reads = InMemoryImportReads(self.tables)
        self.export_reads = InMemoryExportReads(self.tables)
        self.rules = TargetRules(is_local=False)
        self.webhook_reads = InMemoryWebhookReads(self.tables)
        self.webhook_sender = InMemoryWebhookSender(self.rules, self.clock, {"hooks.kondate.dev": ["93.184.215.14"]})
        handlers = handlers_with(
            catalogue=self.catalogue,
            corpus=self.corpus,
            clock=self.clock,
            ids=self.ids,
            trouble=self.trouble,
            unit_of_work=self.unit_of_work,
            secrets=CountingSecrets(),
            target_rules=self.rules,
            webhook_reads=self.webhook_reads,
            webhook_sender=self.webhook_sender,
            settings=LOCAL,
        )
        self.bus = Bus(
            handlers={**handlers, **dict(self.instead)},
            unit_of_work=self.unit_of_work,
            jobs=self.jobs,
            clock=self.clock,
            ids=self.ids,
            telemetry=self.telemetry,
        )
        self.board = AttemptBoard(self.jobs)
        self.run_job = RunJob(
            bus=self.bus,
            jobs=self.jobs,
            unit_of_work=self.unit_of_work,
            clock=self.clock,
            chance=FixedChance(),
            telemetry=self.telemetry,
            board=self.board,
            terms=ClaimTerms(lease_seconds=60),
        )


def handlers_with(**parts: object) -> Mapping[type, Handler]:
    """Return the handlers by the container's own lines, made of these parts in place of the container's."""
    instead = {id(getattr(Container, name)): providers.Object(part) for name, part in parts.items()}
    return by_type(providers.deepcopy(Container.handlers, instead)())
