"""Triage: type and severity within the deadline, and what follows from them. Called by `response` first of all stages.

The router decides; this stage holds the clock. At the deadline a cautious answer goes out, marked as late: better a
too loud alarm in time than the right one too late.
"""

import asyncio
from collections.abc import Sequence

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.change import Change
from tocsin.model.event import Body, Closed, Noted, TaskOpened
from tocsin.model.evidence import Evidence
from tocsin.model.ground import IncidentType, Severity, rfc3339
from tocsin.model.triage import (
    HYPOTHESIS,
    IMPACT_WORDS,
    NEXT_ACTION,
    WHAT_CHANGED,
    WHAT_WE_KNOW,
    Answer,
    FactKind,
    ImpactFact,
    Triage,
)
from tocsin.ports import Clock
from tocsin.roles.contract import Router

DEADLINE_SECONDS = 5.0
CHANGES_NAMED = 3
FACTS_NAMED = 6
_WORDS = IMPACT_WORDS | {FactKind.THREAT: "{} threat", FactKind.ENVIRONMENT: "in {}"}


async def triage(
    alerts: tuple[Alert, ...],
    evidence: tuple[Evidence, ...],
    router: Router,
    clock: Clock,
    *,
    changes: Sequence[Change] | None = None,
    seconds: float = DEADLINE_SECONDS,
) -> Triage:
    """The router's decision with the first answers to the four questions; `changes` of the last 24 hours, newest first.

    Never later than `seconds`: then the cautious answer. `evidence[i]` holds the text of `alerts[i]`.
    """
    now = clock.now()
    deciding = asyncio.to_thread(router.triage, alerts, evidence, now)
    try:
        decided = await asyncio.wait_for(deciding, seconds)
    except TimeoutError:
        decided = cautious(alerts, seconds).model_copy(update={"decided_at": now})
    return decided.model_copy(update={"answers": first_answers(decided, alerts, changes)})


def cautious(alerts: Sequence[Alert], seconds: float) -> Triage:
    """The answer when nobody answered in time: a page for somebody, and nothing is claimed to be known."""
    critical = any(alert.severity is AlertSeverity.CRITICAL for alert in alerts) or not alerts
    return Triage(
        type=IncidentType.APPLICATION,
        type_confidence=0.0,
        severity=Severity.SEV2 if critical else Severity.SEV3,
        rule=f"no decision within {seconds:g} seconds: taken for the higher level until somebody looks",
        unsure=True,
        specialist="application-specialist",
        notify=("oncall:primary",),
        service=next((alert.service for alert in alerts if alert.service), ""),
        late=True,
    )


def consequences(decided: Triage) -> tuple[Body, ...]:
    """The events that follow: a closure by rule, a task for business hours, a remark that the deadline passed."""
    events: list[Body] = []
    if decided.late:
        events.append(Noted(text=f"Triage was late: {decided.rule}."))
    if decided.auto_close:
        events.append(Closed(reason=f"Closed by rule: {decided.auto_close}.", rule=decided.auto_close))
    if decided.task:
        events.append(TaskOpened(text=decided.task.text, owner=decided.task.owner, due_at=decided.task.due_at))
    return tuple(events)


def first_answers(
    decided: Triage, alerts: Sequence[Alert], changes: Sequence[Change] | None = None
) -> tuple[Answer, ...]:
    """The four questions as far as the alerts alone answer them; the investigation answers them again."""
    return (
        Answer(question=WHAT_WE_KNOW, answer=_known(decided, alerts)),
        Answer(question=WHAT_CHANGED, answer=_changed(changes)),
        Answer(question=HYPOTHESIS, answer=_hypothesis(decided)),
        Answer(question=NEXT_ACTION, answer=_next(decided)),
    )


def _known(decided: Triage, alerts: Sequence[Alert]) -> str:
    symptom = alerts[0].title if alerts else "no alert text"
    said = list(dict.fromkeys(filter(None, map(_worded, decided.facts))))[:FACTS_NAMED]
    affected = decided.service or "no service is named"
    facts = f" Facts: {', '.join(said)}." if said else " The alert states no impact."
    return f"Symptom: {symptom}. Affected: {affected}.{facts} Blast radius: not looked at yet."


def _worded(fact: ImpactFact) -> str:
    """A fact as words; what is only assumed, or is no impact, is not said."""
    pattern = _WORDS.get(fact.kind)
    return pattern.format(fact.value) if pattern and fact.value is not False and fact.origin != "default" else ""


def _changed(changes: Sequence[Change] | None) -> str:
    if changes is None:
        return "Not looked at yet."
    if not changes:
        return "No change is recorded in the last 24 hours."
    named = "; ".join(f"{rfc3339(one.at)} {one.kind} of {one.service}: {one.text}" for one in changes[:CHANGES_NAMED])
    rest = len(changes) - CHANGES_NAMED
    return f"{named}; and {rest} more." if rest > 0 else f"{named}."


def _hypothesis(decided: Triage) -> str:
    words = ", ".join(f'"{quote.text}"' for quote in decided.type_quotes[:3])
    because = f" because of {words}" if words else ""
    return f"None yet. The alert points to a {decided.type} problem ({decided.type_confidence:.0%}){because}."


def _next(decided: Triage) -> str:
    if decided.auto_close:
        return "Nothing: it closes by rule."
    if decided.task:
        return f"{decided.task.owner} looks at it by {rfc3339(decided.task.due_at)}."
    return f"The {decided.specialist} reads logs, metrics, dependencies and changes."
