"""Reports over HTTP."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from application.dispatch import scopes_of
from domain.commands import GenerateReport
from domain.errors import ReportNotFoundError
from entrypoints.edge import Cost, Edge
from entrypoints.http.answers import Created
from entrypoints.http.faults import GoneError
from entrypoints.http.injected import Answering, Caller, Reports, Segment, Showing
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.representations.choice import FORMS, JSON, chosen_form, report_answer
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.schemas.reports import ReportRequest
from entrypoints.http.strict_json import StrictJson

GENERATING = Edge(scopes=scopes_of(GenerateReport), cost=Cost.HEAVY, waits=True)


@post(
    "/generate-report",
    status_code=202,
    dto=StrictJson[ReportRequest],
    return_dto=None,
    request_max_body_size=GENERATING.body_limit_bytes,
    opt={"edge": GENERATING},
)
async def generate_report(data: JSONBody[ReportRequest], answer: Answering) -> Response[JobAccepted | Created]:
    """Ask for a report; the job is kept before the answer is sent."""
    return await answer.later(data.command())


@get(
    "/reports/{report_id:str}",
    opt={"edge": Edge(timeout_seconds=30), "shows": {JSON: "report", **dict.fromkeys(FORMS, str)}},
)
async def read_report(
    request: Request[Any, Any, Any], report_id: Segment, report_reads: Reports, showing: Showing, origin: Caller
) -> ASGIResponse:
    """Return one of the caller's reports, as JSON, CSV, NDJSON or a page."""
    media_type = chosen_form(request.headers.get("accept"))
    identifier = canonical_uuid(report_id)
    document = identifier and await report_reads.document(identifier, origin)
    if not document:
        if identifier and await showing.reads.is_expired(identifier, owner=origin.principal.subject):
            raise GoneError
        raise ReportNotFoundError("There is no such report.")
    return report_answer(document, media_type, request.headers.get("if-none-match"))
