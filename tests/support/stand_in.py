"""A stand-in for the program `kondate`: same subcommands, same ports, nothing behind them but their traces on disk."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORTS = {"api": "KONDATE_API_PORT", "gateway": "KONDATE_GATEWAY_PORT"}


class Fine(BaseHTTPRequestHandler):
    """Answers every request with 200."""

    def do_GET(self) -> None:
        """Say that all is well."""
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()


def main(subcommand: str) -> None:
    """Note the call, then serve where the real one would, or print what it would."""
    with Path(os.environ["STAND_IN_CALLS"]).open("a", encoding="ascii") as calls:  # noqa: TID251 (a program of its own)
        calls.write(f"{subcommand}\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if subcommand == "migrate":
        return
    if subcommand in {"worker", "relay"}:
        sys.stdout.write(f'{{"event":"{subcommand}.ready"}}\n')
        sys.stdout.flush()
        signal.pause()
    port = os.environ[PORTS[subcommand]]  # noqa: TID251 (the same)
    HTTPServer(("127.0.0.1", int(port)), Fine).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
