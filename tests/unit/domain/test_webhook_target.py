"""Where webhooks may go: the public Internet by https, and on one's own machine that machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidWebhookUrlError
from domain.webhook_target import Target, TargetRules

REMOTE = TargetRules(is_local=False)
LOCAL = TargetRules(is_local=True)

FORBIDDEN = [
    "0.0.0.0",  # noqa: S104 (an address under test)
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.215.14",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1%eth0",
    "",
    "localhost",
    "127.1",
    "0177.0.0.1",
    "0x7f000001",
]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]
BAD_URLS = [
    "",
    "hooks.kondate.dev",
    "//hooks.kondate.dev/",
    "http://hooks.kondate.dev/",
    "ftp://hooks.kondate.dev/",
    "file:///etc/passwd",
    "gopher://hooks.kondate.dev/",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user@hooks.kondate.dev/",
    "https://user:password@hooks.kondate.dev/",
    "https://hooks.kondate.dev@127.0.0.1/",
    "https://127.0.0.1\\@hooks.kondate.dev/",
    "https://hooks.kondate.dev/#fragment",
    "https://hooks.kondate.dev#@127.0.0.1/",
    "https://hooks.kondate.dev/a b",
    " https://hooks.kondate.dev/",
    "https://hooks.kondate.dev/\n",
    "https://hooks.kondate.dev\t/",
    "https://hooks.kondate.dev/献立",
    "https://献立.example/",
    "https://hooks.kondate.dev:0/",
    "https://hooks.kondate.dev:22/",
    "https://hooks.kondate.dev:80/",
    "https://hooks.kondate.dev:25/",
    "https://hooks.kondate.dev:5432/",
    "https://hooks.kondate.dev:65979/",
    "https://hooks.kondate.dev:/",
    "https://hooks.kondate.dev:443x/",
    "https://hooks.kondate.dev./",
    "https://.kondate.dev/",
    "https://hooks..dev/",
    "https://-hooks.kondate.dev/",
    "https://hooks_1.kondate.dev/",
    f"https://{'a' * 64}.dev/",
    "https://intranet/",
    "https://localhost/",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
    "https://hidden.onion/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1.1/",
    "https://1.2.3.4.0x5/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://[v1.a]/",
    "https://[hooks.kondate.dev]/",
    f"https://hooks.kondate.dev/{'a' * 2_000}",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_no_target(address: str) -> None:
    assert not REMOTE.allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_a_target(address: str) -> None:
    assert REMOTE.allows(address)
    assert LOCAL.allows(address)


def test_ones_own_machine_may_be_told_where_it_is_ones_own() -> None:
    assert {address for address in FORBIDDEN if LOCAL.allows(address)} == {"127.0.0.1", "127.255.255.254", "::1"}


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=6, network="fc00::/7"))
def test_no_private_address_at_all_is_a_target(address: object) -> None:
    assert not REMOTE.allows(str(address))
    assert not LOCAL.allows(str(address))


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_that_could_mean_anything_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidWebhookUrlError) as refused:
        REMOTE.target_of(url)
    assert refused.value.pointer == "/url"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.kondate.dev", Target(host="hooks.kondate.dev", port=443)),
        ("https://hooks.kondate.dev?team=7", Target(host="hooks.kondate.dev", port=443)),
        ("HTTPS://Hooks.Kondate.DEV/In?a=b&c=%20d@e", Target(host="hooks.kondate.dev", port=443)),
        ("https://hooks.kondate.dev:8443/in", Target(host="hooks.kondate.dev", port=8443)),
        ("https://xn--v6qs31c.example/", Target(host="xn--v6qs31c.example", port=443)),
        ("https://1e100.net/", Target(host="1e100.net", port=443)),
        ("https://93.184.215.14/in", Target(host="93.184.215.14", port=443, address="93.184.215.14")),
        ("https://[2606:4700::1111]/", Target(host="2606:4700::1111", port=443, address="2606:4700::1111")),
    ],
)
def test_a_public_target_by_https_is_taken(url: str, target: Target) -> None:
    assert REMOTE.target_of(url) == target


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/in", "http://localhost:9/", "http://[::1]:9000/", "http://127.0.0.1"]
)
def test_on_ones_own_machine_it_may_be_plain_http_on_any_port(url: str) -> None:
    assert LOCAL.target_of(url).host in {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize(
    "url", ["http://192.168.1.1/", "http://169.254.169.254/", "http://intranet/", "http://a.localhost/"]
)
def test_even_there_nothing_else_of_the_network_is_a_target(url: str) -> None:
    with pytest.raises(InvalidWebhookUrlError):
        LOCAL.target_of(url)
