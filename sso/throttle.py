"""Failed authentications are counted by client and address, in the store.

A client that authenticates is never held up, whatever others did in its name: only a failure is
answered with 429 instead of 401. Secrets have 256 random bits, so nobody guesses one; this keeps
noise and load down.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Mapping

from sso.statements import FAILURE_SECONDS

BY_CLIENT = 10
BY_ADDRESS = 100
_BUCKETS = 1024
"""How many counters one address can fill: ids that nobody has registered share them."""


def buckets(client_id: str, address: str) -> tuple[str, str]:
    """The counters of a failure."""
    place = _network(address)
    digest = hashlib.sha256(client_id.encode("utf-8", "surrogatepass")).digest()
    return f"a:{place}", f"c:{place}:{int.from_bytes(digest[:4]) % _BUCKETS}"


def retry_after(counted: Mapping[str, tuple[int, int]]) -> int | None:
    """Seconds until a client should come again; None while it may be told what was wrong."""
    over = [
        since
        for bucket, (failures, since) in counted.items()
        if failures > (BY_ADDRESS if bucket.startswith("a:") else BY_CLIENT)
    ]
    return max(1, max(over) + FAILURE_SECONDS - int(time.time())) if over else None


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: nobody has just one of those."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
