"""HTTP with agents: a client that reads so many bytes of an answer and no more, and follows no redirect."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tocsin.connectors.http_json import trusted_authorities

if TYPE_CHECKING:
    import httpx


def bounded_client(token: str, seconds: float, most: int) -> "httpx.AsyncClient":
    """The client. An answer longer than `most` bytes is an httpx.ReadError that says so."""
    import httpx

    class Bounded(httpx.AsyncByteStream):
        def __init__(self, inner: httpx.AsyncByteStream) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            read = 0
            async for piece in self._inner:
                read += len(piece)
                if read > most:
                    raise httpx.ReadError(f"the answer is longer than {most} bytes")
                yield piece

        async def aclose(self) -> None:
            await self._inner.aclose()

    class Transport(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise httpx.ReadError("the answer is compressed, and unpacks to nobody knows how much")
            if isinstance(response.stream, httpx.AsyncByteStream):
                response.stream = Bounded(response.stream)
            return response

    headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {})}
    return httpx.AsyncClient(transport=Transport(verify=trusted_authorities()), headers=headers, timeout=seconds)
