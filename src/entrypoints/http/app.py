"""The API: routes, and what they are given."""

from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from domain.job import Origin
from entrypoints.edge import Edge, EdgeRoute
from entrypoints.http.answers import Answer, Answers, answer_to
from entrypoints.http.auth import Authentication, origin_of
from entrypoints.http.event_stream import EventStreams
from entrypoints.http.idempotency import key_guard
from entrypoints.http.methods import Methods
from entrypoints.http.negotiation import form_guard
from entrypoints.http.null_query import null_guard
from entrypoints.http.observation import Observed
from entrypoints.http.openapi.contract import Contract
from entrypoints.http.openapi.document import openapi_document
from entrypoints.http.parts import ApiParts
from entrypoints.http.problems import exception_handlers
from entrypoints.http.routes.contract import openapi_document as show_contract
from entrypoints.http.routes.contract import reference_file, reference_page
from entrypoints.http.routes.drills import run_drill
from entrypoints.http.routes.health import live, metrics, ready, serving
from entrypoints.http.routes.imports import export_recipes, import_recipes, read_export, read_import
from entrypoints.http.routes.ingredients import (
    add_ingredient,
    find_ingredients,
    read_ingredient,
    revise_ingredient,
)
from entrypoints.http.routes.jobs import cancel_job, follow_job, list_jobs, read_job
from entrypoints.http.routes.operator import (
    cancel_any_job,
    discard_dead_letter,
    list_dead_letters,
    list_jobs_of_all,
    read_any_job,
    read_dead_letter,
    redrive_dead_letter,
    redrive_dead_letters,
    retry_any_job,
)
from entrypoints.http.routes.planning import (
    add_menu_plan,
    add_price_list,
    read_menu_plan,
    read_price_list,
    revise_menu_plan,
    revise_price_list,
)
from entrypoints.http.routes.problems import list_problems, read_problem
from entrypoints.http.routes.recipe_search import find_recipes
from entrypoints.http.routes.recipes import (
    add_recipe,
    archive_recipe,
    delete_recipe,
    publish_recipe,
    read_recipe,
    revise_recipe,
)
from entrypoints.http.routes.reports import generate_report, read_report
from entrypoints.http.routes.scaled_recipes import scale_recipe
from entrypoints.http.routes.webhooks import (
    add_webhook,
    list_deliveries,
    list_webhooks,
    read_webhook,
    remove_webhook,
    rotate_webhook_secret,
)
from entrypoints.http.showing import JobShowing
from entrypoints.http.uploading import Receiver

ROUTES: tuple[HTTPRouteHandler, ...] = (
    read_recipe,
    add_recipe,
    find_recipes,
    scale_recipe,
    revise_recipe,
    publish_recipe,
    archive_recipe,
    delete_recipe,
    find_ingredients,
    read_ingredient,
    add_ingredient,
    revise_ingredient,
    add_price_list,
    read_price_list,
    revise_price_list,
    add_menu_plan,
    read_menu_plan,
    revise_menu_plan,
    import_recipes,
    read_import,
    export_recipes,
    read_export,
    generate_report,
    read_report,
    list_jobs,
    read_job,
    follow_job,
    cancel_job,
    add_webhook,
    list_webhooks,
    read_webhook,
    remove_webhook,
    rotate_webhook_secret,
    list_deliveries,
    list_dead_letters,
    read_dead_letter,
    redrive_dead_letter,
    redrive_dead_letters,
    discard_dead_letter,
    list_jobs_of_all,
    read_any_job,
    retry_any_job,
    cancel_any_job,
    list_problems,
    read_problem,
    live,
    ready,
    serving,
    metrics,
)

DOCUMENTATION: tuple[HTTPRouteHandler, ...] = (show_contract, reference_page, reference_file)
OUTSIDE_PRODUCTION: tuple[HTTPRouteHandler, ...] = (*DOCUMENTATION, run_drill)


def routes(*, with_docs: bool) -> tuple[HTTPRouteHandler, ...]:
    """Return every route of the API."""
    return (*ROUTES, *OUTSIDE_PRODUCTION) if with_docs else ROUTES


def create_app(parts: ApiParts, *, with_docs: bool) -> Observed:
    """Return the ASGI application; `with_docs` shows the OpenAPI document and its page."""
    authentication = Authentication(parts.verifier, parts.telemetry)

    async def origin(request: Request[Any, Any, Any]) -> Origin:
        return origin_of(request.scope)

    answers = Answers(
        bus=parts.bus,
        admission=parts.admission,
        once=parts.once,
        watch=parts.job_watch,
        pace=parts.pace,
        key_life=parts.key_life,
    )
    receiver = Receiver(store=parts.uploads, ids=parts.ids)
    showing = JobShowing(
        watch=parts.job_watch,
        reads=parts.job_reads,
        pace=parts.pace,
        streams=EventStreams(watch=parts.job_watch, most=parts.most_event_streams),
    )

    async def answer(request: Request[Any, Any, Any]) -> Answer:
        return await answer_to(request, answers)

    contract = Contract(lambda: openapi(parts.documents, with_docs=with_docs))
    app = Litestar(
        route_handlers=routes(with_docs=with_docs),
        guards=[authentication.guard, form_guard, key_guard, null_guard],
        dependencies={
            "origin": Provide(origin),
            "answer": Provide(answer),
            "receiving": Provide(lambda: receiver, sync_to_thread=False),
            "imports": Provide(lambda: parts.import_reads, sync_to_thread=False),
            "exports": Provide(lambda: parts.export_reads, sync_to_thread=False),
            "operations": Provide(lambda: parts.operations, sync_to_thread=False),
            "showing": Provide(lambda: showing, sync_to_thread=False),
            "recipe_reads": Provide(lambda: parts.recipe_reads, sync_to_thread=False),
            "catalogue": Provide(lambda: parts.catalogue, sync_to_thread=False),
            "ingredients": Provide(lambda: parts.ingredients, sync_to_thread=False),
            "find": Provide(lambda: parts.find, sync_to_thread=False),
            "shared_recipes": Provide(lambda: parts.shared_recipes, sync_to_thread=False),
            "report_reads": Provide(lambda: parts.report_reads, sync_to_thread=False),
            "planning_reads": Provide(lambda: parts.planning_reads, sync_to_thread=False),
            "webhook_reads": Provide(lambda: parts.webhook_reads, sync_to_thread=False),
            "webhook_sender": Provide(lambda: parts.webhook_sender, sync_to_thread=False),
            "readiness": Provide(lambda: parts.readiness, sync_to_thread=False),
            "meter": Provide(lambda: parts.meter, sync_to_thread=False),
            "contract": Provide(lambda: contract, sync_to_thread=False),
        },
        exception_handlers=exception_handlers(parts.telemetry, parts.scope_prefix),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=Edge().body_limit_bytes,
    )
    methods = Methods(app, edge_routes(with_docs=with_docs))
    return Observed(methods, tracer=parts.tracer, meter=parts.meter, telemetry=parts.telemetry, ids=parts.ids)


def openapi(documents: Mapping[str, type], *, with_docs: bool) -> Any:  # noqa: ANN401 (JSON)
    """Return the OpenAPI document; `documents` are the types of what is stored and passed through."""
    return openapi_document(routes(with_docs=with_docs), documents)


def edge_routes(*, with_docs: bool) -> list[EdgeRoute]:
    """Return every route with the policy that it declares; the gateway is rendered from this."""
    return [
        EdgeRoute(
            name=f"{handler.fn.__name__}",
            template=path.replace(":str}", "}"),
            methods=frozenset(str(method) for method in handler.http_methods),
            edge=handler.opt["edge"],
        )
        for handler in routes(with_docs=with_docs)
        for path in handler.paths
    ]
