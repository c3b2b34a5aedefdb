"""Loki, read live: the log lines of the asked services. Opened by `app`; never writes."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from pydantic import Field, field_validator
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, log_text
from tocsin.connectors.deep_links import GrafanaPage
from tocsin.connectors.http_json import HttpAccess, HttpJson, HttpSession
from tocsin.connectors.selectors import LABEL, one_of
from tocsin.model.ground import rfc3339
from tocsin.model.signals import LogLine
from tocsin.ports import Ask, Reply


class _Stream(TypedDict):
    stream: dict[str, str]
    values: list[tuple[str, str] | tuple[str, str, dict[str, Any]]]
    """Each is [nanoseconds as a string, line], with structured metadata as a third item in newer versions."""


class _Streams(TypedDict):
    result: list[_Stream]


class _Answer(TypedDict):
    data: _Streams


class LokiConfig(HttpAccess):
    """Section `connectors.loki`. A tenant goes into `headers: {X-Scope-OrgID: ...}`."""

    service_labels: tuple[str, ...] = ("service_name", "service", "app", "container", "job")
    """Where a service's name may stand; the first label that finds anything is used."""
    max_lines: int = Field(default=5_000, ge=1, le=50_000)
    grafana: GrafanaPage | None = None
    """Where people look at these lines."""

    @field_validator("service_labels")
    @classmethod
    def _label_names(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels or not all(LABEL.fullmatch(label) for label in labels):
            raise ValueError("give at least one label name, of letters, digits and _")
        return labels


class Loki:
    """LogSource over Loki's query API."""

    name = "loki"

    def __init__(self, config: LokiConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret)

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]:
        """The newest lines of the asked services within the time, oldest first. Raises SourceError."""
        selector, streams = "", list[_Stream]()
        async with self._http.open() as http:
            for label in self.config.service_labels:
                selector = f"{{{one_of(label, ask.services)}}}"
                if streams := await self._streams(http, selector, ask):
                    break
        return Reply(
            self.name,
            f"{selector} [{rfc3339(ask.start)} to {rfc3339(ask.end)}, at most {self.config.max_lines} lines]",
            self._text(streams),
            lambda text: log_text.read_sections(text, ask.end.year),
            deep_links.explore(self.config.grafana, {"expr": selector, "queryType": "range"}, ask.start, ask.end),
        )

    async def _streams(self, http: HttpSession, selector: str, ask: Ask) -> list[_Stream]:
        params = [
            ("query", selector),
            ("start", str(int(ask.start.timestamp() * 1e9))),
            ("end", str(int(ask.end.timestamp() * 1e9))),
            ("limit", str(self.config.max_lines)),
            ("direction", "backward"),
        ]
        return (await http.get("/loki/api/v1/query_range", _Answer, params))["data"]["result"]

    def _text(self, streams: list[_Stream]) -> str:
        lines: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for stream in streams:
            labels = stream["stream"]
            service = next((labels[label] for label in self.config.service_labels if labels.get(label)), "")
            lines[service] += [(int(at), line) for at, line, *_ in stream["values"]]
        return "\n".join(
            log_text.section(service, [_dated(at, line) for at, line in sorted(told)])
            for service, told in lines.items()
        )


def _dated(nanoseconds: int, line: str) -> str:
    """The line as it is when it tells its own time or continues another; else with Loki's time before it."""
    if log_text.continues(line) or log_text.time_of(line, 1970) is not None or line.startswith("{"):
        return line
    return f"{datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec='milliseconds')} {line}"
