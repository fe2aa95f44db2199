"""Where webhooks may go: anybody can register a target, so none may lead into our own network."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from domain.errors import InvalidWebhookUrlError

LONGEST_URL = 2_000
LONGEST_NAME = 253
PORTS = frozenset({443, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}
HIGHEST_PORT = 65_535

# Printable ASCII without `#`, `\`, or anything before the host: what is left has one reading only, in every parser.
URL = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?(?:[/?][!\"$-\[\]-~]*)?", re.IGNORECASE)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
LOCAL_NAME = "localhost"
INNER_NAMES = (LOCAL_NAME, "local", "internal", "intranet", "lan", "corp", "home", "home.arpa", "onion")
"""Names in these domains never mean anything on the public Internet."""

LOOPBACK = IPv4Network("127.0.0.0/8")
LOOPBACK_6 = IPv6Address("::1")
FORBIDDEN = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
GLOBAL_6 = IPv6Network("2000::/3")
"""All else of IPv6 is loopback, unspecified, mapped IPv4, NAT64, unique local, link-local, multicast or unassigned."""
FORBIDDEN_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address, in other words
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to connect to; `address` is there when the URL names no host but an address."""

    host: str
    port: int
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRules:
    """What a target may be; on one's own machine it may be that machine too, over plain HTTP and any port."""

    is_local: bool

    def target_of(self, url: str) -> Target:
        """Return whom the URL means; raise InvalidWebhookUrlError where no name or address could make it right."""
        match = URL.fullmatch(url)
        if match is None or len(url) > LONGEST_URL:
            raise refused("It must be an absolute URL in ASCII, without user, password or fragment.")
        scheme, host, port = match[1].lower(), match[2].lower(), int(match[3] or DEFAULT_PORTS[match[1].lower()])
        if scheme != "https" and not self.is_local:
            raise refused("Webhooks go by https only.")
        if not (0 < port <= HIGHEST_PORT) or not (self.is_local or port in PORTS):
            raise refused(f"Webhooks go to the ports {' and '.join(str(each) for each in sorted(PORTS))} only.")
        address = _address_in(host)
        if address is not None and not self.allows(str(address)):
            raise refused("Webhooks go to public addresses only.")
        if address is None and not self._allows_name(host):
            raise refused("The host is none that everybody knows by this name.")
        return Target(host=host.strip("[]"), port=port, address=None if address is None else str(address))

    def allows(self, address: str) -> bool:
        """Tell whether one may connect to this address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv4Address):
            return (self.is_local and parsed in LOOPBACK) or not any(parsed in block for block in FORBIDDEN)
        if self.is_local and parsed == LOOPBACK_6:
            return True
        is_public = parsed in GLOBAL_6 and parsed.scope_id is None
        return is_public and not any(parsed in block for block in FORBIDDEN_6)

    def _allows_name(self, host: str) -> bool:
        if self.is_local and host == LOCAL_NAME:
            return True
        labels = host.split(".")
        is_name = len(labels) > 1 and len(host) <= LONGEST_NAME and all(LABEL.fullmatch(label) for label in labels)
        return is_name and not any(host == name or host.endswith(f".{name}") for name in INNER_NAMES)


def refused(detail: str) -> InvalidWebhookUrlError:
    """Return the refusal of a target."""
    return InvalidWebhookUrlError(detail, pointer="/url")


def _address_in(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, None for a name.

    What resolvers would take for an address in any other spelling (`127.1`, `0x7f000001`, `2130706433`) is refused.
    """
    if not host.startswith("[") and NUMBER.fullmatch(host.rpartition(".")[2]) is None:
        return None
    try:
        return ip_address(host.strip("[]"))
    except ValueError as error:
        raise refused("The address is written as no other program would read it.") from error
