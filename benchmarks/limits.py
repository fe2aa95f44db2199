"""How exact the rate limit is: what one flooding caller gets through one gateway and through two, against the promise.

Usage: python -m benchmarks.limits [--seconds N]
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec
import uvloop
from benchmarks.load import connect, get
from tests.integration.gateway.parts import ROUTES, SCOPES, running_key_server, running_upstream, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer

BURST, PER_SECOND = 100, 20
CONNECTIONS = 4


async def flood(ports: list[int], token: str, seconds: float) -> tuple[int, float]:
    """Ask as one caller on connections dealt out to the ports in turn; return how many passed, and in what time."""
    request, began = get("/recipe/1", token), time.perf_counter()

    async def ask(port: int) -> int:
        connection, passed = await connect(port), 0
        while time.perf_counter() - began < seconds:
            status, _ = await connection.ask(request)
            assert status in {200, 429}, status
            passed += status == 200
            await asyncio.sleep(0.004)
        connection.writer.close()
        return passed

    passed = await asyncio.gather(*(ask(ports[turn % len(ports)]) for turn in range(CONNECTIONS)))
    return sum(passed), time.perf_counter() - began


async def measure(gateways: dict[int, list[Gateway]], issuer: TestIssuer, seconds: float) -> None:
    """Flood each arrangement and print what passed against what was promised."""
    print(f"burst {BURST}, sustained {PER_SECOND}/s, {CONNECTIONS} connections, {seconds:g} s of flood\n")
    print("| gateways | connections | passed | promised | error |\n|---|---|---|---|---|")
    cases = [(1, "all to the one", 1), (2, "half to each", 2), (2, "all to one", 1)]
    for number, (replicas, name, used) in enumerate(cases):
        ports = [each.settings.gateway_port for each in gateways[replicas][:used]]
        token = issuer.token(claims={"sub": f"caller-{number}", "scope": SCOPES})
        passed, took = await flood(ports, token, seconds)
        promised = BURST + PER_SECOND * took
        print(f"| {replicas} | {name} | {passed} | {promised:.0f} | {(passed / promised - 1) * 100:+.1f} % |")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    issuer = TestIssuer(algorithms=("ES256",))
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="kondate-bench-")))
        base = settings_for(
            running.enter_context(running_key_server(issuer)), running.enter_context(running_upstream())
        )
        limited = msgspec.structs.replace(
            base, rate_burst=BURST, rate_sustained_per_second=PER_SECOND, rate_address_burst=1_000_000
        )
        gateways: dict[int, list[Gateway]] = {}
        for replicas in (1, 2):
            settings = msgspec.structs.replace(limited, gateway_replicas=replicas)
            gateways[replicas] = [
                running.enter_context(running_gateway(ROUTES, settings, folder / f"{replicas}-{number}"))
                for number in range(replicas)
            ]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(gateways, issuer, seconds))


if __name__ == "__main__":
    main()
