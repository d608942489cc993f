"""Which addresses the server may speak to on behalf of what tenants configure.

A URL that a tenant enters must not reach what only this machine or its network
can reach. So an address must be globally reachable by the registries of special
addresses (RFC 6890; IANA), or lie in a network that the operator names.
"""

from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

EVERYWHERE: Final = ("0.0.0.0/0", "::/0")
"""Networks that allow every address, for a sandbox or a test."""

# Written out rather than asked of `ipaddress`, whose answers differ between patch releases.
_SPECIAL: Final = tuple(
    ip_network(written)
    for written in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # Teredo, ORCHID and others
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# Networks whose last 32 bits are an IPv4 address: compatible, mapped, NAT64 (RFC 4291, RFC 6052).
_CARRIERS: Final = tuple(map(IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96")))


def as_networks(written: Iterable[str | Network]) -> tuple[Network, ...]:
    """Read networks in CIDR form.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ip_network(str(one)) for one in written)


def as_address(written: str) -> Address:
    """Read an address; the zone of an IPv6 address (`%eth0`) is left out.

    Raises:
        ValueError: it is none.
    """
    return ip_address(written.partition("%")[0])


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Tell whether the address is public or in one of the networks.

    An IPv6 address that carries an IPv4 address is allowed only if that one is, too.
    """
    named = tuple(networks)
    return all(_is_public(one) or _lies_in(one, named) for one in _carried(address))


def _carried(address: Address) -> Iterator[Address]:
    yield address
    if isinstance(address, IPv6Address) and _lies_in(address, _CARRIERS):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if int(address) > 1:  # `::` and `::1` lie among them and carry nothing
            yield inner


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not _lies_in(address, _SPECIAL)


def _lies_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)
