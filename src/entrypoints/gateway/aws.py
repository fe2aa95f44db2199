"""The same policy for an Amazon API Gateway HTTP API: an OpenAPI document with its extensions, and what it cannot say.

What is lost at that gateway is not lost altogether: the API verifies tokens, scopes, roles and sizes itself.
"""

from collections.abc import Iterator, Sequence

from entrypoints.edge import LONGEST_WAIT_SECONDS, Cost, Edge, EdgeRoute, Exposure
from entrypoints.gateway import cors, limits, tokens
from entrypoints.gateway.syntax import Json
from entrypoints.settings import Settings

AUTHORIZER = "issuer"
LONGEST_SECONDS = 30.0
"""How long API Gateway waits for an answer at most; it has no streams either."""
SIGNATURES = "RS256"
"""What its authorizer verifies, of the algorithms that we know."""
CALLERS = 20
"""API Gateway counts all callers together: so many of them may use up their limits at once."""


def openapi_document(routes: Sequence[EdgeRoute], settings: Settings, endpoint: str) -> Json:
    """Return the document to import; `endpoint` is where API Gateway reaches the API, for instance a load balancer."""
    paths: dict[str, Json] = {}
    for route in _public(routes):
        for method in sorted(route.answered):
            paths.setdefault(route.template, {})[method.lower()] = _operation(route, method, settings, endpoint)
    return {
        "openapi": "3.0.1",
        "info": {"title": "Kondate", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {AUTHORIZER: _authorizer(settings)}},
        "x-amazon-apigateway-cors": {
            "allowOrigins": list(settings.cors_origins),
            "allowMethods": _words(cors.ALLOWED_METHODS),
            "allowHeaders": _words(cors.ALLOWED_HEADERS),
            "exposeHeaders": _words(cors.EXPOSED_HEADERS),
            "maxAge": cors.PREFLIGHT_SECONDS,
            "allowCredentials": False,
        },
        "x-amazon-apigateway-importexport-version": "1.0",
    }


def sam_template(routes: Sequence[EdgeRoute], settings: Settings, endpoint: str) -> Json:
    """Return the document inside a SAM template, which can say what it cannot: how many requests a route takes."""
    heavy = {
        f"{method} {route.template}": _throttle(settings, limits.HEAVY_SHARE)
        for route in _public(routes)
        for method in sorted(route.answered)
        if route.edge.cost is Cost.HEAVY
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "Kondate's edge, rendered from the routes of its API.",
        "Resources": {
            "Edge": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {
                    "StageName": settings.stage.value,
                    "FailOnWarnings": True,
                    "DefaultRouteSettings": _throttle(settings, 1),
                    **({"RouteSettings": heavy} if heavy else {}),
                    "DefinitionBody": openapi_document(routes, settings, endpoint),
                },
            }
        },
        "Outputs": {"Url": {"Value": {"Fn::Sub": "https://${Edge}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}}},
    }


def what_is_lost(routes: Sequence[EdgeRoute], settings: Settings) -> list[str]:
    """Return each part of the policy that API Gateway cannot be told, in a line for a person."""
    return [*_lost_of_routes(_public(routes)), *_lost_of_settings(settings), *_lost_everywhere()]


def _public(routes: Sequence[EdgeRoute]) -> list[EdgeRoute]:
    return [route for route in routes if route.edge.exposure is not Exposure.INTERNAL]


def _operation(route: EdgeRoute, method: str, settings: Settings, endpoint: str) -> Json:
    names = [part[1:-1] for part in route.template.split("/") if part.startswith("{")]
    asks = [{AUTHORIZER: tokens.scopes(route.edge, settings)}] if route.edge.exposure is Exposure.TOKEN else []
    return {
        "operationId": f"{route.name}_{method.lower()}",
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "security": asks,
        "responses": {"default": {"description": "What the API answers."}},
        "x-amazon-apigateway-integration": {
            "type": "http_proxy",
            "httpMethod": method,
            "uri": f"{endpoint.rstrip('/')}{route.template}",
            "connectionType": "INTERNET",
            "payloadFormatVersion": "1.0",
            "timeoutInMillis": round(min(_seconds(route.edge), LONGEST_SECONDS) * 1000),
        },
    }


def _seconds(edge: Edge) -> float:
    return edge.timeout_seconds + (LONGEST_WAIT_SECONDS if edge.waits else 0)


def _authorizer(settings: Settings) -> Json:
    return {
        "type": "oauth2",
        "flows": {},
        "x-amazon-apigateway-authorizer": {
            "type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": settings.issuer, "audience": list(settings.audience)},
        },
    }


def _words(listed: str) -> list[str]:
    return listed.split(", ")


def _throttle(settings: Settings, share: int) -> Json:
    return {
        "ThrottlingBurstLimit": max(1, settings.rate_burst * CALLERS // share),
        "ThrottlingRateLimit": max(1, settings.rate_sustained_per_second * CALLERS // share),
    }


def _lost_of_routes(routes: Sequence[EdgeRoute]) -> Iterator[str]:
    for route in routes:
        name, edge = f"{'/'.join(sorted(route.methods))} {route.template}", route.edge
        if edge.roles:
            yield f"{name}: the role {', '.join(sorted(edge.roles))}; left to the API"
        if len(edge.scopes) > 1:
            yield f"{name}: all of its scopes are needed, it asks for any one of them; left to the API"
        if edge.streams:
            yield f"{name}: a stream of events; API Gateway sends it in one piece, after {LONGEST_SECONDS:g} s at most"
        elif _seconds(edge) > LONGEST_SECONDS:
            yield f"{name}: up to {_seconds(edge):g} s for an answer; API Gateway waits {LONGEST_SECONDS:g} s"


def _lost_of_settings(settings: Settings) -> Iterator[str]:
    others = [name for name in settings.token_algorithms if name != SIGNATURES]
    if others:
        yield f"tokens: {', '.join(others)} signatures; its authorizer takes {SIGNATURES} only, and refuses these"
    if settings.jwks_url is not None:
        yield "tokens: KONDATE_JWKS_URL; keys are found by the issuer's discovery document only"
    if settings.audience_claim not in ("aud", "client_id"):
        yield f"tokens: the audience in {settings.audience_claim}; its authorizer reads aud or client_id"
    if settings.scope_claim not in ("scope", "scp"):
        yield f"tokens: scopes in {settings.scope_claim}; its authorizer reads scope or scp"
    if settings.gateway_http3:
        yield "protocols: HTTP/3; it speaks HTTP/1.1 and HTTP/2 (CloudFront before it speaks HTTP/3)"
    yield "tokens: typ, crit, b64, token_use, the form of sub and kid, the longest life; left to the API"


def _lost_everywhere() -> Iterator[str]:
    yield (
        "limits: by caller and by client address; throttling counts all callers together and is a property of the "
        "stage (--template), and its 429 has no Retry-After and no RateLimit"
    )
    yield "limits: body sizes of routes (left to the API), header sizes, slow clients; it has bounds of its own"
    yield 'answers of its own: problem+json, request id, security headers, CORS on refusals; it sends {"message": ...}'
    yield "requests: removal of spoofed identity and forwarding headers; the API reads none of them"
    yield "requests: a request id checked or made; the API makes one"
    yield "upstream: retries of reads, health checks, ejection, circuit breakers; the load balancer's matter"
