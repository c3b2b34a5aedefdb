"""Links into the pages where people look further: Prometheus, Grafana's Explore, Jaeger. Pure; used by the windows.

Every part that comes from outside is encoded here; the address itself comes from the configuration.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from pydantic import field_validator

from tocsin.model.evidence import LONGEST_LINK
from tocsin.model.ground import Value

MOST_PANELS = 5


class GrafanaPage(Value):
    """`grafana` of a connector: where people see its data, and as which of Grafana's data sources."""

    url: str
    datasource: str
    """The data source's uid, as its settings page shows it in the address."""
    org: int = 1

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("give an address that begins with http:// or https://, without a password")
        return url.rstrip("/")


def explore(page: GrafanaPage | None, query: Mapping[str, object], start: datetime, end: datetime) -> str:
    """Grafana's Explore with this query and time; "" without a page."""
    if page is None:
        return ""
    asked = {"refId": "A", "datasource": {"uid": page.datasource}, **query}
    span = {"from": _millis(start), "to": _millis(end)}
    panes = json.dumps({"a": {"datasource": page.datasource, "queries": [asked], "range": span}}, separators=(",", ":"))
    return _bounded(
        f"{page.url}/explore?{urlencode({'schemaVersion': '1', 'panes': panes, 'orgId': str(page.org)}, quote_via=quote)}"
    )


def prometheus_graph(url: str, expressions: Sequence[str], start: datetime, end: datetime) -> str:
    """Prometheus' own graph page: the first expressions that an address holds, over exactly that time; "" for none."""
    seconds = max(60, int((end - start).total_seconds()))
    parts: list[str] = []
    for at, expression in enumerate(expressions[:MOST_PANELS]):
        panel = {"expr": expression, "tab": "0", "range_input": f"{seconds}s", "end_input": f"{end:%Y-%m-%d %H:%M:%S}"}
        part = urlencode({f"g{at}.{name}": value for name, value in panel.items()}, quote_via=quote)
        if sum(map(len, parts)) + len(part) > LONGEST_LINK:
            break
        parts.append(part)
    return f"{url}/graph?{'&'.join(parts)}" if parts else ""


def jaeger_trace(url: str, trace: str) -> str:
    """A trace's page in Jaeger."""
    return f"{url}/trace/{quote(trace, safe='')}" if trace else ""


def jaeger_search(url: str, service: str, start: datetime, end: datetime) -> str:
    """Jaeger's search for a service within a time."""
    if not service:
        return ""
    return (
        f"{url}/search?{urlencode({'service': service, 'start': _micros(start), 'end': _micros(end), 'limit': '20'})}"
    )


def _bounded(link: str) -> str:
    """A link that is too long to be opened is none."""
    return link if len(link) <= LONGEST_LINK else ""


def _millis(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def _micros(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000))
