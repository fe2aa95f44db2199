"""The API's own description, and a page to read it."""

from importlib.resources import files
from typing import Any

from litestar import Response, get

from entrypoints.edge import Edge, Exposure
from entrypoints.http.faults import NoSuchResourceError
from entrypoints.http.injected import Described, Segment

PUBLIC = Edge(exposure=Exposure.PUBLIC)
CACHED = {"Cache-Control": "public, max-age=3600"}
FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "start.js": "text/javascript",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@get("/openapi.json", opt={"edge": PUBLIC, "shows": {"application/json": dict[str, Any]}})
async def openapi_document(contract: Described) -> Response[bytes]:
    """Return the OpenAPI 3.1 document."""
    return Response(await contract.openapi(), media_type="application/json", headers=CACHED)


@get("/docs", opt={"edge": PUBLIC, "shows": {"text/html": str}})
async def reference_page() -> Response[bytes]:
    """Return the reference page; it loads nothing from elsewhere."""
    return Response(_file("page.html"), media_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY})


@get("/docs/{name:str}", opt={"edge": PUBLIC, "shows": dict.fromkeys(FILES.values(), str)})
async def reference_file(name: Segment) -> Response[bytes]:
    """Return one file of the reference page."""
    if name not in FILES:
        raise NoSuchResourceError
    return Response(_file(name), media_type=FILES[name], headers=CACHED)


def _file(name: str) -> bytes:
    return files("entrypoints.http").joinpath("reference", name).read_bytes()
