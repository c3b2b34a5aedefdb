"""Remediation, the proposal: one runbook that people wrote, chosen by the diagnosed cause first and by search second.

Called by `response` after the diagnosis. Runs nothing, writes no command of its own, fills no slot: steps are shown as the
runbook has them. When nothing on the shelf fits well enough the Fix is empty and says so.
"""

from dataclasses import dataclass

from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import Shelf
from tocsin.library.search import Hit
from tocsin.library.steps import Manual, RunbookStep
from tocsin.model.action import Fix, Risk, Step
from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.triage import Triage

SURE_ENOUGH = 0.3
"""A hypothesis below this confidence does not choose a runbook by itself; the words of the alert do."""
FITS = 0.12
"""The search score under which a runbook is only an alternative; see docs/runbooks.md for how it was chosen."""
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class _Choice:
    runbook: Runbook
    match: float
    why: str


def propose(diagnosis: Diagnosis, triage: Triage, text: str, shelf: Shelf, service: str = "") -> Fix:
    """The proposed fix for an incident.

    `text` is what the alerts say; `service` the affected service. `Fix.match` is the confidence in the cause when the cause
    chose the runbook, otherwise the search score, both 0 to 1.
    """
    hits = shelf.index.search(text, type=triage.type, service=service, limit=10)
    choice = _by_cause(diagnosis, hits, shelf) or _by_words(hits, shelf)
    others = _alternatives(diagnosis, hits, shelf, choice)
    if choice is None:
        return Fix(why=_nothing_fits(hits), alternatives=others)
    return _fix(choice, others)


def _by_cause(diagnosis: Diagnosis, hits: tuple[Hit, ...], shelf: Shelf) -> _Choice | None:
    """The runbook written for the likeliest cause; among several, the one whose words fit best."""
    top = _likeliest(diagnosis)
    if top is None:
        return None
    fitting = shelf.for_cause(top.cause)
    if not fitting:
        return None
    scores = {hit.id: hit.score for hit in hits}
    best = max(fitting, key=lambda runbook: scores.get(runbook.id, 0.0))
    why = f"Written for the cause {top.cause.replace('_', ' ')}, the likeliest one ({top.confidence:.0%})."
    return _Choice(best, top.confidence, why)


def _likeliest(diagnosis: Diagnosis) -> Hypothesis | None:
    """The top hypothesis, when the specialist named a cause or is sure enough of it."""
    top = max(diagnosis.hypotheses, key=lambda one: one.confidence, default=None)
    if top is None or not (diagnosis.root_cause or top.confidence >= SURE_ENOUGH):
        return None
    return top


def _by_words(hits: tuple[Hit, ...], shelf: Shelf) -> _Choice | None:
    """The best page for the alert's words, when it fits at all."""
    if not hits or hits[0].score < FITS:
        return None
    best = hits[0]
    why = f"No cause is confirmed; chosen by the alert's words: {', '.join(best.words[:6])}."
    return _Choice(shelf.get(best.id), best.score, why)


def _alternatives(diagnosis: Diagnosis, hits: tuple[Hit, ...], shelf: Shelf, choice: _Choice | None) -> tuple[str, ...]:
    """Ids of the next best: for the other hypotheses first, then by words."""
    ranked = sorted(diagnosis.hypotheses, key=lambda one: -one.confidence)
    by_cause = [runbook.id for one in ranked for runbook in shelf.for_cause(one.cause)]
    by_words = [hit.id for hit in hits if hit.score >= FITS]
    chosen = choice.runbook.id if choice else ""
    ids = [one for one in dict.fromkeys((*by_cause, *by_words)) if one != chosen]
    return tuple(ids[:ALTERNATIVES])


def _nothing_fits(hits: tuple[Hit, ...]) -> str:
    nearest = f"; the nearest is {hits[0].id} ({hits[0].score:.2f})" if hits else ""
    return f"No runbook on the shelf fits well enough{nearest}. A person decides what to do."


def _fix(choice: _Choice, alternatives: tuple[str, ...]) -> Fix:
    runbook = choice.runbook
    return Fix(
        runbook_id=runbook.id,
        title=runbook.title,
        steps=tuple(_step(number, step, runbook) for number, step in enumerate(runbook.steps)),
        estimated_time=runbook.estimated_time or "unknown",
        risk=runbook.risk.level,
        needs=(*runbook.needs, *_people(runbook), *_values(runbook)),
        match=choice.match,
        why=choice.why,
        alternatives=alternatives,
    )


def _step(number: int, step: RunbookStep, runbook: Runbook) -> Step:
    """`number` counts from 0 in the order of the file, as `execute_runbook` does; the file has mitigations before fixes."""
    return Step(step_index=number, runbook_id=runbook.id, text=step.text, risk=step.risk.level, command=step.command)


def _people(runbook: Runbook) -> tuple[str, ...]:
    """Whose hands the manual steps and whose word the dangerous ones need."""
    manual = (step.run for step in runbook.steps if isinstance(step.run, Manual) and step.run.by)
    hands = dict.fromkeys(f"Hands of: {run.by}" for run in manual)
    approval = ("Approval before the first step that is not read-only",) if runbook.risk is not Risk.READ else ()
    return (*hands, *approval)


def _values(runbook: Runbook) -> tuple[str, ...]:
    """The slots a person must fill; all others come from the incident."""
    asked = [f"{{{name}}}" for name, parameter in runbook.parameters.items() if parameter.origin == "person"]
    return (f"Values from a person: {', '.join(asked)}",) if asked else ()
