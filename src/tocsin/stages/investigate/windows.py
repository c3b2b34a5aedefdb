"""The windows as investigators see them: every answer is redacted, merged, kept as evidence and given to whoever asks again.

Called by the investigate stage only. Never changes what a source says beyond taking out secrets, and never writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeVar

from tocsin.errors import SourceError
from tocsin.guard.redact import Redact
from tocsin.model.change import Change
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import Time
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.ports import (
    Ask,
    ChangeSource,
    Clock,
    ClusterSource,
    LogSource,
    MetricSource,
    Names,
    Reply,
    TopologySource,
    TraceSource,
)
from tocsin.roles.contract import Seen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sources:
    """Who stands behind each window; an empty tuple means that there is no such window."""

    metrics: tuple[MetricSource, ...] = ()
    logs: tuple[LogSource, ...] = ()
    traces: tuple[TraceSource, ...] = ()
    topology: tuple[TopologySource, ...] = ()
    changes: tuple[ChangeSource, ...] = ()
    cluster: tuple[ClusterSource, ...] = ()


class _Named(Protocol):
    name: str


class _Part(NamedTuple):
    """One source's answer after redaction."""

    source: str
    query: str
    text: str
    data: Any
    redactions: int
    link: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a window answered: for the investigator, for the shelf, and which sources stayed silent."""

    seen: Seen[Any]
    text: str
    evidence: Evidence
    """Complete but for its content, which is bounded once the findings are known."""
    silent: tuple[str, ...] = ()


@dataclass(slots=True)
class Recorder:
    """Asks the sources, once for each different question, and remembers the answers in the order they came."""

    sources: Sources
    clock: Clock
    names: Names
    redact: Redact
    source_seconds: float
    answers: list[Answer] = field(default_factory=list)
    _asked: dict[tuple[EvidenceKind, Ask], asyncio.Task[Answer | None]] = field(default_factory=dict)

    async def ask(
        self,
        kind: EvidenceKind,
        ask: Ask,
        doors: Sequence[tuple[str, Callable[[Ask], Awaitable[Reply[T]]]]],
        merge: Callable[[list[T]], T],
    ) -> Answer | None:
        """The answer to `ask`; two investigators with the same question share it. None when there is no such window."""
        key = (kind, ask)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._answer(kind, ask, doors, merge))
        return await asyncio.shield(self._asked[key])

    async def close(self) -> None:
        """Stops what nobody waits for any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _answer(
        self,
        kind: EvidenceKind,
        ask: Ask,
        doors: Sequence[tuple[str, Callable[[Ask], Awaitable[Reply[T]]]]],
        merge: Callable[[list[T]], T],
    ) -> Answer | None:
        if not doors:
            return None
        asked = [self._part(name, door(ask)) for name, door in doors]
        results = await asyncio.gather(*asked, return_exceptions=True)
        parts = [one for one in results if isinstance(one, _Part)]
        failures = [one for one in results if isinstance(one, BaseException)]
        _reraise(failures, everything=not parts)
        answer = self._kept(kind, parts, merge, tuple(str(failure) for failure in failures))
        self.answers.append(answer)
        return answer

    async def _part(self, name: str, asking: Awaitable[Reply[T]]) -> _Part:
        try:
            async with asyncio.timeout(self.source_seconds):
                reply = await asking
        except TimeoutError as late:
            raise SourceError(
                f"{name} did not answer within {self.source_seconds:g} seconds.",
                "Look there by hand.",
                code="TCS-SOURCE-LATE",
            ) from late
        clean, data = await asyncio.to_thread(_cleaned, reply, self.redact)
        query = self.redact(reply.query).text
        return _Part(reply.source, query, clean.text, data, clean.count, self.redact(reply.link).text)

    def _kept(
        self, kind: EvidenceKind, parts: list[_Part], merge: Callable[[list[T]], T], silent: tuple[str, ...]
    ) -> Answer:
        text = parts[0].text if len(parts) == 1 else "\n".join(f"# from {one.source}\n{one.text}" for one in parts)
        link = next((one.link for one in parts if one.link), "")
        evidence = Evidence(
            id=self.names.new("EV"),
            kind=kind,
            source=", ".join(one.source for one in parts),
            query="; ".join(one.query for one in parts),
            content="",
            sha256=digest(""),
            collected_at=self.clock.now(),
            redactions=sum(one.redactions for one in parts),
            link=link,
        )
        return Answer(Seen(evidence.id, text, merge([one.data for one in parts]), link), text, evidence, silent)


def _cleaned(reply: Reply[T], redact: Redact) -> tuple[Any, T]:
    clean = redact(reply.text)
    return clean, reply.parse(clean.text)


def _reraise(failures: list[BaseException], *, everything: bool) -> None:
    """A source that cannot answer is tolerated while another can; any other failure is a mistake of ours and goes up."""
    for failure in failures:
        if not isinstance(failure, SourceError):
            raise failure
    if everything and failures:
        raise SourceError(" ".join(dict.fromkeys(str(one) for one in failures)), code="TCS-SOURCE-ALL")


@dataclass(slots=True)
class RecordedWindows:
    """`contract.Windows` for one investigator. `silent` gathers the sources that did not answer it."""

    recorder: Recorder
    silent: list[str] = field(default_factory=list)

    async def metrics(self, ask: Ask) -> Seen[tuple[Series, ...]] | None:
        """Metric series of the asked services."""
        doors = [(one.name, one.metrics) for one in self.recorder.sources.metrics]
        return await self._seen(self.recorder.ask(EvidenceKind.METRICS, ask, doors, _concatenated))

    async def logs(self, ask: Ask) -> Seen[tuple[LogLine, ...]] | None:
        """Log lines of the asked services, oldest first."""
        doors = [(one.name, one.logs) for one in self.recorder.sources.logs]
        return await self._seen(self.recorder.ask(EvidenceKind.LOGS, ask, doors, _in_time))

    async def traces(self, ask: Ask) -> Seen[tuple[Span, ...]] | None:
        """The spans of traces through the asked services."""
        doors = [(one.name, one.traces) for one in self.recorder.sources.traces]
        return await self._seen(self.recorder.ask(EvidenceKind.TRACES, ask, doors, _concatenated))

    async def topology(self, ask: Ask) -> Seen[Topology] | None:
        """Who calls whom, as all sources together know it."""
        doors = [(one.name, one.topology) for one in self.recorder.sources.topology]
        return await self._seen(self.recorder.ask(EvidenceKind.TOPOLOGY, ask, doors, _one_topology))

    async def changes(self, ask: Ask) -> Seen[tuple[Change, ...]] | None:
        """What was changed, each change once."""
        doors = [(one.name, one.changes) for one in self.recorder.sources.changes]
        return await self._seen(self.recorder.ask(EvidenceKind.CHANGES, ask, doors, _distinct))

    async def cluster(self, ask: Ask) -> Seen[tuple[ClusterAnswer, ...]] | None:
        """What the cluster says of its objects."""
        doors = [(one.name, one.cluster) for one in self.recorder.sources.cluster]
        return await self._seen(self.recorder.ask(EvidenceKind.CLUSTER, ask, doors, _concatenated))

    async def _seen(self, asking: Coroutine[Any, Any, Answer | None]) -> Seen[Any] | None:
        answer = await asking
        if answer is None:
            return None
        self.silent += [one for one in answer.silent if one not in self.silent]
        return answer.seen


def _concatenated(parts: list[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))


def _in_time(parts: list[tuple[LogLine, ...]]) -> tuple[LogLine, ...]:
    if len(parts) == 1:
        return parts[0]
    lines = [(line, line.at) for line in _concatenated(parts)]
    undated = [line for line, at in lines if at is None]
    return (*undated, *(line for line, at in sorted(((one, at) for one, at in lines if at), key=_when)))


def _when(pair: tuple[LogLine, Time]) -> Time:
    return pair[1]


def _one_topology(parts: list[Topology]) -> Topology:
    cites = {edge: cite for part in reversed(parts) for edge, cite in part.cites.items()}
    return Topology(tuple(dict.fromkeys(chain.from_iterable(part.edges for part in parts))), cites)


def _distinct(parts: list[tuple[Change, ...]]) -> tuple[Change, ...]:
    return tuple({change.id: change for change in _concatenated(parts)}.values())
