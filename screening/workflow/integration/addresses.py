"""Which addresses news may be posted to: public ones, and networks of our own that are allowed."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


def may_be_reached(address: str, allowed: Networks) -> bool:
    """Return whether an IP address is of the public network, or of one that is allowed."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    if any(inside.version == network.version and inside in network for network in allowed):
        return True
    return inside.is_global and ip.is_global and not inside.is_multicast


def is_reachable(host: str, allowed: Networks) -> bool:
    """Return whether a host may be posted to; a name that resolves to nothing now may later."""
    try:
        return may_be_reached(host, allowed)
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    return all(may_be_reached(str(one[4][0]), allowed) for one in found)


def is_own(host: str, allowed: Networks) -> bool:
    """Return whether a host lies in the networks of our own that are allowed, now."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    ips = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
    return all(any(ip.version == n.version and ip in n for n in allowed) for ip in ips)
