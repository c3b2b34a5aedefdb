"""What the windows show: metric series, log lines, spans, a topology. Parsed, in memory only; the Evidence keeps the text."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one service over time. `times` are epoch seconds, ascending; `cites[i]` is sample i as the tool wrote it."""

    service: str
    metric: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    cites: tuple[str, ...]
    unit: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    link: str = ""
    """Where a person sees this series drawn."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log entry; `text` may span lines (a stack trace) and stands word for word in the evidence.

    `trace` and `span` are those it was written in, as far as the entry says.
    """

    text: str
    at: datetime | None = None
    service: str = ""
    level: str = ""
    trace: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One operation in a trace. `start` is epoch seconds, `seconds` its duration; `parent` is "" for the root.

    `status` is what the tool wrote of how it ended ("" when nothing), `cite` its line in the answer, `link` the trace's page.
    """

    trace: str
    id: str
    parent: str
    service: str
    operation: str
    start: float
    seconds: float
    failed: bool = False
    status: str = ""
    cite: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Topology:
    """Who calls whom: edges from caller to callee. `cites` gives the answer's own words for an edge."""

    edges: tuple[tuple[str, str], ...]
    cites: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """One answer of kubectl or of the Kubernetes API: the question that names it (`get-pods`, a command), and the text."""

    name: str
    text: str
