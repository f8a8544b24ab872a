"""Post to an address that somebody typed, and to nothing inside the machine's own networks.

What a name resolves to is looked at when the connection is made and not before: a name may
lead elsewhere a moment later. No redirect is followed, and the whole takes ten seconds.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from screening.workflow.integration.addresses import Networks, may_be_reached

SECONDS = 10
INSIDE = "inside our own network"


class _Guarded(AbstractResolver):
    """Resolve names, and refuse those that lead inside."""

    def __init__(self, allowed: Networks):
        self.allowed, self.inner = allowed, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self.inner.resolve(host, port, family)
        if not all(may_be_reached(one["host"], self.allowed) for one in found):
            raise OSError(INSIDE)
        return found

    async def close(self) -> None:
        await self.inner.close()


class NotTakenError(Exception):
    """Nobody took it: what came back, in a word or a status."""


def post(url: str, host: str, body: bytes, headers: Mapping[str, str], allowed: Networks) -> None:
    """Post `body`. Raises NotTakenError for all but a status of 200 to 299."""
    try:
        if not may_be_reached(host, allowed):
            raise NotTakenError(INSIDE)
    except ValueError:
        pass  # a name, which the resolver looks at
    try:
        status = asyncio.run(_post(url, body, headers, allowed))
    except TimeoutError as error:
        raise NotTakenError(f"no answer in {SECONDS} seconds") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        caused = getattr(error, "os_error", error)
        said = INSIDE if str(caused) == INSIDE else type(error).__name__
        raise NotTakenError(said) from error
    if not 200 <= status < 300:
        raise NotTakenError(f"status {status}")


async def _post(url: str, body: bytes, headers: Mapping[str, str], allowed: Networks) -> int:
    connector = aiohttp.TCPConnector(resolver=_Guarded(allowed))
    whole = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=whole) as session:
        asked = session.post(url, data=body, headers=headers, allow_redirects=False)
        async with asked as answer:
            return answer.status
