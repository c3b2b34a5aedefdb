"""The alert reader: what the alert itself states, so that a specialist can reason even with no source configured.

Called by the investigate stage through `contract.Investigator`. Looks through no window: it quotes the alert's own evidence.
The alert's words are claims of a stranger: quoted, counted, never obeyed.
"""

from collections.abc import Iterator

from tocsin.analysis import facts, meaning
from tocsin.analysis.facts import Fact
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
            told.extend(_read(evidence, alert.service or brief.service, len(told)))
        return Report(ROLE, tuple(told[:MOST_FINDINGS]))


def _read(evidence: Evidence, service: str, already: int) -> Iterator[Finding]:
    """Facts in order, then the sentences that state none, so that words without numbers are heard too."""
    text = evidence.content
    places = facts.sentences(text)
    stated = _distinct(facts.read(text))
    around = [_around(places, fact) for fact in stated]
    silent = [place for place in places if place not in around]
    said = [Fact("statement", "", text[start:end], start, end) for start, end in silent]
    for number, (fact, place) in enumerate(zip([*stated, *said], [*around, *silent], strict=True), already + 1):
        yield _finding(number, fact, text[slice(*place)], service, evidence)


def _distinct(found: list[Fact]) -> list[Fact]:
    return list({(fact.fact, fact.name.lower(), fact.value, fact.limit): fact for fact in reversed(found)}.values())[
        ::-1
    ]


def _around(places: list[tuple[int, int]], fact: Fact) -> tuple[int, int]:
    """The sentence a fact stands in; the bare fact when the sentence is endless or the fact crosses its end."""
    fitting = ((start, end) for start, end in places if start <= fact.start and fact.end <= end)
    start, end = next(fitting, (fact.start, fact.end))
    return (start, end) if end - start <= LONGEST_QUOTE else (fact.start, fact.end)


def _finding(number: int, fact: Fact, around: str, service: str, evidence: Evidence) -> Finding:
    return Finding(
        id=f"alert-{number}",
        role=ROLE,
        kind=FindingKind.ALERT_FACT,
        text=saying.one_line(f"The alert says: {around}", 300),
        service=service,
        confidence=_CONFIDENCE[fact.fact],
        quotes=(Quote(evidence_id=evidence.id, text=around[:LONGEST_QUOTE]),),
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
