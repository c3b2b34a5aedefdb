"""What the windows show: metric series, log lines, a topology. Parsed answers, in memory only; the Evidence keeps the text."""

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


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log entry; `text` may span lines (a stack trace) and stands word for word in the evidence."""

    text: str
    at: datetime | None = None
    service: str = ""
    level: str = ""


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
