"""CloudWatch, read live: the metrics whose dimensions name the asked services, and what people ask it for. Opened by `app`.

A service's name is put into a search only when it is a plain name. Requests are signed (`sigv4`), keys stay in the process.
Never writes.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NotRequired, Self
from urllib.parse import quote

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from tocsin.config import Secret
from tocsin.connectors import metric_rows
from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.connectors.metric_rows import Row
from tocsin.connectors.sigv4 import Credentials, Scope, signed
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Series
from tocsin.ports import Ask, Clock, Reply

_TARGET = "GraniteServiceVersion20100801.GetMetricData"
_PLAIN = re.compile(r"[\w./:@+-]{1,200}")
_ONE = re.compile(r"(?P<space>[\w./:-]+)\s+(?P<metric>[\w.%-]+)(?P<dimensions>(?:\s+[\w.-]+=[^\s=]+)*)")
_MINUTE = 60
_PAGES = 20


class _Result(TypedDict):
    Id: str
    Label: NotRequired[str]
    Timestamps: NotRequired[list[float]]
    Values: NotRequired[list[float]]


class _Answer(TypedDict):
    MetricDataResults: list[_Result]
    NextToken: NotRequired[str | None]


class CloudwatchConfig(HttpAccess):
    """Section `connectors.cloudwatch`: one region of one account."""

    region: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    url: str = ""
    """Another address than the region's own, such as a VPC endpoint."""
    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None
    services: dict[str, str] = Field(default_factory=dict)
    """What to search for, where a service is called otherwise in CloudWatch: `payments: payments-db-1`."""
    namespaces: tuple[str, ...] = ()
    """Only in these, such as AWS/RDS; none: in all."""
    max_points: int = Field(default=400, ge=10, le=5000)

    @model_validator(mode="before")
    @classmethod
    def _of_the_region(cls, given: Any) -> Any:  # noqa: ANN401 - as pydantic hands it over
        """The region's own address, where none is given."""
        if isinstance(given, dict) and not given.get("url"):
            return given | {"url": f"https://monitoring.{given.get('region', '')}.amazonaws.com"}
        return given

    @model_validator(mode="after")
    def _plain(self) -> Self:
        """Refuses a name that could end a search expression."""
        if not all(_PLAIN.fullmatch(one) for one in (*self.services.values(), *self.namespaces)):
            raise ValueError("write services and namespaces in letters, digits and _ . / : @ + -")
        return self


class Cloudwatch:
    """MetricSource over CloudWatch's GetMetricData."""

    name = "cloudwatch"

    def __init__(self, config: CloudwatchConfig, clock: Clock, secret: str, session: str = "") -> None:
        self.config, self._clock = config, clock
        self._who = Credentials(config.access_key_id, secret, session)
        self._http = HttpJson(self.name, config, hidden=(secret, session))

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]:
        """The metrics that name one of the services; of those that are configured when none is asked. Raises SourceError."""
        names = [one for one in ask.services or tuple(self.config.services) if _PLAIN.fullmatch(one)]
        period = self._period(ask.start, ask.end)
        searches = [self._search(self.config.services.get(one, one), period) for one in names]
        queries = [_query(at, {"Expression": one}) for at, one in enumerate(searches)]
        results = await self._data(queries, ask.start, ask.end)
        services = {f"q{at}": one for at, one in enumerate(names)}
        rows = [row for one in results for row in _rows(one, services.get(one["Id"], ""))]
        return self._reply("; ".join(searches) or "no series", rows, names[:1], ask.start, ask.end)

    async def measure(self, expression: str, start: datetime, end: datetime) -> Reply[tuple[Series, ...]]:
        """What people ask for: `AWS/RDS CPUUtilization DBInstanceIdentifier=db-1`, or an expression of CloudWatch's own
        (metric math, SEARCH, Metrics Insights). Raises SourceError.
        """
        period = self._period(start, end)
        one = _ONE.fullmatch(expression.strip())
        asked = {"MetricStat": _stat(one, period)} if one else {"Expression": expression, "Period": period}
        results = await self._data([_query(0, asked)], start, end)
        rows = [row for result in results for row in _rows(result, "", expression)]
        return self._reply(expression, rows, [one["metric"] if one else expression], start, end)

    def _period(self, start: datetime, end: datetime) -> int:
        """Seconds between two samples, in whole minutes."""
        seconds = (end - start).total_seconds() / self.config.max_points
        return max(_MINUTE, -(-int(seconds) // _MINUTE) * _MINUTE)

    def _search(self, name: str, period: int) -> str:
        within = " OR ".join(f'"{one}"' for one in self.config.namespaces)
        return f"SEARCH('{f'Namespace=({within}) ' if within else ''}\"{name}\"', 'Average', {period})"

    async def _data(self, queries: Sequence[dict[str, Any]], start: datetime, end: datetime) -> list[_Result]:
        """All pages of the answer."""
        found: list[_Result] = []
        asked: dict[str, Any] = {
            "MetricDataQueries": list(queries),
            "StartTime": start.timestamp(),
            "EndTime": end.timestamp() + 1,  # the end itself belongs to what is asked
            "ScanBy": "TimestampAscending",
        }
        for _ in range(_PAGES if queries else 0):
            answer = await self._asked(asked)
            found += answer["MetricDataResults"]
            token = answer.get("NextToken")
            if not token:
                break
            asked["NextToken"] = token
        return found

    async def _asked(self, document: dict[str, Any]) -> _Answer:
        body = json.dumps(document).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": _TARGET}
        scope = Scope(self.config.region, "monitoring", self._clock.now())
        proof = signed("POST", f"{self.config.url}/", headers, body, self._who, scope)
        async with self._http.open() as http:
            return await http.post_bytes("/", _Answer, body, proof)

    def _reply(
        self, query: str, rows: list[Row], words: Sequence[str], start: datetime, end: datetime
    ) -> Reply[tuple[Series, ...]]:
        said = f"{query} [{rfc3339(start)} to {rfc3339(end)}]"
        link = self._link(words[0], start, end) if words else ""
        return Reply(self.name, said, metric_rows.written(rows), metric_rows.read, link)

    def _link(self, words: str, start: datetime, end: datetime) -> str:
        """The console's metric search at those words; its addresses write `*` where others write `%`."""
        shown = quote(words, safe="").replace("%", "*")
        graph = f"region~'{self.config.region}~start~'{rfc3339(start)}~end~'{rfc3339(end)}"
        return (
            f"https://{self.config.region}.console.aws.amazon.com/cloudwatch/home?region={self.config.region}"
            f"#metricsV2?graph=~({graph.replace(':', '*3a')})&query=~'{shown}"
        )


def _query(at: int, asked: dict[str, Any]) -> dict[str, Any]:
    return {"Id": f"q{at}", "ReturnData": True, **asked}


def _stat(one: re.Match[str], period: int) -> dict[str, Any]:
    pairs = [pair.partition("=")[::2] for pair in one["dimensions"].split()]
    metric = {
        "Namespace": one["space"],
        "MetricName": one["metric"],
        "Dimensions": [{"Name": name, "Value": value} for name, value in pairs],
    }
    return {"Metric": metric, "Period": period, "Stat": "Average"}


def _rows(one: _Result, service: str, otherwise: str = "") -> Iterable[Row]:
    name = one.get("Label") or otherwise
    for at, value in zip(one.get("Timestamps", []), one.get("Values", []), strict=True):
        yield Row(at, rfc3339(datetime.fromtimestamp(at, UTC)), service, name, f"{value:g}")
