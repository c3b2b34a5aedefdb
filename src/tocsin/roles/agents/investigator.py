"""A model, or an agent elsewhere, as an investigator: it reads what the built-in one's window answered.

The house opens the window; the agent is handed text and no tool. It may tell more than the built-in analyst and tell it better;
what that one measured stays, so that no text in a log can make evidence disappear. Every quote must stand in what was read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from tocsin.errors import PlayerFailed, TocsinError
from tocsin.guard.quarantine import RULES
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.ground import rfc3339
from tocsin.model.plain import one_line
from tocsin.ports import AgentTask
from tocsin.roles.agents.looking import Looking
from tocsin.roles.agents.prompts import prompt
from tocsin.roles.agents.reading import Reading
from tocsin.roles.agents.remote import Line, part_of
from tocsin.roles.contract import Brief, Investigator, Report, Seat, Seen, Windows

WINDOWS = {
    "metric-analyst": "metrics",
    "log-analyst": "logs",
    "trace-analyst": "traces",
    "dependency-mapper": "topology",
    "change-analyst": "changes",
    "kubernetes-analyst": "cluster",
}
"""What each role reads besides the alert."""
ALERT_READER = "alert-reader"
KINDS: dict[str, tuple[FindingKind, ...]] = {
    ALERT_READER: (FindingKind.ALERT_FACT,),
    "storm-reader": (FindingKind.SUSPECT,),
    "cause-ranker": (FindingKind.SUSPECT,),
    "metric-analyst": (FindingKind.METRIC_ANOMALY,),
    "log-analyst": (
        FindingKind.LOG_NEW,
        FindingKind.LOG_EXPLODING,
        FindingKind.LOG_VANISHED,
        FindingKind.STACK_TRACE,
        FindingKind.ERROR_CODE,
    ),
    "dependency-mapper": (FindingKind.DEPENDENCY, FindingKind.BLAST_RADIUS),
    "trace-analyst": (FindingKind.SPAN_CHANGE,),
    "change-analyst": (FindingKind.CHANGE,),
    "kubernetes-analyst": (FindingKind.CLUSTER_FAULT,),
}
"""What each role may claim."""
_NUMBERS = re.compile(r"[\w:.+-]*\d[\w:.+-]*")
_log = structlog.get_logger(__name__)
UNMEASURED = 0.3
"""Confidence in a claim that is quoted truly and that the built-in analyst did not measure."""
MOST_FINDINGS, MOST_QUOTES = 20, 3
OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string"},
                    "text": {"type": "string", "maxLength": 1000},
                    "service": {"type": "string", "maxLength": 200},
                    "quotes": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
                "required": ["kind", "text", "quotes"],
            },
        }
    },
    "required": ["findings"],
}
"""What it must answer: claims, each with lines that stand word for word in what it was given."""


@dataclass(frozen=True, slots=True)
class OutsideInvestigator:
    """contract.Investigator."""

    line: Line | Reading
    built_in: Investigator
    seat: Seat
    """Its role: who hears why the built-in report stands alone, and the shared context."""
    patience: float
    """Seconds that it has at most; the rest of the deadline is the house's."""

    @property
    def role(self) -> str:
        """The built-in one's."""
        return self.built_in.role

    @property
    def _by(self) -> str:
        return self.line.agent.model or self.line.agent.player

    async def investigate(self, brief: Brief, windows: Windows) -> Report:
        """The agent's findings and the measured ones it does not tell; the built-in report where it fails. Raises nothing of it."""
        looking = Looking(windows)
        own = await self.built_in.investigate(brief, looking)
        try:
            seen = self._seen(brief, looking, own)
            if self._has_nothing_to_read(seen, own, brief):
                return own
            findings = await self.line.taken(
                self._task(brief, seen), lambda output: self._checked(output["findings"], seen, own, brief)
            )
        except TocsinError as failure:
            await self.seat.replaced(failure.what)
            return own
        except Exception as failure:  # noqa: BLE001 - what was measured stays, whatever an answer from elsewhere leads to
            _log.exception("outside_investigator_failed", role=self.role, player=self._by)
            await self.seat.replaced(f"its answer could not be taken ({type(failure).__name__}).")
            return own
        kept = {one.id for one in findings}
        return Report(self.role, (*findings, *(one for one in own.findings if one.id not in kept)), own.failure)

    def _has_nothing_to_read(self, seen: list[Seen[Any]], own: Report, brief: Brief) -> bool:
        """Whoever reads for itself is always asked. The alert has one reader, and who weighs what others read needs a finding."""
        if not self.line.reads_windows or self.role == ALERT_READER:
            return False
        return len(seen) == len(brief.alert_evidence) if self.role in WINDOWS else not own.findings

    def _seen(self, brief: Brief, looking: Looking, own: Report) -> list[Seen[Any]]:
        """The alerts, and what the built-in analyst was shown through the role's window, or quotes where it looks through all."""
        alerts = [Seen(one.id, one.content, None) for one in brief.alert_evidence]
        if self.role in WINDOWS:
            return [*alerts, *looking.shown(WINDOWS[self.role])]
        quotes = dict.fromkeys(quote for finding in own.findings for quote in finding.quotes)
        known = {one.evidence_id for one in alerts}
        return [*alerts, *(Seen(one.evidence_id, one.text, None) for one in quotes if one.evidence_id not in known)]

    def _task(self, brief: Brief, seen: list[Seen[Any]]) -> AgentTask:
        window, alerts = WINDOWS.get(self.role, "evidence"), seen[: len(brief.alert_evidence)]
        inputs = {"alert": self.line.fenced("alert", "\n\n".join(one.text for one in alerts))}
        for number, one in enumerate(seen[len(alerts) :], 1):
            name = window if number == 1 else f"{window} {number}"
            inputs[name] = self.line.fenced(name, self.line.digest(one.text))
        times = {"start": rfc3339(brief.start), "end": rfc3339(brief.end), "onset": rfc3339(brief.onset)}
        return AgentTask(
            id=f"{brief.incident_id}:{self.role}{part_of(inputs)}",
            role=self.role,
            instruction=f"{self.line.agent.prompt or prompt('investigator')}\n\n{RULES}",
            inputs={**inputs, **times, "kinds": [str(one) for one in KINDS[self.role]]},
            context={
                **self.line.clean(self.seat.context),
                "service": self.line.clean(brief.service),
                "type": str(brief.triage.type),
                "severity": str(brief.triage.severity),
                "services": self.line.clean([one.name for one in brief.catalogue.services]),
            },
            output=OUTPUT,
            seconds=self.line.seconds(self.patience),
        )

    def _checked(
        self, said: list[dict[str, Any]], seen: list[Seen[Any]], own: Report, brief: Brief
    ) -> tuple[Finding, ...]:
        """Raises PlayerFailed where it claims, and nothing of it stands."""
        findings = tuple(self._findings(said, seen, own, brief))
        if said and not findings:
            raise PlayerFailed("nothing that it claims stands in what it was given.", code="TCS-PLAYER-CITES")
        return findings

    def _findings(
        self, said: list[dict[str, Any]], seen: list[Seen[Any]], own: Report, brief: Brief
    ) -> Iterator[Finding]:
        """Each claim whose quotes all stand where it read; with the numbers of the built-in one where that quotes the same."""
        told: set[str] = set()
        for number, one in enumerate(said[:MOST_FINDINGS], 1):
            quotes = [_quote(text[:500], seen) for text in one["quotes"][:MOST_QUOTES]]
            if one["kind"] not in KINDS[self.role] or not all(quotes):
                continue
            cited = tuple(quote for quote in quotes if quote is not None)
            text = one_line(self.line.redact(one["text"]).text, 300)
            measured = next((mine for mine in own.findings if mine.id not in told and _same(mine, cited)), None)
            if measured is not None:
                told.add(measured.id)
                changed = {"text": text, "data": {**measured.data, "by": self._by}}
                yield measured.model_copy(update=changed)
            elif not any(_same(mine, cited) for mine in own.findings):
                yield self._unmeasured(number, one, text, cited, brief)

    def _unmeasured(
        self, number: int, one: dict[str, Any], text: str, cited: tuple[Quote, ...], brief: Brief
    ) -> Finding:
        known = {service.name for service in brief.catalogue.services}
        line = cited[0].text
        return Finding(
            id=f"{self.role}-said-{number}",
            role=self.role,
            kind=FindingKind(one["kind"]),
            text=text,
            service=one["service"] if one.get("service") in known else brief.service,
            confidence=UNMEASURED,
            quotes=cited,
            data={"template": line, "example": line, "by": self._by},
        )


def _quote(text: str, seen: list[Seen[Any]]) -> Quote | None:
    found = next((one for one in seen if text.strip() and text in one.text), None)
    return Quote(evidence_id=found.evidence_id, text=text) if found else None


def _same(mine: Finding, cited: tuple[Quote, ...]) -> bool:
    """Do both quote the same message, whatever numbers are in it?"""
    ours, theirs = ({(one.evidence_id, _shape(one.text)) for one in quotes} for quotes in (mine.quotes, cited))
    return any(where == place and (one in other or other in one) for where, one in ours for place, other in theirs)


def _shape(line: str) -> str:
    """The line without what differs from one to the next."""
    return _NUMBERS.sub("#", line)
