"""Alertmanager's silences, asked for so that what people silenced there opens nothing here. Opened by `app`; never writes."""

from typing import Any

from tocsin.connectors.http_json import HttpAccess, HttpJson


class AlertmanagerConfig(HttpAccess):
    """Section `connectors.alertmanager`."""


class Alertmanager:
    """The silences of one Alertmanager (or Mimir, Grafana: whatever speaks its API v2)."""

    name = "alertmanager"

    def __init__(self, config: AlertmanagerConfig, secret: str = "") -> None:
        self._http = HttpJson(self.name, config, secret)

    async def silences(self) -> list[Any]:
        """The silences as Alertmanager answers them; intake reads them, whichever way they came. Raises SourceError."""
        async with self._http.open() as http:
            return await http.get("/api/v2/silences", list[Any])
