"""Around every request: who may call from where, and what browsers may do with the answer. ASGI middleware, installed by `face`.

Refuses other sites' pages (CSRF), other sites' names for this address (DNS rebinding), and bodies of the API beyond the limit,
which are read before anybody is asked who sends them. Never looks into a body. The hooks bound theirs themselves.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.errors import TooLarge
from tocsin.web.settings import ServeSettings, is_loopback

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


class Safeguards:
    """The middleware. `any_host`: a token is set, which a stranger's page cannot know, or there is nothing here to protect."""

    def __init__(self, app: ASGIApp, settings: ServeSettings, *, any_host: bool) -> None:
        self._app = app
        self._hosts = {host.lower() for host in (*settings.hosts, settings.host)}
        self._any_host = any_host
        self._most = settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request, or refuses it before anything reads it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        bounded = receive if scope["path"].startswith("/hooks/") else _bounded(receive, self._most)
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, bounded, send_guarded)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        if not self._any_host and not self._known_host(headers.get("host", "")):
            return _refused("TCS-HTTP-HOST", "This service is not called by that name.", "Add it to serve.hosts.")
        site = headers.get("sec-fetch-site", "none")
        if scope["method"] not in _SAFE and site not in ("none", "same-origin"):
            return _refused("TCS-HTTP-SITE", "A page of another site may not do this.", "Call the API directly.")
        return None

    def _known_host(self, host: str) -> bool:
        name = host.lower().rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host.lower()
        return name in self._hosts or is_loopback(name)


def _bounded(receive: Receive, most: int) -> Receive:
    """The same, until more than `most` bytes have come; whoever reads on then gets TooLarge."""
    left = most

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge("The body is too large.", "Send less, or raise serve.max_body_bytes.")
        return message

    return receive_bounded


def _refused(code: str, what: str, do: str) -> JSONResponse:
    return JSONResponse({"code": code, "what": what, "do": do}, 403)
