"""What the page's forms share: seals that make them ours, how much each sender may send, how a body is read. Used by its routes.

A form comes back with a seal of the last two hours, from a page of this very address, with its trap left empty: else it is not
somebody reading the page. Nothing here knows who anybody is.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.responses import Response

from tocsin.errors import IntakeError, TooLarge, Unreadable
from tocsin.guard.sealed import seal, unseal
from tocsin.model.catalogue import Catalogue
from tocsin.model.component import public_names
from tocsin.ports import Clock, Names, Store
from tocsin.web.limits import Senders
from tocsin.web.statuspage.kiosk import Kiosk
from tocsin.web.statuspage.routes import handed

LIFE = timedelta(hours=2)
TRAP = "website"
"""A field that people do not see and programs fill in."""
_MOST_BYTES, _SECONDS = 16_384, 10.0


@dataclass(slots=True)
class Counter:
    """Where forms are handed in. One for each process."""

    kiosk: Kiosk
    store: Store
    clock: Clock
    names: Names
    catalogue: Catalogue
    email: bool = False
    webhook: bool = False
    reports: bool = True
    each: Senders = field(default_factory=lambda: Senders(burst=6, per_minute=3))
    all: Senders = field(default_factory=lambda: Senders(burst=120, per_minute=120))

    @property
    def components(self) -> tuple[str, ...]:
        """What can be chosen."""
        return public_names(self.catalogue)

    async def key(self) -> str:
        """The installation's own."""
        return (await self.kiosk.board.own_key()).secret

    async def form(self, request: Request, name: str, **values: Any) -> Response:  # noqa: ANN401 - a template's values
        """A form with its seal; it is printed for whoever asked, and kept by nobody."""
        token = seal(await self.key(), f"form {name}", {}, self.clock.now() + LIFE)
        page = self.kiosk.press.page(name, token=token, counter=self, **values)
        return handed(request, self.kiosk, page, {"Cache-Control": "no-store"})

    def told(self, request: Request, title: str, text: str, status: int = 200) -> Response:
        """A page that says one thing."""
        page = self.kiosk.press.page("plain", title=title, text=text)
        return handed(request, self.kiosk, page, {"Cache-Control": "no-store"}, status)

    async def taken(self, request: Request, name: str) -> Mapping[str, list[str]] | None:
        """The fields of a form of ours; None when something that reads no page filled it in. Raises IntakeError."""
        self.each.take(self._sender(request), self.clock.now().timestamp())
        self.all.take("", self.clock.now().timestamp())
        fields = await read_form(request)
        if unseal(await self.key(), f"form {name}", first(fields, "token"), self.clock.now()) is None:
            raise Unreadable("This form has grown old.", "Open the page again, and send it once more.")
        return None if first(fields, TRAP) else fields

    def chosen(self, fields: Mapping[str, list[str]]) -> tuple[str, ...]:
        """The components that were ticked, of those there are."""
        ticked = fields.get("component", [])
        return tuple(name for name in self.components if name in ticked)

    def _sender(self, request: Request) -> str:
        """Who sends: the last address that is no proxy of ours."""
        known = self.kiosk.board.settings.proxies
        here = request.client.host if request.client else ""
        hops = [here, *reversed([one.strip() for one in request.headers.get("x-forwarded-for", "").split(",")])]
        return next((one for one in hops if one and not _among(one, known)), here)


def counter_of(request: Request) -> Counter:
    """The counter of this application."""
    counter: Counter = request.app.state.counter
    return counter


Here = Annotated[Counter, Depends(counter_of)]


async def read_form(request: Request) -> Mapping[str, list[str]]:
    """The fields of a posted form. Raises IntakeError for one that is too large, too slow, or none."""
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise TooLarge("That is too much for this form.", "Send less.")
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100, strict_parsing=False)
    except TimeoutError:
        raise Unreadable("The form did not arrive in time.", "Send it again.") from None
    except ValueError as mistake:
        raise Unreadable("This is no form of ours.", "Open the page, and send it from there.") from mistake


def first(fields: Mapping[str, list[str]], name: str) -> str:
    """One field's text."""
    return fields.get(name, [""])[0]


def refusal(counter: Counter, request: Request, error: IntakeError) -> Response:
    """A refusal in words, for people."""
    return counter.told(request, "That did not work", f"{error.what} {error.do}", error.status)


def _among(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(one) for one in networks)
