"""The product's whole answer to a recorded case: an alert, every built-in analyst on what was recorded, the specialist on top.

Called by `calibration` and `train_calibration`. Nothing is asked of a network and nothing is kept; the alert is all that a
response is told at first, so the type it is routed by is the router's own.
"""

import asyncio
import json
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks import kubernetes, rca_data
from tocsin.analysis import series as series_of
from tocsin.analysis.rootcause import ranking
from tocsin.analysis.rootcause.observed import Observed, Stretch
from tocsin.config import load
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Change
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, digest
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Span, Topology
from tocsin.model.triage import Triage
from tocsin.ports import Ask
from tocsin.roles.analysts import suspect
from tocsin.roles.analysts.cast import investigators
from tocsin.roles.analysts.router import BuiltInRouter
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.contract import Brief, Report, Seen, Windows

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LOOK_BACK = timedelta(minutes=60)
"""As in a response: the windows open an hour before the first symptom."""


@dataclass(frozen=True, slots=True)
class World:
    """What was recorded of one incident, as the windows would show it; None where nobody recorded anything."""

    alert: str
    service: str = ""
    onset: datetime = NOW - timedelta(minutes=10)
    end: datetime = NOW
    series: tuple[Series, ...] | None = None
    lines: tuple[LogLine, ...] | None = None
    spans: tuple[Span, ...] | None = None
    edges: tuple[tuple[str, str], ...] | None = None
    cluster: tuple[ClusterAnswer, ...] | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """What the response concluded, and what it concluded it from."""

    diagnosis: Diagnosis
    reports: tuple[Report, ...]

    @property
    def backing(self) -> tuple[Finding, ...]:
        """The findings that speak for the first hypothesis, the strongest first."""
        known = {finding.id: finding for report in self.reports for finding in report.findings}
        first = self.diagnosis.hypotheses[:1]
        return tuple(known[name] for one in first for name in one.supports if name in known)


class Shown(Windows):
    """contract.Windows over a recorded world. A window of which nothing was recorded is not there."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def metrics(self, ask: Ask) -> Seen[tuple[Series, ...]] | None:
        """Every series that was recorded, within the time."""
        if self.world.series is None:
            return None
        shown = tuple(_within(one, ask) for one in self.world.series)
        text = "\n".join(cite for one in shown for cite in one.cites)
        return Seen("EV-metrics", text, tuple(one for one in shown if one.values))

    async def logs(self, ask: Ask) -> Seen[tuple[LogLine, ...]] | None:  # noqa: ARG002
        """Every line."""
        text = "\n".join(one.text for one in self.world.lines or ())
        return None if self.world.lines is None else Seen("EV-logs", text, self.world.lines)

    async def traces(self, ask: Ask) -> Seen[tuple[Span, ...]] | None:  # noqa: ARG002
        """Every span."""
        text = "\n".join(one.cite for one in self.world.spans or ())
        return None if self.world.spans is None else Seen("EV-traces", text, self.world.spans)

    async def topology(self, ask: Ask) -> Seen[Topology] | None:  # noqa: ARG002
        """Who calls whom."""
        if self.world.edges is None:
            return None
        cites = {edge: f"{edge[0]} -> {edge[1]}" for edge in self.world.edges}
        return Seen("EV-topology", "\n".join(cites.values()), Topology(self.world.edges, cites))

    async def changes(self, ask: Ask) -> Seen[tuple[Change, ...]] | None:  # noqa: ARG002
        """Nobody recorded what was changed."""
        return None

    async def cluster(self, ask: Ask) -> Seen[tuple[ClusterAnswer, ...]] | None:  # noqa: ARG002
        """What the cluster answered."""
        text = "\n".join(one.text for one in self.world.cluster or ())
        return None if self.world.cluster is None else Seen("EV-cluster", text, self.world.cluster)


def _within(one: Series, ask: Ask) -> Series:
    first, last = (bisect(one.times, at.timestamp()) for at in (ask.start, ask.end))
    return replace(one, times=one.times[first:last], values=one.values[first:last], cites=one.cites[first:last])


def answer(world: World, router: BuiltInRouter) -> Whole:
    """The diagnosis of a world, as a response would have made it, before it is calibrated."""
    alert, kept = _alerted(world)
    triage = router.triage((alert,), (kept,), world.end)
    brief, shown = windows_of(world, triage)
    reports = tuple(asyncio.run(_reports(brief, shown)))
    return Whole(specialists()[triage.type].diagnose(brief, reports), reports)


def windows_of(world: World, triage: Triage | None = None) -> tuple[Brief, Shown]:
    """What the investigators of a world are told, and the windows they look through."""
    alert, kept = _alerted(world)
    start = world.onset - LOOK_BACK
    known = triage or BuiltInRouter.from_config(load(None)).triage((alert,), (kept,), world.end)
    brief = Brief("INC-1", (alert,), (kept,), known, world.service, Catalogue(), start, world.end, world.onset)
    return brief, Shown(world)


def _alerted(world: World) -> tuple[Alert, Evidence]:
    """The alert, and its text as evidence."""
    alert = Alert(
        id="A1",
        source="text",
        fingerprint="case",
        status=AlertStatus.FIRING,
        title=world.alert,
        service=world.service,
        starts_at=world.onset,
        received_at=world.onset,
    )
    kept = Evidence(
        id="EV-A1",
        kind=EvidenceKind.ALERT,
        source="text",
        query="",
        content=alert.text,
        sha256=digest(alert.text),
        collected_at=world.end,
    )
    return alert, kept


async def _reports(brief: Brief, shown: Shown) -> Sequence[Report]:
    return [await one.investigate(brief, shown) for one in investigators()]


def router() -> BuiltInRouter:
    """As shipped."""
    return BuiltInRouter.from_config(load(None))


def cluster_world(case: kubernetes.Case) -> World:
    """A recorded cluster; the alert is the question the recorder put, which names no object."""
    return World(case.query or "Service degraded", cluster=case.answers)


def measured_world(case: rca_data.Case) -> World:
    """Metrics, lines and calls of a data set, the healthy stretch moved right before the trouble.

    Where that is longer than a day, the product finds in it the same hour of the day before.
    """
    observed = case.observed
    service = observed.alarm[0] if observed.alarm else ""
    recent = observed.recent
    first = min((one.times[0] for one in recent.series if one.times), default=0.0)
    last = max((one.times[-1] for one in recent.series if one.times), default=0.0)
    onset = first if observed.onset is None else observed.onset
    shift = NOW.timestamp() - last
    usual = {(one.service, one.metric): one for one in observed.reference.series}
    series = tuple(_joined(one, usual.get((one.service, one.metric)), shift) for one in recent.series)
    back = first - _end_of(observed.reference)
    lines = [(one, one.at + back + shift) for one in observed.reference.lines]
    lines += [(one, one.at + shift) for one in recent.lines]
    spans = [(one, one.start + back + shift) for one in observed.reference.spans]
    spans += [(one, one.start + shift) for one in recent.spans]
    edges = tuple(dict.fromkeys((*observed.edges, *ranking.called(observed))))
    return World(
        f"Requests of {service or 'the front door'} are slow or fail",
        service,
        datetime.fromtimestamp(onset + shift, UTC),
        NOW,
        series,
        tuple(
            LogLine(one.text, datetime.fromtimestamp(at, UTC), one.service, "", one.trace, one.span)
            for one, at in lines
        )
        or None,
        tuple(_cited(one, at) for one, at in spans) or None,
        edges or None,
    )


def as_the_product_sees(case: rca_data.Case) -> Observed:
    """What the cause ranker ranks: the last hour only, an alert that names no signal, the onset as it finds it itself."""
    brief, shown = windows_of(measured_world(case))
    found = asyncio.run(suspect.material(brief, shown))
    return suspect.observe(found, brief, series_of.rank(found.metrics.data) if found.metrics else [])


def _end_of(healthy: Stretch) -> float:
    """When the last of a healthy stretch was seen, epoch seconds; 0 when nothing was."""
    return max((*(one.at for one in healthy.lines), *(one.start for one in healthy.spans)), default=0.0)


def _cited(one: Span, start: float) -> Span:
    """The span at its new place, with a line to be quoted by."""
    moved = replace(one, start=start)
    return replace(
        moved, cite=json.dumps([one.trace, one.id, one.parent, one.service, one.operation, start, one.seconds])
    )


def _joined(recent: Series, usual: Series | None, shift: float) -> Series:
    """One series over both stretches, each sample with a text to be quoted by."""
    step = recent.times[1] - recent.times[0] if len(recent.times) > 1 else 60.0
    before = usual.values if usual and step > 0 else ()
    moved = [recent.times[0] - step * (len(before) - at) for at in range(len(before))] if recent.times else []
    times = tuple(at + shift for at in (*moved, *recent.times))
    values = (*before, *recent.values)
    cites = tuple(
        json.dumps([recent.service, recent.metric, at, value]) for at, value in zip(times, values, strict=True)
    )
    return replace(recent, times=times, values=values, cites=cites)
