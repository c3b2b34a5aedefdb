"""PagerDuty: calls by its Events API v2 under one deduplication key per incident, notes and schedules by its REST API.

Opened by `app`; used by the postman and `tocsin oncall`. Its fake speaks both APIs over HTTP in the conformance suite.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from pydantic import Field

from tocsin.config import Secret
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.plain_text import heading, readable
from tocsin.errors import SourceError
from tocsin.model.ground import Value

_SEVERITY = {"SEV1": "critical", "SEV2": "error", "SEV3": "warning", "SEV4": "info"}
_TEXT, _NOTE = 1024, 10_000  # PagerDuty's own limit for a summary; a note that people still read


class OnDuty(NamedTuple):
    """Who has a schedule, and until when (RFC 3339, "" for ever)."""

    person: str
    schedule: str
    until: str


class PagerDutyApi(Value):
    """How to reach PagerDuty's REST API, for notes and schedules. `sender` is the address notes are written as."""

    token: Secret
    sender: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    schedules: tuple[str, ...] = ()
    """Ids of schedules, in the order they are called: whoever has them is who our calls name."""
    url: str = "https://api.pagerduty.com"


class PagerDutyConfig(Value):
    """Section `pagers.pagerduty`. `routing_key` is the integration key of a service with Events API v2."""

    routing_key: Secret
    api: PagerDutyApi | None = None
    url: str = "https://events.pagerduty.com"
    timeout_seconds: float = Field(default=10, gt=0, le=60)


class PagerDuty:
    """ports.Pager. The escalation within PagerDuty is PagerDuty's; each level of ours is a fresh trigger with its text."""

    name = "pagerduty"

    def __init__(self, config: PagerDutyConfig, routing_key: str, token: str = "") -> None:
        access = HttpAccess(url=config.url, timeout_seconds=config.timeout_seconds)
        self._http = HttpJson(self.name, access, hidden=(routing_key,))
        self._key = routing_key
        self._api = _rest(config, token) if config.api else None
        self._schedules = config.api.schedules if config.api else ()

    async def page(self, target: str, text: str, severity: str, key: str) -> None:
        """Triggers, or re-triggers under the same key, which PagerDuty keeps as one incident."""
        payload = {
            "summary": heading(text, _TEXT),
            "source": "tocsin",
            "severity": _SEVERITY.get(severity, "error"),
            "custom_details": {"target": target},
        }
        await self._event("trigger", key, payload)

    async def acknowledge(self, key: str, by: str) -> None:
        """Somebody has it; `by` is shown in our timeline, PagerDuty keeps its own log."""
        await self._event(
            "acknowledge",
            key,
            {"summary": heading(f"acknowledged by {by}", _TEXT), "source": "tocsin", "severity": "info"},
        )

    async def resolve(self, key: str) -> None:
        """Nobody is needed any more."""
        await self._event("resolve", key, None)

    async def note(self, key: str, text: str) -> None:
        """Writes a note on the incident of that key. Without the REST API configured there is nowhere to write it."""
        if self._api is None:
            return
        async with self._rest_session() as session:
            found = await session.get("/incidents", dict[str, Any], [("incident_key", key), ("limit", "1")])
            incidents = found.get("incidents") or []
            if not incidents:
                raise SourceError("PagerDuty knows no incident of that key.", "It may be too new; try again.")
            await session.post_json(
                f"/incidents/{incidents[0]['id']}/notes", dict[str, Any], {"note": {"content": readable(text, _NOTE)}}
            )

    @property
    def knows_schedules(self) -> bool:
        """True when schedules are configured to be read."""
        return bool(self._api and self._schedules)

    async def on_call(self) -> list[OnDuty]:
        """Who has the configured schedules now, in their order. Empty when none is configured. Raises SourceError."""
        if not self._schedules:
            return []
        wanted = [("schedule_ids[]", one) for one in self._schedules]
        async with self._rest_session() as session:
            found = await session.get(
                "/oncalls", dict[str, Any], [*wanted, ("include[]", "users"), ("earliest", "true")]
            )
        duties = [_duty(one) for one in found.get("oncalls", []) if one.get("schedule")]
        return sorted(duties, key=lambda one: self._schedules.index(one.schedule))

    def _rest_session(self) -> AbstractAsyncContextManager[HttpSession]:
        if self._api is None:
            raise SourceError("PagerDuty's REST API is not configured.", "Give `pagers.pagerduty.api`.")
        return self._api.open()

    async def _event(self, action: str, key: str, payload: Mapping[str, object] | None) -> None:
        body: dict[str, object] = {"routing_key": self._key, "event_action": action, "dedup_key": key[:255]}
        if payload is not None:
            body["payload"] = payload
        async with self._http.open() as session:
            answer = await session.post_json("/v2/enqueue", dict[str, object], body)
        if answer.get("status") != "success":
            raise SourceError(
                "PagerDuty did not take the event.", "Check the routing key.", code="TCS-SOURCE-PAGERDUTY"
            )


def _rest(config: PagerDutyConfig, token: str) -> HttpJson:
    api = config.api
    if api is None:
        raise SourceError("PagerDuty's REST API is not configured.", "Give `pagers.pagerduty.api`.")
    headers = {"From": api.sender} if api.sender else {}
    access = HttpAccess(url=api.url, headers=headers, timeout_seconds=config.timeout_seconds)
    return HttpJson("pagerduty", access, f"token={token}", scheme="Token", hidden=(token,))


def _duty(told: Mapping[str, Any]) -> OnDuty:
    user = told.get("user") or {}
    return OnDuty(
        str(user.get("email") or user.get("summary") or ""), str(told["schedule"]["id"]), str(told.get("end") or "")
    )
