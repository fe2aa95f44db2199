"""Liveness and readiness, for load balancers on the API's own port."""

from litestar import Response, get

from entrypoints.edge import Edge, Exposure
from entrypoints.http.injected import Metrics, Ready

INTERNAL = Edge(exposure=Exposure.INTERNAL)


@get("/healthz", opt={"edge": INTERNAL})
async def live() -> dict[str, str]:
    """Answer while the process runs; what it needs is the matter of readiness."""
    return {"status": "live"}


@get("/readyz", opt={"edge": INTERNAL, "other_statuses": (503,)})
async def ready(readiness: Ready) -> Response[dict[str, str]]:
    """Answer 200 only while the database and the queue answer."""
    states = await readiness.states()
    return Response(states, status_code=200 if set(states.values()) == {"up"} else 503)


@get("/readyz/traffic", opt={"edge": INTERNAL, "other_statuses": (503,)})
async def serving(readiness: Ready) -> Response[dict[str, str]]:
    """Answer 200 while requests can be served, which needs no queue: what the gateway goes by."""
    is_serving = await readiness.is_serving()
    return Response({"traffic": "up" if is_serving else "down"}, status_code=200 if is_serving else 503)


@get("/metrics", opt={"edge": INTERNAL, "shows": {"text/plain": str}})
async def metrics(meter: Metrics) -> Response[bytes]:
    """Show this process's metrics in the Prometheus text format."""
    text, media_type = meter.exposition()
    return Response(text, headers={"Content-Type": media_type})
