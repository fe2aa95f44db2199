"""Answers compressed on their way out, where the client takes that and it cannot do harm."""

from entrypoints.gateway.syntax import Json, extension, typed

LEAST_BYTES = 1_024
"""A smaller answer fits into one packet as it is."""
_MESSAGE = "envoy.extensions.filters.http.compressor.v3"
_BROTLI, _GZIP = "envoy.filters.http.compressor.brotli", "envoy.filters.http.compressor.gzip"
# Streams of events are not among them: what waits in a compressor's window has not been told.
_TYPES = (
    "application/json",
    "application/problem+json",
    "application/ld+json",
    "application/x-ndjson",
    "text/csv",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
)


def brotli() -> Json:
    """Return the filter that wins where the client takes both."""
    library = extension("brotli", "envoy.extensions.compression.brotli.compressor.v3.Brotli", quality=4)
    return _compressor(_BROTLI, library, choose_first=True)


def gzip() -> Json:
    """Return the filter for everybody else."""
    library = extension("gzip", "envoy.extensions.compression.gzip.compressor.v3.Gzip", compression_level="BEST_SPEED")
    return _compressor(_GZIP, library, choose_first=False)


def on_route() -> Json:
    """Return the per-route settings that switch both on."""
    switched_on = typed(f"{_MESSAGE}.CompressorPerRoute", overrides={"response_direction_config": {}})
    return {_BROTLI: switched_on, _GZIP: switched_on}


def _compressor(name: str, library: Json, *, choose_first: bool) -> Json:
    """Return a compressor that is off except where a route switches it on, and leaves answers with an ETag alone.

    A compressed answer must not carry the strong ETag of the plain one, and If-Match takes no weak one: a client
    that asked for compression could change nothing any more.
    """
    compressor = extension(
        name,
        f"{_MESSAGE}.Compressor",
        response_direction_config={
            "common_config": {"min_content_length": LEAST_BYTES, "content_type": list(_TYPES)},
            "disable_on_etag_header": True,
        },
        compressor_library=library,
        choose_first=choose_first,
    )
    return {**compressor, "disabled": True}
