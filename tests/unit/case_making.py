"""Findings made by hand, shaped as `roles/analysts/__init__.py` promises, for the tests of diagnosis."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, FindingKind, Quote, digest
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.triage import Triage
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.contract import Brief, Report

ONSET = datetime(2026, 3, 4, 3, 11, tzinfo=UTC)
NOW = ONSET + timedelta(minutes=9)


def brief(text: str, kind: str = "application", service: str = "shop", catalogue: Catalogue | None = None) -> Brief:
    """The brief of an incident with one plain alert."""
    title, _, rest = text.partition(". ")
    alert = Alert(
        source="text", fingerprint="f", status=AlertStatus.FIRING, title=title, description=rest, service=service
    )
    stored = Evidence(
        id="ev-1", kind=EvidenceKind.ALERT, source="text", query="", content=text, sha256=digest(text), collected_at=NOW
    )
    triage = Triage(
        type=IncidentType(kind), type_confidence=0.8, severity=Severity.SEV2, rule="r", specialist=f"{kind}-specialist"
    )
    start = ONSET - timedelta(hours=1)
    return Brief("INC-1", (alert,), (stored,), triage, service, catalogue or Catalogue(), start, NOW, ONSET)


def fact(text: str) -> Report:
    """The alert reader's report: the whole text as one statement."""
    return Report("alert-reader", (_finding("alert-1", FindingKind.ALERT_FACT, text, "", 0.9, "ev-1", {}),))


def metric(
    number: int, service: str, name: str, *, confidence: float = 0.9, minutes: float = 1, **data: Any
) -> Finding:
    """A metric anomaly that began `minutes` before the alert."""
    shaped = {
        "metric": name, "signal": "", "resource": "", "direction": "rise", "bad": True, "at_limit": False, "rank": number,
        "minutes_before_alert": minutes, **data,
    }  # fmt: skip
    words = f"{service} {name} {shaped['direction']}s"
    return _finding(f"metric-{number}", FindingKind.METRIC_ANOMALY, words, service, confidence, "ev-m", shaped, minutes)


def log(number: int, service: str, line: str, *, confidence: float = 0.8, minutes: float = 1, **data: Any) -> Finding:
    """A log template that is new since the onset."""
    shaped = {"template": line, "level": "ERROR", "codes": [], "resource": "", "rank": number, **data}
    return _finding(
        f"log-{number}", FindingKind.LOG_NEW, "a new line", service, confidence, "ev-l", shaped, minutes, line
    )


def change(number: int, service: str, *, minutes: float, relation: str = "itself", kind: str = "deploy") -> Finding:
    """A change that was made `minutes` before the onset."""
    shaped = {
        "change_kind": kind, "version": "v2.4.1", "minutes_before_onset": minutes, "relation": relation, "rank": number,
        "distance": 0,
    }  # fmt: skip
    words = f"{kind} of v2.4.1 to {service}, {minutes} minutes before the onset"
    return _finding(f"change-{number}", FindingKind.CHANGE, words, service, 0.9, "ev-c", shaped, minutes)


def calls(service: str, *needs: str, callers: tuple[str, ...] = ()) -> Report:
    """The dependency mapper's report: `service` needs these, each one deeper than the one before."""
    radius = {
        "upstream": list(callers), "downstream": list(needs[:1]),
        "affected": [{"service": one, "depth": 1} for one in callers],
        "needs": [{"service": one, "depth": depth} for depth, one in enumerate(needs, 1)],
    }  # fmt: skip
    found = _finding("dependency-1", FindingKind.BLAST_RADIUS, f"{service} needs {needs}", service, 0.9, "ev-t", radius)
    return Report("dependency-mapper", (found,))


def metrics(*findings: Finding) -> Report:
    return Report("metric-analyst", findings)


def logs(*findings: Finding) -> Report:
    return Report("log-analyst", findings)


def changes(*findings: Finding) -> Report:
    return Report("change-analyst", findings)


def diagnosed(asked: Brief, *reports: Report) -> Diagnosis:
    """What the specialist of the triaged type concludes."""
    return specialists()[asked.triage.type].diagnose(asked, reports)


def _finding(
    name: str,
    kind: FindingKind,
    text: str,
    service: str,
    confidence: float,
    evidence: str,
    data: dict[str, Any],
    minutes: float | None = None,
    quote: str = "",
) -> Finding:
    onset = None if minutes is None else ONSET - timedelta(minutes=minutes)
    return Finding(
        id=name, role="analyst", kind=kind, text=text, service=service, confidence=confidence, onset=onset, data=data,
        quotes=(Quote(evidence_id=evidence, text=quote or text),),
    )  # fmt: skip
