"""Atlassian Statuspage as the Channel: what customers read. Opened by `channels`. It is told nothing that is not for them.

The page keeps, in the metadata of its incident, which of ours it is and which messages it has; so a message that is sent again
after a crash is one message. A withdrawn message is replaced where it stands; a correction is a message of its own.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.plain_text import readable, uncalled
from tocsin.errors import SourceError
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, Receipt

_NAME, _BODY, _KEYS = 150, 10_000, 50
_STATUSES = ("investigating", "identified", "monitoring", "resolved")
_PUBLIC = frozenset({Purpose.UPDATE, Purpose.CORRECTION, Purpose.RETRACTION, Purpose.RESOLVED})
_Incident = dict[str, Any]


class StatuspageConfig(Value):
    """Section `channels.statuspage`."""

    page: str = Field(pattern=r"^[a-z0-9]{1,40}$")
    """The page's id."""
    token: Secret
    components: dict[str, str] = Field(default_factory=dict)
    """Public name of a component to its id there; one that is not listed is looked up by its name."""
    notify: bool = True
    """Whether the page tells its subscribers."""
    url: str = "https://api.statuspage.io"
    timeout_seconds: float = Field(default=15, gt=0, le=25)

    @property
    def audiences(self) -> frozenset[Audience]:
        """Customers."""
        return frozenset({Audience.EXTERNAL})


class Statuspage:
    """ports.Channel. Its ref of a message is INCIDENT/UPDATE, as the page names them."""

    name = "statuspage"

    def __init__(self, settings: StatuspageConfig, token: str) -> None:
        access = HttpAccess(url=settings.url, timeout_seconds=settings.timeout_seconds)
        self._http = HttpJson(self.name, access, token, scheme="OAuth")
        self._settings = settings
        self._incidents = f"/v1/pages/{settings.page}/incidents"

    @classmethod
    def opened(cls, settings: StatuspageConfig, config: Config) -> "Statuspage":
        """With its secret. Raises ConfigError."""
        return cls(settings, config.secret(settings.token, "channels.statuspage.token"))

    async def send(self, message: Message) -> Receipt:
        """Opens, updates, corrects or resolves the page's incident."""
        if message.purpose is Purpose.ROOM:
            return Receipt()
        if message.readers != Audience.EXTERNAL or message.purpose not in _PUBLIC:
            what = f"a status page takes no {message.purpose} for {message.audience}."
            raise SourceError(what, "Only approved words for customers go there.", refused=True)
        async with self._http.open() as session:
            there = await self._found(session, message)
            if there and _digest(message) in _ours(there).get("keys", ()):
                return _receipt(there)
            if there and message.purpose is Purpose.RETRACTION and "/" in message.corrects:
                return await self._replaced(session, there, message)
            ids = await self._ids(session, message.components) if message.components else {}
            said = self._said(message, ids, there)
            if there:
                told = await session.patch_json(f"{self._incidents}/{quote(there['id'])}", _Incident, said)
            else:
                told = await session.post_json(self._incidents, _Incident, said)
        missed = ", ".join(sorted(set(message.components) - set(ids)))
        return _receipt(told, f"components that are not on the page: {missed}" if missed else "")

    async def _found(self, session: HttpSession, message: Message) -> _Incident | None:
        """The page's incident for ours; by its id where we know it, else by what we wrote on it."""
        known = next((ref for ref in message.known.values() if "/" in ref), "")
        if known:
            return await session.get(f"{self._incidents}/{quote(known.partition('/')[0])}", _Incident)
        newest = await session.get(self._incidents, list[_Incident], [("limit", "100")])
        return next((one for one in newest if _ours(one).get("incident") == message.incident_id), None)

    async def _replaced(self, session: HttpSession, there: _Incident, message: Message) -> Receipt:
        """The withdrawn words are gone from the page; nobody is notified a second time."""
        incident, _, update = message.corrects.partition("/")
        body = {"incident_update": {"body": _words(message), "deliver_notifications": False}}
        where = f"{self._incidents}/{quote(incident)}"
        await session.patch_json(f"{where}/incident_updates/{quote(update)}", dict[str, Any], body)
        await session.patch_json(where, _Incident, {"incident": {"metadata": _metadata(message, there)}})
        return Receipt(ref=message.corrects, link=str(there.get("shortlink") or ""))

    async def _ids(self, session: HttpSession, components: Mapping[str, str]) -> dict[str, str]:
        """Public name to the page's id, for those the page has."""
        known = {name: ref for name, ref in self._settings.components.items() if name in components}
        if set(known) == set(components):
            return known
        listed = await session.get(f"/v1/pages/{self._settings.page}/components", list[dict[str, Any]])
        by_name = {str(one["name"]).casefold(): str(one["id"]) for one in listed}
        return {name: by_name[name.casefold()] for name in components if name.casefold() in by_name} | known

    def _said(self, message: Message, ids: Mapping[str, str], there: _Incident | None) -> dict[str, Any]:
        status = "resolved" if message.purpose is Purpose.RESOLVED else message.status.lower()
        states = {ids[name]: state for name, state in message.components.items() if name in ids}
        if status == "resolved" and there:
            before = {str(one["id"]): "operational" for one in there.get("components") or ()}
            states = before | states
        told: dict[str, Any] = {
            "status": status if status in _STATUSES else "identified" if status == "mitigating" else "investigating",
            "body": _words(message),
            "deliver_notifications": self._settings.notify,
            "metadata": _metadata(message, there),
        }
        if states:
            told |= {"components": states, "component_ids": sorted(states)}
        return {"incident": told if there else {"name": uncalled(readable(message.title, _NAME)), **told}}


def _words(message: Message) -> str:
    """The page reads some HTML: no tag of ours can begin."""
    return uncalled(readable(message.text, _BODY))


def _digest(message: Message) -> str:
    return sha256(message.key.encode()).hexdigest()[:16]


def _ours(incident: _Incident) -> dict[str, Any]:
    found = (incident.get("metadata") or {}).get("tocsin")
    return found if isinstance(found, dict) else {}


def _metadata(message: Message, there: _Incident | None) -> dict[str, Any]:
    """Which incident of ours it is, and which messages it has."""
    keys = [*(_ours(there).get("keys", []) if there else []), _digest(message)][-_KEYS:]
    return {"tocsin": {"incident": message.incident_id, "keys": keys}}


def _receipt(incident: _Incident, missed: str = "") -> Receipt:
    """The newest update is ours: the page lists them newest first."""
    updates = incident.get("incident_updates") or [{}]
    ref = f"{incident['id']}/{updates[0].get('id', '')}"
    return Receipt(ref=ref, link=str(incident.get("shortlink") or ""), missed=missed)
