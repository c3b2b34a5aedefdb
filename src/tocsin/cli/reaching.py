"""Where a person's verb reaches: the local store, or a service by `--url` and `--token`. The same acts, the same errors.

Called by `people`. On the local store the verb acts as the local operator; at a service as whoever the token stands for.
"""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import quote

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption
from tocsin.errors import DataError, Denied, NotFound, NotNow, SourceError, TocsinError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tocsin.guard.attempt import Done
    from tocsin.model.working import Working
    from tocsin.web.document import LiveDocument
    from tocsin.web.shapes import IncidentLine, Undelivered

M = TypeVar("M", bound="BaseModel")
UrlOption = Annotated[
    str, typer.Option("--url", envvar="TOCSIN_URL", help="A service's address; without one, the local store.")
]
TokenOption = Annotated[
    str, typer.Option("--token", envvar="TOCSIN_TOKEN", help="Your token there; the variable keeps it out of `ps`.")
]
SECONDS = 10.0
"""How long an answer may take."""
_TRIES = 3
_REFUSALS: dict[int, type[TocsinError]] = {401: Denied, 403: Denied, 404: NotFound, 409: NotNow, 422: DataError}


@dataclass(frozen=True, slots=True)
class Reach:
    """The local store of a configuration, or a service."""

    url: str
    token: str
    config: Path | None
    as_json: bool

    def act(self, name: str, incident: str = "", which: str = "", **fields: object) -> "Done":
        """Carries out the act of that name. `fields` that are None are left to their defaults."""
        from tocsin.stages.people import Done
        from tocsin.web.every_act import KNOWN

        kind = KNOWN[name].ask
        ask = None if kind is None else made(kind, **fields)
        if not self.url:
            from tocsin.app import people

            return asyncio.run(people.act(self.config, name, incident, which, ask))
        path = KNOWN[name].path.format(which=quote(which, safe=""))
        where = f"/api/incidents{'/' if incident else ''}{quote(incident, safe='')}{path}"
        sent = None if ask is None else ask.model_dump(mode="json", exclude_none=True)
        return Done.model_validate_json(self.asked("POST", where, sent))

    def incidents(self, *, open_only: bool, limit: int) -> "list[IncidentLine]":
        """Newest declared first."""
        from tocsin.web.shapes import Incidents

        if not self.url:
            from tocsin.app import people

            return asyncio.run(people.incidents(self.config, open_only=open_only, limit=limit))
        only = "&open=true" if open_only else ""
        return Incidents.model_validate_json(self.asked("GET", f"/api/incidents?limit={limit}{only}")).incidents

    def undelivered(self, incident: str, limit: int) -> "list[Undelivered]":
        """What has not left the house, newest first."""
        from tocsin.web.shapes import Outbox

        if not self.url:
            from tocsin.app import people

            return asyncio.run(people.undelivered(self.config, incident, limit))
        where = f"/api/outbox?limit={limit}&incident={quote(incident, safe='')}"
        return Outbox.model_validate_json(self.asked("GET", where)).parcels

    def document(self, incident: str) -> "LiveDocument":
        """The live document. Raises NotFound."""
        from tocsin.web.document import LiveDocument

        if not self.url:
            from tocsin.app import people

            return asyncio.run(people.live_document(self.config, incident))
        return LiveDocument.model_validate_json(
            self.asked("GET", f"/api/incidents/{quote(incident, safe='')}/document")
        )

    def working(self, incident: str) -> "list[Working]":
        """The models at work on an incident."""
        from tocsin.web.playbooks import Runs

        if self.url:
            found = Runs.model_validate_json(self.asked("GET", "/api/runs"))
        else:
            from tocsin.app import playbooks

            found = asyncio.run(playbooks.runs(self.config))
        return [one for one in found.working if one.incident == incident]

    def asked(self, verb: str, path: str, body: object = None, *, seconds: float = SECONDS) -> bytes:
        """The service's answer. A request that got none is sent again under the same key, so it happens once."""
        import secrets

        import httpx

        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if verb == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        for left in reversed(range(_TRIES)):
            try:
                answer = httpx.request(verb, self.url.rstrip("/") + path, json=body, headers=headers, timeout=seconds)
                break
            except (httpx.TransportError, httpx.InvalidURL) as failure:
                if not left:
                    raise SourceError(f"{self.url} does not answer ({failure}).", "Check --url.") from failure
        if answer.is_success:
            return answer.content
        raise _refusal(answer.status_code, answer.content)


def reaching(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb whose first parameter is a Reach, with the options that make one."""
    given = list(inspect.signature(verb).parameters.values())[1:]
    options: dict[str, tuple[Any, object]] = {
        "url": (UrlOption, ""),
        "token": (TokenOption, ""),
        "config": (ConfigOption, None),
        "as_json": (JsonOption, False),
    }
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in options.items()
    ]

    @wraps(verb)
    def command(**arguments: Any) -> None:  # noqa: ANN401 - Typer hands over what the signature says
        verb(Reach(**{name: arguments.pop(name) for name in options}), **arguments)

    command.__signature__ = inspect.Signature([*given, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in [*given, *added]}
    return command


def made(kind: "type[M]", **fields: object) -> "M":
    """The typed ask; fields that are None are left to their defaults. Raises DataError with the first mistake."""
    from pydantic import ValidationError

    from tocsin.model.slip import slip

    try:
        return kind.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where, said = ".".join(map(str, first["loc"])), slip(first)
        raise DataError(f"{where}: {said}.", "See the verb's --help.") from mistake


def _refusal(status: int, body: bytes) -> TocsinError:
    """The service's refusal, as the error it is."""
    import json

    try:
        told = json.loads(body)
        what, do, code = str(told["what"]), str(told["do"]), str(told["code"])
    except (ValueError, KeyError, TypeError):
        return SourceError(f"the service answered {status}, and not as tocsin does.", "Check --url.")
    return _REFUSALS.get(status, TocsinError)(what, do, code=code)
