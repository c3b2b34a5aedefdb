"""Alertmanager's silences, read so that what people have silenced there opens nothing here. Opened by `app`; never writes."""

from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.model.change import Matcher, Silence


class _State(TypedDict):
    state: str


class _Matcher(TypedDict):
    name: str
    value: str
    isRegex: bool
    isEqual: NotRequired[bool]  # absent before Alertmanager 0.22


class _Silence(TypedDict):
    id: str
    status: _State
    matchers: list[_Matcher]
    startsAt: datetime
    endsAt: datetime
    createdBy: str
    comment: str


class AlertmanagerConfig(HttpAccess):
    """Section `connectors.alertmanager`."""


class Alertmanager:
    """The silences of one Alertmanager (or Mimir, Grafana: whatever speaks its API v2)."""

    name = "alertmanager"

    def __init__(self, config: AlertmanagerConfig, secret: str = "") -> None:
        self._http = HttpJson(self.name, config, secret)

    async def silences(self) -> tuple[Silence, ...]:
        """Silences that are active or yet to begin, with origin `alertmanager`. Raises SourceError."""
        async with self._http.open() as http:
            told = await http.get("/api/v2/silences", list[_Silence])
        return tuple(_silence(one) for one in told if one["status"]["state"] != "expired" and one["matchers"])


def _silence(told: _Silence) -> Silence:
    return Silence(
        id=f"alertmanager:{told['id']}",
        matchers=tuple(_matcher(one) for one in told["matchers"]),
        starts_at=told["startsAt"],
        ends_at=told["endsAt"],
        reason=told["comment"],
        created_by=told["createdBy"],
        origin="alertmanager",
    )


def _matcher(told: _Matcher) -> Matcher:
    return Matcher(name=told["name"], value=told["value"], is_regex=told["isRegex"], is_equal=told.get("isEqual", True))
