"""Alertmanager's silences, read so that what people have silenced there opens nothing here. Opened by `app`; never writes."""

from datetime import datetime
from typing import Any

from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.model.change import Matcher, Silence


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
            told = await http.get("/api/v2/silences")
        return tuple(_silence(one) for one in told if one["status"]["state"] != "expired" and one["matchers"])


def _silence(told: dict[str, Any]) -> Silence:
    return Silence(
        id=f"alertmanager:{told['id']}",
        matchers=tuple(_matcher(one) for one in told["matchers"]),
        starts_at=datetime.fromisoformat(told["startsAt"]),
        ends_at=datetime.fromisoformat(told["endsAt"]),
        reason=told.get("comment", ""),
        created_by=told.get("createdBy", ""),
        origin="alertmanager",
    )


def _matcher(told: dict[str, Any]) -> Matcher:
    return Matcher(
        name=told["name"], value=told["value"], is_regex=told["isRegex"], is_equal=told.get("isEqual", True)
    )  # `isEqual` is absent before Alertmanager 0.22
