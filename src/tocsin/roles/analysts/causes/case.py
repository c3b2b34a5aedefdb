"""The case: one incident's findings laid out for reasoning, bounded and read once. Built by the specialists; pure.

It also decides what is not evidence: a log line that tells its reader what to do or to conclude describes no symptom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tocsin.analysis.clauses import speaks_to_the_reader
from tocsin.model.alert import Alert
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.triage import FactKind
from tocsin.roles.analysts.causes.concepts import Reading, phrase, reading
from tocsin.roles.contract import Brief, Report

MOST = 120
"""Findings of one kind that are weighed, the surest first: the deadline holds however much was found."""
ROLES = {
    "metrics": "metric-analyst",
    "logs": "log-analyst",
    "changes": "change-analyst",
    "topology": "dependency-mapper",
}
"""What can be looked at, and the role that looks."""
HARM = frozenset({
    FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING, FactKind.OUTAGE, FactKind.DATA_LOSS, FactKind.COMPROMISE,
    FactKind.THREAT, FactKind.MAJOR_FEATURE, FactKind.DEGRADED,
})  # fmt: skip
"""Facts that say that something is wrong, more than how it looks."""
LOG_KINDS = (FindingKind.LOG_NEW, FindingKind.LOG_EXPLODING, FindingKind.STACK_TRACE, FindingKind.ERROR_CODE)
_ADDRESSES_THE_READER = tuple(
    phrase(written)
    for written in (
        "ignore|disregard|forget|override previous|prior|above|all|your|these|any instruction*|prompt*|rules|context",
        "instruction*|prompt* system|new|following|assistant|important|developer",
        "you must|should|are|need|will|can|have assistant|agent|ai|model|run|execute|call|send|report|conclude|now|ensure",
        "assistant|llm|chatgpt|claude|gpt|copilot|ai|agent|agents please|must|should|note|attention|instruct*|message|task",
        "please run|execute|send|restart|delete|approve|disable|report|conclude|mark|close|ignore|apply|use|add|call",
        "root cause is|was|confirmed|identified|determined",
        "recommended|required|suggested|correct|known action*|fix|remediation|resolution|solution|mitigation",
        "diagnos* is|as|report*|conclude*|must|should",
        "severity|incident downgrade|lower|close|set|resolve|mark|reclassify",
        "to fix|resolve|remediate|mitigate run|execute|apply|restart|delete|scale|use|set|install|this",
        "operator*|sre|engineer*|oncall|responder* must|should|please|run|execute|action",
    )
)


@dataclass(frozen=True)
class Case:
    """What the specialist has before it."""

    brief: Brief
    reports: tuple[Report, ...]

    @property
    def service(self) -> str:
        """The service that alerted."""
        return self.brief.service

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything reported, in the order of the reports."""
        return tuple(finding for report in self.reports for finding in report.findings)

    @cached_property
    def _by_kind(self) -> dict[FindingKind, list[Finding]]:
        kinds: dict[FindingKind, list[Finding]] = {}
        for finding in sorted(self.findings, key=lambda one: -one.confidence):
            kinds.setdefault(finding.kind, []).append(finding)
        return {kind: found[:MOST] for kind, found in kinds.items()}

    def of(self, kind: FindingKind) -> list[Finding]:
        """Findings of that kind, the surest first, at most MOST."""
        return self._by_kind.get(kind, [])

    def log_lines(self) -> Iterator[tuple[Finding, Reading]]:
        """Findings from logs with their lines read; a line that addresses its reader is no symptom and is left out."""
        for finding in (one for kind in LOG_KINDS for one in self.of(kind)):
            text = _log_text(finding)
            reading = self.reading(text)
            if reading.first(_ADDRESSES_THE_READER) is None and not speaks_to_the_reader(text):
                yield finding, reading

    def reading(self, text: str) -> Reading:
        """The text, read once."""
        return reading(text)

    def facts_of(self, alert: Alert) -> list[Finding]:
        """What the alert reader found in that alert."""
        source = self.evidence_id(alert)
        return [
            fact
            for fact in self.of(FindingKind.ALERT_FACT)
            if any(quote.evidence_id == source for quote in fact.quotes)
        ]

    def evidence_id(self, alert: Alert) -> str:
        """Under which id the alert's own text is stored."""
        return self.brief.alert_evidence[self.brief.alerts.index(alert)].id

    @cached_property
    def harmless(self) -> bool:
        """True when the alerts speak of looks, or of a false alarm, and of no harm: such words name no cause."""
        kinds = {fact.kind for fact in self.brief.triage.facts}
        return bool(kinds & {FactKind.COSMETIC, FactKind.FALSE_POSITIVE}) and not kinds & HARM

    @cached_property
    def looked(self) -> frozenset[str]:
        """Which of metrics, logs, changes and topology could be looked at at all."""
        able = {report.role for report in self.reports if report.findings or not report.failure}
        return frozenset(name for name, role in ROLES.items() if role in able)

    @cached_property
    def depths(self) -> dict[str, int]:
        """The service that alerted and all it needs, with how many calls lie between."""
        depths = {self.service.lower(): 0}
        for neighbour in self._needs():
            depths.setdefault(str(neighbour["service"]).lower(), int(neighbour["depth"]))
        return depths

    @cached_property
    def callers(self) -> frozenset[str]:
        """Services that suffer when the alerting one does."""
        radius = self.of(FindingKind.BLAST_RADIUS)
        affected = [item for one in radius for item in one.data.get("affected", [])]
        direct = [name for one in radius for name in one.data.get("upstream", [])]
        return frozenset({str(item["service"]).lower() for item in affected} | {str(name).lower() for name in direct})

    def _needs(self) -> list[dict[str, Any]]:
        found = [item for one in self.of(FindingKind.BLAST_RADIUS) for item in one.data.get("needs", [])]
        known = self.brief.catalogue.find(self.service)
        return [*found, *({"service": name, "depth": 1} for name in (known.depends_on if known else ()))]


def _log_text(finding: Finding) -> str:
    """What the log itself said, not what the analyst made of it."""
    data = finding.data
    parts = [quote.text for quote in finding.quotes]
    parts += [str(data[key]) for key in ("template", "exception", "message", "meaning") if data.get(key)]
    return "\n".join(parts)
