"""The investigate stage: sends investigators to the windows in parallel, keeps what they saw, checks what they claim.

Called by `response` between triage and diagnosis. It knows ports and roles only; it reads, and writes nothing: the
evidence it returns is stored by the caller. At the deadline the best answer so far goes out, marked as partial.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog
from pydantic import Field

from tocsin.config import Secret
from tocsin.guard.redact import Redact
from tocsin.model.evidence import Evidence, Finding, Quote, digest
from tocsin.model.ground import Value
from tocsin.ports import Clock, Names
from tocsin.roles.contract import Brief, Investigation, Investigator, Report
from tocsin.stages.investigate.bounds import bounded
from tocsin.stages.investigate.windows import Answer, RecordedWindows, Recorder, Sources

__all__ = ["EvidenceSettings", "Sources", "bounded", "investigate"]

_log = structlog.get_logger(__name__)
_PARTING_SECONDS = 0.5  # an investigator that is stopped may still hand in what it has


class EvidenceSettings(Value):
    """Section `evidence` of the configuration."""

    deadline_seconds: float = Field(default=50, gt=0, le=600)
    """For all investigators together; the whole diagnosis has 60 seconds."""
    source_seconds: float = Field(default=15, gt=0, le=300)
    """For one answer of one source."""
    answer_characters: int = Field(default=65_536, ge=1_024)
    """What is stored of one answer; lines that a finding quotes are always kept."""
    redaction_key: Secret | None = None
    """Key of the marks that stand for secrets; without one, marks can be compared until the next start only."""


async def investigate(
    brief: Brief,
    investigators: Sequence[Investigator],
    sources: Sources,
    *,
    clock: Clock,
    names: Names,
    redact: Redact,
    settings: EvidenceSettings | None = None,
) -> Investigation:
    """All investigators at once, within the deadline; one report each, in the order given.

    Findings whose quotes do not stand in the evidence are dropped and counted. `evidence` holds the windows' answers, not
    the alerts' own (`brief.alert_evidence`), which the caller has stored already. Raises nothing of an investigator's.
    """
    settings = settings or EvidenceSettings()
    recorder = Recorder(sources, clock, names, redact, settings.source_seconds)
    try:
        outcomes = await _within(brief, investigators, recorder, settings.deadline_seconds)
    finally:
        await recorder.close()
    return _checked(brief, outcomes, recorder.answers, settings.answer_characters)


class _Outcome(NamedTuple):
    report: Report
    late: bool


async def _within(
    brief: Brief, investigators: Sequence[Investigator], recorder: Recorder, seconds: float
) -> list[_Outcome]:
    views = [RecordedWindows(recorder) for _ in investigators]
    tasks = [asyncio.create_task(one.investigate(brief, view)) for one, view in zip(investigators, views, strict=True)]
    if not tasks:
        return []
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=_PARTING_SECONDS)
    return [
        _outcome(one.role, task, view.silent, f"stopped at the deadline of {seconds:g} seconds" if task in late else "")
        for one, task, view in zip(investigators, tasks, views, strict=True)
    ]


def _outcome(role: str, task: asyncio.Task[Report], silent: Sequence[str], late: str) -> _Outcome:
    """The report of a task that is over, one way or another; what went wrong stands in its `failure`."""
    report, failures = Report(role), [*silent]
    if task.done() and not task.cancelled() and (error := task.exception()):
        _log.error("investigator_failed", role=role, exc_info=error)
        failures.append(f"could not finish: {type(error).__name__}: {error}")
    elif task.done() and not task.cancelled():
        report = task.result()
    failures = [report.failure, late, *(one for one in failures if one not in report.failure)]
    return _Outcome(Report(report.role, report.findings, "; ".join(filter(None, failures))), bool(late))


def _checked(brief: Brief, outcomes: list[_Outcome], answers: Sequence[Answer], limit: int) -> Investigation:
    texts = {one.id: one.content for one in brief.alert_evidence} | {one.evidence.id: one.text for one in answers}
    pages = {one.id: one.link for one in [*brief.alert_evidence, *(answer.evidence for answer in answers)]}
    reports = [
        Report(report.role, tuple(_linked(one, pages) for one in report.findings if _cited(one, texts)), report.failure)
        for report, _ in outcomes
    ]
    claimed = sum(len(report.findings) for report, _ in outcomes)
    kept = [one for report in reports for one in report.findings]
    if claimed > len(kept):
        _log.warning("uncited_findings_dropped", incident=brief.incident_id, count=claimed - len(kept))
    return Investigation(
        reports=tuple(reports),
        evidence=tuple(_stored(one, _quotes(kept), limit) for one in answers),
        dropped=claimed - len(kept),
        partial=any(late or report.failure for report, late in outcomes),
    )


def _cited(finding: Finding, texts: dict[str, str]) -> bool:
    """True when it quotes at least one span, and every quoted span really stands where it says."""
    return bool(finding.quotes) and all(
        one.text and one.text in texts.get(one.evidence_id, "") for one in finding.quotes
    )


def _linked(finding: Finding, pages: dict[str, str]) -> Finding:
    """A finding that brings no page of its own leads to the page of what it quotes, where that has one."""
    page = finding.link or next((page for quote in finding.quotes if (page := pages.get(quote.evidence_id, ""))), "")
    return finding if page == finding.link else finding.model_copy(update={"link": page})


def _quotes(findings: Iterable[Finding]) -> list[Quote]:
    return [quote for finding in findings for quote in finding.quotes]


def _stored(answer: Answer, quotes: Iterable[Quote], limit: int) -> Evidence:
    """The evidence as it goes on the shelf: bounded, with the digest of exactly what is stored."""
    wanted = (quote.text for quote in quotes if quote.evidence_id == answer.evidence.id)
    content, omitted = bounded(answer.text, wanted, limit)
    return answer.evidence.model_copy(update={"content": content, "omitted": omitted, "sha256": digest(content)})
