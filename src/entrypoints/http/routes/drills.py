"""Drills over HTTP; not in production."""

from litestar import Response, post
from litestar.params import JSONBody

from application.dispatch import scopes_of
from domain.commands import RunDrill
from entrypoints.edge import Edge
from entrypoints.http.injected import Answering
from entrypoints.http.schemas.drills import DrillRequest
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.strict_json import StrictJson

DRILLING = Edge(scopes=scopes_of(RunDrill), waits=True)


@post(
    "/drills",
    status_code=202,
    dto=StrictJson[DrillRequest],
    return_dto=None,
    request_max_body_size=DRILLING.body_limit_bytes,
    opt={"edge": DRILLING},
)
async def run_drill(data: JSONBody[DrillRequest], answer: Answering) -> Response[JobAccepted | None]:
    """Ask for a drill, which shows that jobs work from end to end."""
    return await answer.later(data.command())
