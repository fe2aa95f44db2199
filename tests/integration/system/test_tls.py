"""`kondate up --tls`: the whole picture behind a certificate of its own, by every protocol that the gateway speaks."""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.integration.system.parts import running_system
from tests.support.http3 import http3_connection


async def test_the_whole_picture_is_served_over_tls_and_over_http_3(tmp_path: Path) -> None:
    with running_system(tmp_path, "--tls") as system:
        certificate = system.folder.tls_dir / "certificate.pem"
        url, caller = system.state()["gateway"]["url"], {"authorization": f"Bearer {system.token('alice')}"}
        trusting = ssl.create_default_context(cafile=str(certificate))
        async with httpx.AsyncClient(base_url=url, verify=trusting, trust_env=False, timeout=20) as client:
            over_tcp = await client.get("/jobs", headers=caller)
        async with http3_connection(urlsplit(url).port or 0, certificate) as connection:
            over_udp = await connection.ask("/jobs", caller)
        printed = system.child.log()

    assert url.startswith("https://")
    assert (over_tcp.status_code, over_udp.status) == (200, 200)
    assert over_tcp.content == over_udp.body == b'{"items":[],"next":null}'
    assert over_tcp.headers["Alt-Svc"].startswith("h3=")
    assert over_tcp.headers["Strict-Transport-Security"] == "max-age=60"
    assert f"--cacert {certificate}" in printed
