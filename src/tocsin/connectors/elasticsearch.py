"""Elasticsearch or OpenSearch, read live: the log documents of the asked services. Opened by `app`; never writes."""

import json
from collections import defaultdict
from typing import Any

from pydantic import Field
from typing_extensions import TypedDict

from tocsin.connectors import deep_links, log_text
from tocsin.connectors.deep_links import GrafanaPage
from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.errors import SourceError
from tocsin.model.ground import rfc3339
from tocsin.model.signals import LogLine
from tocsin.ports import Ask, Reply

_STACKS = ("error.stack_trace", "exception.stacktrace")


class _Hit(TypedDict):
    _source: dict[str, Any]


class _Hits(TypedDict):
    hits: list[_Hit]


class _Answer(TypedDict):
    timed_out: bool
    hits: _Hits


class ElasticsearchConfig(HttpAccess):
    """Section `connectors.elasticsearch`. `bearer` holds an API key, sent as `ApiKey`, unless `username` is given."""

    index: str = Field(default="logs-*,filebeat-*", pattern=r"^[a-z0-9*,._-]+$")
    time_field: str = "@timestamp"
    service_fields: tuple[str, ...] = (
        "service.name",
        "kubernetes.container.name",
        "kubernetes.labels.app",
        "container.name",
    )
    message_field: str = "message"
    level_field: str = "log.level"
    max_lines: int = Field(default=5_000, ge=1, le=10_000)
    grafana: GrafanaPage | None = None
    """Where people look at these lines."""


class Elasticsearch:
    """LogSource over the search API."""

    name = "elasticsearch"

    def __init__(self, config: ElasticsearchConfig, secret: str = "") -> None:
        self.config = config
        self._http = HttpJson(self.name, config, secret, scheme="ApiKey")

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]:
        """The newest documents of the asked services within the time, oldest first. Raises SourceError."""
        document = self._search(ask)
        async with self._http.open() as http:
            told = await http.post_json(f"/{self.config.index}/_search?ignore_unavailable=true", _Answer, document)
        if told["timed_out"]:
            raise SourceError(
                "elasticsearch gave up on the search half way.", "Narrow `index`.", code="TCS-SOURCE-LATE"
            )
        query = f"{self.config.index}: {', '.join(ask.services) or 'all services'} [{rfc3339(ask.start)} to {rfc3339(ask.end)}]"
        text = self._text([hit["_source"] for hit in reversed(told["hits"]["hits"])])
        return Reply(
            self.name, query, text, lambda answer: log_text.read_sections(answer, ask.end.year), self._page(ask)
        )

    def _page(self, ask: Ask) -> str:
        """Explore, asking in Lucene for the same lines."""
        names = " OR ".join(json.dumps(name) for name in ask.services)
        wanted = " OR ".join(f"{field}:({names})" for field in self.config.service_fields) if names else "*"
        asked = {"query": wanted, "metrics": [{"id": "1", "type": "logs"}]}
        return deep_links.explore(self.config.grafana, asked, ask.start, ask.end)

    def _search(self, ask: Ask) -> dict[str, Any]:
        time = {"range": {self.config.time_field: {"gte": rfc3339(ask.start), "lte": rfc3339(ask.end)}}}
        services = [
            {"match_phrase": {field: service}} for field in self.config.service_fields for service in ask.services
        ]
        named = [{"bool": {"should": services, "minimum_should_match": 1}}] if services else []
        return {
            "size": self.config.max_lines,
            "sort": [{self.config.time_field: {"order": "desc"}}],
            "query": {"bool": {"filter": [time, *named]}},
            "track_total_hits": False,
        }

    def _text(self, documents: list[dict[str, Any]]) -> str:
        lines: dict[str, list[str]] = defaultdict(list)
        for one in documents:
            service = next((found for field in self.config.service_fields if (found := _field(one, field))), "")
            words = [
                _field(one, self.config.time_field),
                _field(one, self.config.level_field),
                _field(one, self.config.message_field),
            ]
            stack = next((found for field in _STACKS if (found := _field(one, field))), "")
            lines[service].append(" ".join(filter(None, words)) + (f"\n{stack}" if stack else ""))
        return "\n".join(log_text.section(service, told) for service, told in lines.items())


def _field(document: dict[str, Any], path: str) -> str:
    """A field by its dotted path, whether the document nests it or spells the dots; "" when it is not there."""
    if path in document:
        return str(document[path])
    head, _, rest = path.partition(".")
    inner = document.get(head)
    return _field(inner, rest) if rest and isinstance(inner, dict) else ""
