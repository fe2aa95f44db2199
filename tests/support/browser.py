"""A real browser without a window, and the server of the page that it is shown."""

import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

from tests.support.processes import PROJECT

PAGE = PROJECT / "clients" / "browser" / "follow-a-job.html"
# Tells the server of the page what came of it, once there is anything: the page itself knows nothing of tests.
PROBE = b"""<script>
  const told = setInterval(() => {
    const outcome = document.body.dataset.outcome;
    if (!outcome) return;
    clearInterval(told);
    const text = (id) => document.getElementById(id).textContent;
    const states = [...document.querySelectorAll("#states li")].map((each) => each.textContent);
    fetch("/outcome", { method: "POST", body: JSON.stringify(
      { outcome, states, accepted: text("accepted"), shown: text("outcome") }) });
  }, 50);
</script>
"""
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--no-proxy-server",
    "--remote-debugging-port=0",
)  # fmt: skip


class PageServer:
    """Serves the example page from an origin of its own, and hears what came of it."""

    def __init__(self) -> None:
        outcomes: queue.Queue[dict[str, Any]] = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_page = self.path == "/"
                self.send_response(200 if is_page else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(PAGE.read_bytes() + PROBE if is_page else b"")

            def do_POST(self) -> None:
                outcomes.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's own name)
                del format, args

        self._outcomes = outcomes
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def address(self, **given: str) -> str:
        """Return the page's address, filled in with what it is to do."""
        return f"{self.origin}/#{urlencode(given)}"

    def outcome(self, within_seconds: float) -> dict[str, Any]:
        """Return what came of the page."""
        try:
            return self._outcomes.get(timeout=within_seconds)
        except queue.Empty:
            raise AssertionError("the page came to no end") from None

    @contextmanager
    def serving(self) -> Iterator["PageServer"]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def browser() -> str | None:
    """Return the browser of this machine, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def showing(program: str, address: str) -> Iterator[None]:
    """Show a page until the block ends; then the browser is gone with all its processes, and all that it kept."""
    with tempfile.TemporaryDirectory(prefix="kondate-browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": profile, "TMPDIR": profile},
            start_new_session=True,
        )
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
