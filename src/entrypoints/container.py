"""The parts list: the one place that knows every adapter, and what each process is made of."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
from dependency_injector import containers, providers

from adapters.faults.crash_points import Application
from adapters.faults.faults import Faults
from adapters.faults.trouble import ProcessTrouble
from adapters.identity.algorithms import allowed_algorithms
from adapters.identity.claims import ClaimRules
from adapters.identity.key_set import KeySet
from adapters.identity.token_cache import CachingTokenVerifier
from adapters.identity.token_verifier import JoserfcTokenVerifier
from adapters.postgres.bulk_results import PostgresExportReads, PostgresImportReads
from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.corpus import PostgresRecipeCorpus
from adapters.postgres.database import Database, open_pool
from adapters.postgres.durability import check_durability
from adapters.postgres.job_news import news_of_jobs
from adapters.postgres.job_reads import PostgresJobReads
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.job_upkeep import PostgresJobLeases, PostgresJobUpkeep
from adapters.postgres.key_leases import PostgresKeyLeases
from adapters.postgres.listener import listening
from adapters.postgres.migrate import PostgresSchema
from adapters.postgres.migrate import migrate as migrate_schema
from adapters.postgres.operator_jobs import PostgresOperatorJobs
from adapters.postgres.outbox import PostgresOutboxStore, news_of_outbox
from adapters.postgres.reads import PostgresPlanningReads, PostgresRecipeReads, PostgresReportReads
from adapters.postgres.recipe_index import PostgresRecipeIndex
from adapters.postgres.recipe_news import news_of_recipes
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.postgres.uploads import PostgresUploadStore
from adapters.postgres.webhook_reads import PostgresWebhookReads
from adapters.sqs.asyncapi import asyncapi_document
from adapters.sqs.client import SqsClients, open_sqs
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.dead_letters import SqsDeadLetters
from adapters.sqs.gauges import SqsGauges
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueNames, QueueUrls, check_queue, ensure_queues
from adapters.system import SystemChance, SystemClock, SystemSecrets, UuidFactory
from adapters.telemetry.logging import configure_logging
from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.telemetry import StructlogTelemetry
from adapters.telemetry.tracing import open_tracing
from adapters.webhooks.sender import HttpWebhookSender
from adapters.wire.codec import MessageTypes
from adapters.wire.documents import DOCUMENTS
from adapters.wire.messages import WireMessageReader
from application.admission import Admission
from application.bus import Bus, by_type
from application.find_ingredients import FindIngredients
from application.find_recipes import FindRecipes
from application.handlers.add_ingredient import AddIngredientHandler
from application.handlers.add_menu_plan import AddMenuPlanHandler
from application.handlers.add_price_list import AddPriceListHandler
from application.handlers.add_recipe import AddRecipeHandler
from application.handlers.add_webhook import AddWebhookHandler
from application.handlers.archive_recipe import ArchiveRecipeHandler
from application.handlers.cancel_job import CancelJobHandler
from application.handlers.delete_recipe import DeleteRecipeHandler
from application.handlers.deliver_webhook import DeliverWebhookHandler
from application.handlers.export_recipes import ExportRecipesHandler
from application.handlers.follow_import import FollowImport
from application.handlers.follow_ingredient import FollowIngredient
from application.handlers.generate_report import GenerateReportHandler
from application.handlers.import_recipes import ImportRecipesHandler
from application.handlers.notify_webhooks import NotifyWebhooks
from application.handlers.project_recipe import ProjectRecipe
from application.handlers.publish_recipe import PublishRecipeHandler
from application.handlers.remove_webhook import RemoveWebhookHandler
from application.handlers.revise_catalogue import ReviseCatalogueHandler
from application.handlers.revise_ingredient import ReviseIngredientHandler
from application.handlers.revise_menu_plan import ReviseMenuPlanHandler
from application.handlers.revise_price_list import RevisePriceListHandler
from application.handlers.revise_recipe import ReviseRecipeHandler
from application.handlers.rotate_webhook_secret import RotateWebhookSecretHandler
from application.handlers.run_drill import RunDrillHandler
from application.job_watch import JobWatch
from application.new_job import new_job
from application.once import Once
from application.operations.discard_dead_letters import DiscardDeadLetters
from application.operations.inspect_dead_letters import InspectDeadLetters
from application.operations.manage_jobs import ManageJobs
from application.operations.operations import Operations
from application.operations.redrive_dead_letters import RedriveDeadLetters
from application.operations.retry_job import RetryJob
from application.pace import Pace
from application.ports.jobs import ClaimTerms
from application.ports.queue import QueueUnavailableError
from application.progress import AttemptBoard
from application.rebuild_projections import RebuildProjections
from application.refusals import Refusals
from application.relay import Relay
from application.run_job import RunJob
from domain.principal import Principal
from domain.webhook_target import TargetRules
from entrypoints.http.parts import ApiParts
from entrypoints.http.shared_documents import SharedDocuments
from entrypoints.readiness import Readiness
from entrypoints.recipe_lines import SchemaOrgLines
from entrypoints.relay.loop import RelayLoop
from entrypoints.settings import QueueSource, Settings
from entrypoints.worker.delivery import DeliveryHandler
from entrypoints.worker.health import HealthApp
from entrypoints.worker.held import HeldDeliveries
from entrypoints.worker.keeper import Keeper, KeeperParts
from entrypoints.worker.loop import Worker
from entrypoints.worker.upkeep import UpkeepLoop


def _readiness(schema: PostgresSchema, sqs: SqsClients, names: QueueNames) -> Readiness:
    return Readiness({"database": schema.check, "queue": partial(check_queue, sqs.sending, names.commands)})


def _worker_readiness(schema: PostgresSchema, worker: Worker) -> Readiness:
    return Readiness({"database": schema.check, "queue": worker.check})


def _principals(sources: Mapping[str, QueueSource]) -> Mapping[str, Principal]:
    return {
        name: Principal(subject=source.subject, scopes=frozenset(source.scopes)) for name, source in sources.items()
    }


@asynccontextmanager
async def _open_keeper_parts(settings: Settings, urls: QueueUrls, beside: SqsClients) -> AsyncIterator[KeeperParts]:
    async with (
        open_pool(settings.database_url, size=1, service="keeper") as pool,
        _sqs(settings, beside) as sqs,
    ):
        leases = PostgresJobLeases(Database(pool, lambda: None, "keeper"))
        yield KeeperParts(leases, SqsConsumer(sqs, urls, visibility_seconds=settings.visibility_seconds))


class Container(containers.DeclarativeContainer):
    """Everything a process is made of; opened resources come in from `open_container`."""

    settings = providers.Dependency(instance_of=Settings)
    service = providers.Dependency(instance_of=str)
    pool = providers.Dependency(instance_of=asyncpg.Pool)
    sqs = providers.Dependency(instance_of=SqsClients)
    telemetry = providers.Dependency(instance_of=StructlogTelemetry)
    meter = providers.Dependency(instance_of=PrometheusMeter)

    # System
    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(UuidFactory, clock)
    chance = providers.Singleton(SystemChance)
    secrets = providers.Singleton(SystemSecrets)
    trouble = providers.Singleton(ProcessTrouble)

    # PostgreSQL
    message_types = providers.Singleton(MessageTypes)
    database = providers.Singleton(Database, pool, telemetry.provided.statements, service)
    schema = providers.Singleton(PostgresSchema, database)
    unit_of_work = providers.Singleton(PostgresUnitOfWork, database, ids, message_types)
    job_store = providers.Singleton(PostgresJobStore, database, message_types)
    job_leases = providers.Singleton(PostgresJobLeases, database)
    job_upkeep = providers.Singleton(PostgresJobUpkeep, database)
    outbox_store = providers.Singleton(PostgresOutboxStore, database, settings.provided.queued_messages_of_one_caller)
    catalogue = providers.Singleton(PostgresCatalogueReads, database)
    corpus = providers.Singleton(PostgresRecipeCorpus, database, catalogue)
    recipe_reads = providers.Singleton(PostgresRecipeReads, database)
    recipe_index = providers.Singleton(PostgresRecipeIndex, database)
    report_reads = providers.Singleton(PostgresReportReads, database)
    planning_reads = providers.Singleton(PostgresPlanningReads, database)
    uploads = providers.Singleton(PostgresUploadStore, database)
    import_reads = providers.Singleton(PostgresImportReads, database)
    export_reads = providers.Singleton(PostgresExportReads, database)
    webhook_reads = providers.Singleton(PostgresWebhookReads, database)
    operator_jobs = providers.Singleton(PostgresOperatorJobs, database, message_types)

    # Identity
    algorithms = providers.Singleton(allowed_algorithms, settings.provided.token_algorithms)
    keys = providers.Singleton(KeySet, settings.provided.key_set_url.call(), algorithms, telemetry)
    claim_rules = providers.Singleton(
        ClaimRules,
        issuer=settings.provided.issuer,
        audience=settings.provided.audience,
        audience_claim=settings.provided.audience_claim,
        scope_claim=settings.provided.scope_claim,
        scope_prefix=settings.provided.scope_prefix,
        roles_claim=settings.provided.roles_claim,
    )
    verifier = providers.Singleton(
        CachingTokenVerifier,
        providers.Singleton(JoserfcTokenVerifier, keys, claim_rules, algorithms),
        keys.provided.version,
    )

    # Webhooks
    target_rules = providers.Singleton(TargetRules, is_local=settings.provided.is_local.call())
    webhook_sender = providers.Singleton(HttpWebhookSender, target_rules, clock, telemetry)
    refusals = providers.Singleton(Refusals, unit_of_work)

    # Use cases: one line each
    recipe_lines = providers.Singleton(SchemaOrgLines)
    handlers = providers.List(
        providers.Singleton(AddRecipeHandler, catalogue, clock, ids),
        providers.Singleton(ReviseRecipeHandler, catalogue, clock),
        providers.Singleton(PublishRecipeHandler, clock),
        providers.Singleton(ArchiveRecipeHandler, clock),
        providers.Singleton(DeleteRecipeHandler, clock),
        providers.Singleton(ImportRecipesHandler, recipe_lines, catalogue, clock, ids),
        providers.Singleton(ExportRecipesHandler, recipe_lines, clock, ids),
        providers.Singleton(GenerateReportHandler, corpus, clock, ids),
        providers.Singleton(ReviseCatalogueHandler),
        providers.Singleton(AddIngredientHandler, clock, ids),
        providers.Singleton(ReviseIngredientHandler, clock),
        providers.Singleton(AddPriceListHandler, catalogue, clock, ids),
        providers.Singleton(RevisePriceListHandler, catalogue, clock),
        providers.Singleton(AddMenuPlanHandler, clock, ids),
        providers.Singleton(ReviseMenuPlanHandler, clock),
        providers.Singleton(CancelJobHandler, clock),
        providers.Singleton(AddWebhookHandler, target_rules, secrets, clock, ids),
        providers.Singleton(RotateWebhookSecretHandler, secrets, clock),
        providers.Singleton(RemoveWebhookHandler),
        providers.Singleton(NotifyWebhooks, providers.Object(new_job), clock, ids),
        providers.Singleton(DeliverWebhookHandler, webhook_reads, webhook_sender, refusals, clock),
        providers.Singleton(RunDrillHandler, trouble, settings.provided.is_local.call()),
        providers.Singleton(ProjectRecipe, catalogue),
        providers.Singleton(FollowIngredient, catalogue, clock),
        providers.Singleton(FollowImport, catalogue, clock),
    )
    bus = providers.Singleton(
        Bus,
        handlers=providers.Callable(by_type, handlers),
        unit_of_work=unit_of_work,
        jobs=job_store,
        clock=clock,
        ids=ids,
        telemetry=telemetry,
    )

    admission = providers.Singleton(
        Admission,
        bus=bus,
        upkeep=job_upkeep,
        clock=clock,
        most_queued=settings.provided.most_queued_jobs,
        oldest_seconds=settings.provided.oldest_queued_seconds,
    )

    job_reads = providers.Singleton(PostgresJobReads, database, message_types)
    once = providers.Singleton(Once, leases=providers.Singleton(PostgresKeyLeases, database), ids=ids)
    pace = providers.Singleton(Pace, reads=job_reads, upkeep=job_upkeep, clock=clock)
    job_watch = providers.Singleton(JobWatch, jobs=job_store)

    rebuild = providers.Singleton(RebuildProjections, catalogue, unit_of_work)

    # SQS
    queue_names = providers.Singleton(
        QueueNames,
        commands=settings.provided.sqs_commands_queue,
        events=settings.provided.sqs_events_queue,
        dead_letters=settings.provided.sqs_dead_letter_queue,
    )
    queue_urls = providers.Dependency(instance_of=QueueUrls)
    publisher = providers.Singleton(SqsPublisher, sqs.provided.calls, queue_urls)
    consumer = providers.Singleton(
        SqsConsumer, sqs, queue_urls, visibility_seconds=settings.provided.visibility_seconds
    )

    # What operators do
    reader = providers.Singleton(WireMessageReader, message_types)
    dead_letters = providers.Singleton(SqsDeadLetters, sqs, queue_names)
    retry_job = providers.Singleton(RetryJob, jobs=operator_jobs, bus=bus)
    operations = providers.Singleton(
        Operations,
        inspect=providers.Singleton(InspectDeadLetters, queue=dead_letters, reader=reader),
        redrive=providers.Singleton(
            RedriveDeadLetters,
            queue=dead_letters,
            reader=reader,
            retry=retry_job,
            unit_of_work=unit_of_work,
            clock=clock,
            pause=providers.Object(asyncio.sleep),
        ),
        discard=providers.Singleton(DiscardDeadLetters, queue=dead_letters, unit_of_work=unit_of_work, clock=clock),
        jobs=providers.Singleton(
            ManageJobs, jobs=operator_jobs, retry_job=retry_job, bus=bus, unit_of_work=unit_of_work
        ),
    )

    # Doors
    shared_recipes = providers.Singleton(
        SharedDocuments, recipe_reads.provided.document, telemetry, limit_bytes=settings.provided.cache_bytes
    )
    readiness = providers.Singleton(_readiness, schema, sqs, queue_names)
    api = providers.Singleton(
        ApiParts,
        bus=bus,
        admission=admission,
        job_watch=job_watch,
        job_reads=job_reads,
        once=once,
        pace=pace,
        most_event_streams=settings.provided.most_event_streams,
        key_life=providers.Callable(timedelta, hours=settings.provided.key_retention_hours),
        recipe_reads=recipe_reads,
        shared_recipes=shared_recipes,
        report_reads=report_reads,
        planning_reads=planning_reads,
        uploads=uploads,
        import_reads=import_reads,
        export_reads=export_reads,
        webhook_reads=webhook_reads,
        webhook_sender=webhook_sender,
        find=providers.Singleton(FindRecipes, catalogue, recipe_index),
        ingredients=providers.Singleton(FindIngredients, catalogue),
        catalogue=catalogue,
        verifier=verifier,
        scope_prefix=settings.provided.scope_prefix,
        readiness=readiness,
        tracer=telemetry,
        meter=meter,
        telemetry=telemetry,
        ids=ids,
        operations=operations,
        documents=providers.Object(DOCUMENTS),
    )
    board = providers.Singleton(AttemptBoard, job_store)
    claim_terms = providers.Singleton(
        ClaimTerms,
        lease_seconds=settings.provided.lease_seconds,
        most_of_one_owner=settings.provided.worker_jobs_of_one_caller,
    )
    run_job = providers.Singleton(
        RunJob,
        bus=bus,
        jobs=job_store,
        unit_of_work=unit_of_work,
        clock=clock,
        chance=chance,
        telemetry=telemetry,
        board=board,
        terms=claim_terms,
    )
    delivery_handler = providers.Singleton(
        DeliveryHandler,
        run_job=run_job,
        bus=bus,
        reader=reader,
        sources=providers.Callable(_principals, settings.provided.queue_sources),
        inbox_life=providers.Callable(timedelta, days=settings.provided.inbox_retention_days),
        leases=job_leases,
        telemetry=telemetry,
        tracer=telemetry,
    )
    held = providers.Singleton(HeldDeliveries)
    keeper = providers.Singleton(
        Keeper,
        open_parts=providers.Callable(partial, _open_keeper_parts, settings, queue_urls, sqs),
        board=board,
        held=held,
        reader=reader,
        telemetry=telemetry,
        lease_seconds=settings.provided.lease_seconds,
        visibility_seconds=settings.provided.visibility_seconds,
    )
    upkeep_loop = providers.Singleton(
        UpkeepLoop,
        upkeep=job_upkeep,
        uploads=uploads,
        gauges=providers.Singleton(SqsGauges, sqs.provided.sending, queue_urls),
        telemetry=telemetry,
        meter=meter,
        every_seconds=settings.provided.upkeep_seconds,
        reannounce_seconds=settings.provided.reannounce_seconds,
        retention=providers.Callable(timedelta, days=settings.provided.job_retention_days),
    )
    worker = providers.Singleton(
        Worker,
        consumer=consumer,
        handler=delivery_handler,
        keeper=keeper,
        held=held,
        telemetry=telemetry,
        board=board,
        concurrency=settings.provided.worker_concurrency,
        poll_seconds=settings.provided.worker_poll_seconds,
        grace_seconds=settings.provided.shutdown_grace_seconds,
    )
    worker_health = providers.Singleton(HealthApp, providers.Callable(_worker_readiness, schema, worker), meter)
    relay_loop = providers.Singleton(
        RelayLoop,
        relay=providers.Singleton(
            Relay, store=outbox_store, publisher=publisher, telemetry=telemetry, tracer=telemetry
        ),
        store=outbox_store,
        telemetry=telemetry,
        meter=meter,
        sweep_seconds=settings.provided.relay_sweep_seconds,
    )


@asynccontextmanager
async def open_container(settings: Settings, service: str, *, log_level: str | None = None) -> AsyncIterator[Container]:
    """Open what every process needs, in order, and close it in reverse; a tool may log less than a server.

    Raises StorageUnavailableError when the database is out of reach, ForgetfulStorageError when it may forget commits.
    """
    async with AsyncExitStack() as opened:
        meter = PrometheusMeter()
        tracing = opened.enter_context(open_tracing(f"kondate-{service}", settings.otlp_endpoint, settings.trace_ratio))
        telemetry = StructlogTelemetry(configure_logging(service, log_level or settings.log_level), tracing, meter)
        pool = await opened.enter_async_context(
            open_pool(settings.database_url, size=settings.database_pool_size, service=service)
        )
        sqs = await opened.enter_async_context(_sqs(settings))
        container = Container(settings=settings, service=service, pool=pool, sqs=sqs, telemetry=telemetry, meter=meter)
        if not settings.database_may_forget:
            await check_durability(container.database())
        _add_faults(container, "unit_of_work", "job_store", "job_upkeep", "board")
        opened.push_async_callback(container.keys().close)
        for state, read in (("open", pool.get_size), ("idle", pool.get_idle_size)):
            meter.watch("database_connections", read, {"state": state})
        yield container


def _sqs(settings: Settings, beside: SqsClients | None = None) -> AbstractAsyncContextManager[SqsClients]:
    key, secret = settings.sqs_access_key_id, settings.sqs_secret_access_key
    credentials = (key, secret) if key and secret else None
    return open_sqs(endpoint=settings.sqs_endpoint, region=settings.sqs_region, credentials=credentials, beside=beside)


@asynccontextmanager
async def open_queues(container: Container) -> AsyncIterator[None]:
    """Find the queues and listen for commits, for a process that sends or receives.

    Waits as long as the queue endpoint is away: it comes back, and no restart of ours would help it.
    """
    names, settings = container.queue_names(), container.settings()
    pause = 0.2
    while True:
        try:
            urls = await ensure_queues(container.sqs().sending, names, create=False)
            break
        except QueueUnavailableError as error:
            container.telemetry().event("queue.waiting", {"reason": str(error), "pause_seconds": pause})
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
    container.queue_urls.override(urls)
    container.check_dependencies()
    wake = container.outbox_store().wake
    _add_faults(container, "outbox_store", "publisher", "consumer")
    async with listening(settings.database_url, news_of_outbox(wake)):
        yield


def hearing_of_changes(container: Container) -> AbstractAsyncContextManager[None]:
    """Listen for changes of jobs, for whose end clients wait, and of recipes, where what was read of them is kept."""
    settings, watch = container.settings(), container.job_watch()
    news = [news_of_jobs(watch.told, watch.told_unknown)]
    if settings.cache_bytes:
        news.append(news_of_recipes(container.shared_recipes()))
    return listening(settings.database_url, *news)


def with_faults(container: Container, app: Application) -> Application:
    """Put what a fault run asked for between a server and what it serves."""
    return _faults(container).answers(app)


def _faults(container: Container) -> Faults:
    settings = container.settings()
    if not settings.is_local():
        return Faults.chosen(None, (), container.service())
    return Faults.chosen(settings.crash_folder, settings.sabotage, container.service())


def _add_faults(container: Container, *ports: str) -> None:
    """Put what a fault run asked for between these ports and their adapters."""
    faults = _faults(container)
    if not faults.are_any:
        return
    for port in ports:
        provider = getattr(container, port)
        provider.override(getattr(faults, port)(provider()))


async def migrate(settings: Settings) -> list[str]:
    """Bring the schema up to date and see to the queues; return the names of the migrations applied.

    Raises StorageUnavailableError, SchemaError or QueueUnavailableError.
    """
    applied = await migrate_schema(settings.database_url)
    async with _sqs(settings) as sqs:
        names = QueueNames(
            commands=settings.sqs_commands_queue,
            events=settings.sqs_events_queue,
            dead_letters=settings.sqs_dead_letter_queue,
        )
        await ensure_queues(sqs.sending, names, create=settings.sqs_create_queues)
    return applied


def message_contract(settings: Settings, version: str) -> Mapping[str, Any]:
    """Return the AsyncAPI document of the queues."""
    names = QueueNames(
        commands=settings.sqs_commands_queue,
        events=settings.sqs_events_queue,
        dead_letters=settings.sqs_dead_letter_queue,
    )
    document: Mapping[str, Any] = asyncapi_document(names, version)
    return document


def document_types() -> Mapping[str, type]:
    """Return the types of what is stored and passed through, by the names that routes call them by."""
    return DOCUMENTS


async def newest_recipe(settings: Settings) -> str | None:
    """Return the id of the recipe published last, for an example that works; None while there is none."""
    async with open_pool(settings.database_url, size=1, service="up") as pool:
        newest = await PostgresRecipeReads(Database(pool, lambda: None, "up")).newest()
    return None if newest is None else str(newest)
