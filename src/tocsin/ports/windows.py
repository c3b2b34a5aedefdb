"""The windows: what an investigator may look through. Connectors implement them; they wait for other systems, so they are async."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tocsin.model.change import Change
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """What an investigator wants to see: which services ((): all), from when to when, and the alert's own name if it helps."""

    start: datetime
    end: datetime
    services: tuple[str, ...] = ()
    alert_name: str = ""


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A connector's answer as text, and how to read it. The text is redacted before anything parses or stores it."""

    source: str
    query: str
    text: str
    parse: Callable[[str], T]
    link: str = ""


class MetricSource(Protocol):
    """A window on metrics. Raises errors.SourceError when it cannot answer."""

    name: str

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]: ...


class LogSource(Protocol):
    """A window on logs, oldest line first. Raises errors.SourceError when it cannot answer."""

    name: str

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]: ...


class TraceSource(Protocol):
    """A window on traces: all spans of traces that touch one of the services. Raises errors.SourceError when it cannot answer."""

    name: str

    async def traces(self, ask: Ask) -> Reply[tuple[Span, ...]]: ...


class TopologySource(Protocol):
    """A window on who calls whom. Raises errors.SourceError when it cannot answer."""

    name: str

    async def topology(self, ask: Ask) -> Reply[Topology]: ...


class ChangeSource(Protocol):
    """A window on what was changed. Raises errors.SourceError when it cannot answer."""

    name: str

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]: ...


class ClusterSource(Protocol):
    """A window on a Kubernetes cluster: answers of kubectl or of its API. Raises errors.SourceError when it cannot answer."""

    name: str

    async def cluster(self, ask: Ask) -> Reply[tuple[ClusterAnswer, ...]]: ...
