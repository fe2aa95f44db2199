"""Recipes in bulk over HTTP: imported from lines, exported to lines."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Accept
from litestar.params import JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

from application.dispatch import scopes_of
from application.ports.reads import Document
from domain.commands import ExportRecipes, ImportRecipes
from domain.errors import DomainError, ExportNotFoundError, ImportNotFoundError
from entrypoints.edge import Cost, Edge
from entrypoints.http.answers import REPLAYED, Created
from entrypoints.http.conditional import CACHE_CONTROL, document_answer, etag_of, is_known
from entrypoints.http.faults import GoneError, NotAcceptableError
from entrypoints.http.injected import (
    Answering,
    Caller,
    Exports,
    Imports,
    Receiving,
    Segment,
    Showing,
)
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.imports import ExportRequest
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.strict_json import StrictJson
from entrypoints.http.uploading import MEDIA_TYPE

IMPORTING = Edge(
    scopes=scopes_of(ImportRecipes),
    cost=Cost.HEAVY,
    timeout_seconds=30,
    upload_seconds=300,
    waits=True,
    body_limit_bytes=67_108_864,
)
EXPORTING = Edge(scopes=scopes_of(ExportRecipes), cost=Cost.HEAVY, waits=True)
JSON = "application/json"
FORMS = [JSON, MEDIA_TYPE]

Status = Annotated[
    Literal["draft", "published"] | None,
    QueryParameter(description="`draft` keeps all of them as drafts; else each is what its line says, or published."),
]


@post(
    "/import-recipes",
    status_code=202,
    request_max_body_size=IMPORTING.body_limit_bytes,
    opt={"edge": IMPORTING, "takes": {MEDIA_TYPE: str}},
)
async def import_recipes(
    request: Request[Any, Any, Any], receiving: Receiving, answer: Answering, origin: Caller, status: Status = None
) -> Response[JobAccepted | Created]:
    """Add many recipes at once: schema.org Recipes, one JSON object a line. The job's result tells of each line."""
    await answer.check_room()
    received = await receiving.receive(request, origin.principal.subject)
    command = ImportRecipes(upload_id=received.upload.id, is_draft=status == "draft")
    try:
        answered = await (await answer.over(received.digest)).later(command)
    except DomainError:
        await receiving.store.discard(received.upload.id)
        raise
    if REPLAYED in answered.headers:  # what came with the first request is imported, not this
        await receiving.store.discard(received.upload.id)
    return answered


@get(
    "/imports/{import_id:str}",
    opt={"edge": Edge(timeout_seconds=30), "shows": {JSON: "import", MEDIA_TYPE: str}},
)
async def read_import(
    request: Request[Any, Any, Any], import_id: Segment, imports: Imports, showing: Showing, origin: Caller
) -> ASGIResponse:
    """Return what became of one of the caller's imports; as NDJSON, the refused lines alone."""
    form = Accept(request.headers.get("accept", "*/*")).best_match(FORMS)
    if form is None:
        raise NotAcceptableError(FORMS)
    identifier = canonical_uuid(import_id)
    document = identifier and await imports.document(identifier, origin)
    if not document:
        if identifier and await showing.reads.is_expired(identifier, owner=origin.principal.subject):
            raise GoneError
        raise ImportNotFoundError("There is no such import.")
    known = request.headers.get("if-none-match")
    if form == MEDIA_TYPE:
        lines = Document(_problem_lines(document.body), document.version)
        return document_answer(lines, known, media_type=MEDIA_TYPE, form="ndjson", vary="Accept")
    return document_answer(document, known, vary="Accept")


@post(
    "/export-recipes",
    status_code=202,
    dto=StrictJson[ExportRequest],
    return_dto=None,
    request_max_body_size=EXPORTING.body_limit_bytes,
    opt={"edge": EXPORTING},
)
async def export_recipes(data: JSONBody[ExportRequest], answer: Answering) -> Response[JobAccepted | Created]:
    """Write recipes out as lines that can be imported again."""
    return await answer.later(data.command())


@get("/exports/{export_id:str}", opt={"edge": Edge(timeout_seconds=300), "shows": {MEDIA_TYPE: str}})
async def read_export(
    request: Request[Any, Any, Any], export_id: Segment, exports: Exports, showing: Showing, origin: Caller
) -> ASGIResponse:
    """Return one of the caller's exports: schema.org Recipes, one JSON object a line."""
    identifier = canonical_uuid(export_id)
    export = identifier and await exports.find(identifier, origin)
    if not export:
        if identifier and await showing.reads.is_expired(identifier, owner=origin.principal.subject):
            raise GoneError
        raise ExportNotFoundError("There is no such export.")
    etag = etag_of(export.digest)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    known = request.headers.get("if-none-match")
    if known is not None and is_known(etag, known):
        return ASGIResponse(body=b"", status_code=304, headers=headers)
    named = {"Content-Disposition": 'attachment; filename="recipes.ndjson"', **headers}
    return ASGIStreamingResponse(iterator=exports.parts(export), media_type=MEDIA_TYPE, headers=named)


def _problem_lines(document: bytes) -> bytes:
    problems = msgspec.json.decode(document)["problems"]
    return b"".join(msgspec.json.encode(problem) + b"\n" for problem in problems)
