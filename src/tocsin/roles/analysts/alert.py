"""The alert reader: what the alert itself states, so that a specialist can reason even with no source configured.

Called by the investigate stage through `contract.Investigator`. Looks through no window: it quotes the alert's own evidence.
The alert's words are claims of a stranger: quoted, counted, never obeyed.
"""

from collections.abc import Iterator

from tocsin.analysis import facts, meaning
from tocsin.analysis.facts import Fact
from tocsin.model.alert import Alert
from tocsin.model.evidence import Evidence, Finding, FindingKind, Quote
from tocsin.roles.analysts import saying
from tocsin.roles.contract import Brief, Report, Windows

ROLE = "alert-reader"
MOST_FINDINGS = 40
MOST_ALERTS = 20
LONGEST_QUOTE = 400

_CONFIDENCE = {  # how much a reading can be wrong: a code is a code, the words around a number are a guess
    "code": 0.9,
    "usage": 0.9,
    "address": 0.9,
    "share": 0.85,
    "duration": 0.75,
    "started": 0.75,
    "host": 0.7,
    "quantity": 0.7,
    "statement": 0.6,
}


class AlertReader:
    """Investigator that needs neither model nor source. Confidence = how unmistakable that sort of fact is."""

    role = ROLE

    async def investigate(self, brief: Brief, windows: Windows) -> Report:  # noqa: ARG002 - the contract hands every investigator its windows
        """Reports the facts the alerts state, each quoted from the alert's own text."""
        told: list[Finding] = []
        for alert, evidence in list(zip(brief.alerts, brief.alert_evidence, strict=False))[:MOST_ALERTS]:
            told.extend(_read(alert, evidence, alert.service or brief.service, len(told)))
        return Report(ROLE, tuple(told[:MOST_FINDINGS]))


def _read(alert: Alert, evidence: Evidence, service: str, already: int) -> Iterator[Finding]:
    """Facts first, in order; then the sentences they stand in, so that words without numbers are heard too."""
    number = already
    text = evidence.content
    for fact in _distinct(facts.read(text)):
        number += 1
        yield _finding(number, fact, _sentence_around(text, fact), service, evidence)
    for said in dict.fromkeys(_statements(alert, text)):
        number += 1
        fact = Fact("statement", "", said, 0, 0)
        yield _finding(number, fact, said, service, evidence)


def _distinct(found: list[Fact]) -> list[Fact]:
    return list({(fact.fact, fact.name.lower(), fact.value, fact.limit): fact for fact in found}.values())


def _statements(alert: Alert, content: str) -> list[str]:
    """The alert's sentences that stand word for word in its evidence (redaction may have changed some)."""
    said = [*facts.statements(alert.title), *facts.statements(alert.description)]
    return [one for one in said if one in content]


def _sentence_around(text: str, fact: Fact) -> str:
    """The sentence a fact stands in, as it stands there; the bare fact when the sentence is endless."""
    bare = text[fact.start : fact.end]
    start = text.rfind("\n", 0, fact.start) + 1
    end = text.find("\n", fact.end)
    line = text[start : end if end >= 0 else len(text)]
    return next((one for one in facts.statements(line) if bare in one and len(one) <= LONGEST_QUOTE), bare)


def _finding(number: int, fact: Fact, around: str, service: str, evidence: Evidence) -> Finding:
    return Finding(
        id=f"alert-{number}",
        role=ROLE,
        kind=FindingKind.ALERT_FACT,
        text=saying.one_line(f"The alert says: {around}", 300),
        service=service,
        confidence=_CONFIDENCE[fact.fact],
        quotes=(Quote(evidence_id=evidence.id, text=around),),
        link=evidence.link,
        data={
            "fact": fact.fact,
            "name": fact.name,
            "value": fact.value,
            "unit": fact.unit,
            "limit": fact.limit,
            "share": fact.share,
            "scheme": fact.scheme,
            "meaning": fact.meaning,
            "resource": meaning.resource_of(f"{fact.name} {around}"),
            "subject": service,
        },
    )
