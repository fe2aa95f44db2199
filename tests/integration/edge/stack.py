"""The two doors under attack: the gateway with the real API behind it, and that API's own port."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from adapters.postgres.migrate import migrate
from entrypoints.http.app import edge_routes
from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import free_port
from entrypoints.local.probes import http_answers
from entrypoints.settings import read_settings
from tests.integration.edge.cases import ORIGIN, EdgeIssuer, World
from tests.integration.gateway.parts import running_key_server
from tests.integration.system.parts import child_environment
from tests.support.envoy import running_gateway
from tests.support.processes import python, running_child
from tests.support.tokens import TestIssuer

DATABASE = "edge"
PLENTY = "100000"
INSERT_RECIPE = """
INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
SELECT id, $1, 1, $2, NULL, '{}', json_build_object('id', id, 'name', 'Rice'), now(), now()
FROM (SELECT gen_random_uuid() AS id) AS new
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where to send requests, and whom they are about."""

    gateway_port: int
    api_port: int
    world: World
    dsn: str

    def port(self, door: str) -> int:
        """Return the port of a door by its name, `gateway` or `api`."""
        return {"gateway": self.gateway_port, "api": self.api_port}[door]


@contextmanager
def open_doors(postgres_dsn: str, folder: Path) -> Iterator[Doors]:
    """Run a gateway and an API on a database of their own; limits are out of the way."""
    issuer = EdgeIssuer()
    dsn, recipe = asyncio.run(_database(postgres_dsn))
    with running_key_server(issuer) as keys:
        port = free_port()
        environment = {
            "KONDATE_DATABASE_URL": dsn,
            "KONDATE_DATABASE_MAY_FORGET": "true",
            "KONDATE_ISSUER": issuer.url,
            "KONDATE_AUDIENCE": issuer.audience,
            "KONDATE_JWKS_URL": keys,
            "KONDATE_API_PORT": str(port),
            "KONDATE_GATEWAY_UPSTREAMS": f"127.0.0.1:{port}",
            "KONDATE_CORS_ORIGINS": ORIGIN,
            "KONDATE_RATE_ADDRESS_BURST": PLENTY,
            "KONDATE_RATE_BURST": PLENTY,
            # Nothing here waits for the queue: jobs are stored, and stay where they are.
            "KONDATE_SQS_ENDPOINT": "http://127.0.0.1:9",
            "KONDATE_SQS_ACCESS_KEY_ID": "none",
            "KONDATE_SQS_SECRET_ACCESS_KEY": "none",
        }
        api = ChildSpec(
            name="api",
            argv=python("-m", "entrypoints.cli", "api"),
            env={**child_environment(), **environment},
            log_file=folder / "api.log",
            ready=http_answers(f"http://127.0.0.1:{port}/readyz/traffic"),
        )
        routes, settings = edge_routes(with_docs=True), read_settings(environment)
        with running_child(api), running_gateway(routes, settings, folder, trusting=True) as gateway:
            yield Doors(
                gateway_port=gateway.settings.gateway_port,
                api_port=port,
                world=World(issuer=issuer, stranger=TestIssuer(), recipe=recipe),
                dsn=dsn,
            )


async def _database(postgres_dsn: str) -> tuple[str, str]:
    """Make an empty database with one published recipe; return its address and the recipe's id."""
    server: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(postgres_dsn)
    await server.execute(f"CREATE DATABASE {DATABASE}")
    await server.close()
    dsn = f"{postgres_dsn.rpartition('/')[0]}/{DATABASE}"
    await migrate(dsn)
    return dsn, await store_recipe(dsn, owner="nobody", status="published")


async def store_recipe(dsn: str, *, owner: str, status: str) -> str:
    """Store a recipe as it is shown and return its id."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    recipe = await connection.fetchval(INSERT_RECIPE, owner, status)
    await connection.close()
    return str(recipe)
