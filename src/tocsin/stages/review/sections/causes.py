"""Root cause and contributing factors: what allowed it to happen, apart from what set it off."""

import re
from collections.abc import Iterator

from tocsin.model.acts import HypothesisRaised, HypothesisRuledOut, Resolved
from tocsin.model.diagnosis import Hypothesis
from tocsin.model.event import Diagnosed, Event, FindingsReported, FixProposed, PrecedentsFound
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.review import CauseJudged
from tocsin.stages.review.document import Sentence
from tocsin.stages.review.sections.times import detection_is_late, onset_to_declaration
from tocsin.stages.review.story import Story, cited

MOST = 3
ALSO_LIKELY = 0.4
"""A second hypothesis below that is not worth a sentence."""
_TRIGGER = re.compile(
    r"^(?:an?|the|our|last|latest|recent|new|bad|faulty|failed)?\s*(?:[\w.'-]+ ){0,2}"
    r"(?:deploy(?:ment|ed)?|release|roll-?out|(?:config(?:uration)?|schema|code|dns|firewall) change|change|migration|upgrade|"
    r"restart|reboot|failover|(?:traffic|load) (?:spike|peak|surge)|cron ?job)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_MECHANISM = re.compile(
    r"\b(?:that|which|because|since|left|removed|exhaust\w*|leak\w*|without|missing|wrong|too (?:low|high|small|many)|limit|"
    r"not|no|never|misconfigured|incompatible|deadlock\w*|timeout\w*|race|full)\b",
    re.IGNORECASE,
)


def reads_like_a_trigger(cause: str) -> bool:
    """True for `the deployment of v2.4.1`: it says what set the failure off, and not what allowed it."""
    found = _TRIGGER.match(cause.strip().rstrip("."))
    return bool(found) and not _MECHANISM.search(found.group("rest") if found else "")


def root_cause(story: Story) -> list[Sentence]:
    """The cause as the all-clear states it, what speaks for it, and the trigger under its own name."""
    return [*_stated(story), *_backing(story), *_trigger(story), *_judged(story)]


def _stated(story: Story) -> Iterator[Sentence]:
    resolved, diagnosed = story.last(Resolved), story.last(Diagnosed)
    cause = resolved[1].cause if resolved else ""
    if resolved is None or not cause:
        yield from _not_known(story)
        return
    events = [resolved[0]]
    sure = ""
    if diagnosed and diagnosed[1].diagnosis.root_cause == cause:
        events.append(diagnosed[0])
        sure = f" (the {diagnosed[1].diagnosis.specialist}'s diagnosis, confidence {diagnosed[1].diagnosis.confidence:.0%})"
    yield cited(f"{story.said(cause).rstrip('.')}{sure}.", *events)
    if reads_like_a_trigger(cause):
        text = "This reads like the trigger: it says what set the failure off. What allowed it is unknown."
        yield cited(text, resolved[0])


def _not_known(story: Story) -> Iterator[Sentence]:
    resolved, diagnosed = story.last(Resolved), story.last(Diagnosed)
    event = resolved[0] if resolved else story.end
    yield cited("The root cause is unknown: the all-clear names none.", event)
    if diagnosed and diagnosed[1].diagnosis.next_question:
        asked = story.said(diagnosed[1].diagnosis.next_question)
        yield cited(f"The question that is open: {asked}", diagnosed[0])


def _believed(story: Story) -> Hypothesis | None:
    made = story.incident.diagnosis
    return made.hypotheses[0] if made and made.hypotheses and made.root_cause else None


def _found(story: Story, ids: tuple[str, ...]) -> Iterator[tuple[Event, Finding]]:
    """The findings of these ids with the newest event that reports each, in the order of the ids."""
    told = {one.id: (event, one) for event, body in story.all(FindingsReported) for one in body.findings}
    return (told[name] for name in ids if name in told)


def _backing(story: Story) -> Iterator[Sentence]:
    believed = _believed(story)
    found = _found(story, believed.supports if believed else ())
    shown = [one for one in found if one[1].kind is not FindingKind.CHANGE][:MOST]
    for event, finding in shown:
        quotes = ", ".join(dict.fromkeys(quote.evidence_id for quote in finding.quotes))
        yield cited(f"It is backed by {finding.role}: {story.said(finding.text).rstrip('.')} ({quotes}).", event)


def _trigger(story: Story) -> Iterator[Sentence]:
    believed = _believed(story)
    changes = [one for one in _found(story, believed.supports if believed else ()) if one[1].kind is FindingKind.CHANGE]
    for event, finding in changes[:1]:
        yield cited(f"The trigger, which is not the cause: {story.said(finding.text).rstrip('.')}.", event)


def _judged(story: Story) -> Iterator[Sentence]:
    judged = story.last(CauseJudged)
    if judged:
        said = f": {story.said(judged[1].said).rstrip('.')}" if judged[1].said else ""
        yield cited(f"Looking back, the diagnosis was {_VERDICTS[judged[1].verdict]}{said}.", judged[0])


_VERDICTS = {"right": "right", "partly": "partly right", "wrong": "wrong"}


def contributing(story: Story) -> list[Sentence]:
    """What made it likelier, larger or longer, as far as the record says."""
    said = [*_also(story), *_ideas(story), *_unseen(story), *_late(story), *_no_runbook(story), *_before(story)]
    return said or [story.unknown("Contributing factors")]


def _also(story: Story) -> Iterator[Sentence]:
    diagnosed = story.last(Diagnosed)
    others = story.incident.diagnosis.hypotheses[1:] if story.incident.diagnosis else ()
    for one in others[:MOST]:
        if diagnosed and one.confidence >= ALSO_LIKELY:
            text = f"Evidence also speaks for this ({one.confidence:.0%}): {story.said(one.text).rstrip('.')}."
            yield cited(text, diagnosed[0])


def _ideas(story: Story) -> Iterator[Sentence]:
    gone = {body.hypothesis_id for _, body in story.all(HypothesisRuledOut)}
    for event, body in story.all(HypothesisRaised):
        if body.hypothesis_id not in gone:
            who = story.naming.actor(event.actor)
            yield cited(f"Raised by {who} and never ruled out: {story.said(body.text).rstrip('.')}.", event)


def _unseen(story: Story) -> Iterator[Sentence]:
    newest = {body.role: (event, body) for event, body in story.all(FindingsReported)}
    for event, body in newest.values():
        if body.failure:
            yield cited(f"The {body.role} could not see everything: {story.said(body.failure).rstrip('.')}.", event)


def _late(story: Story) -> Iterator[Sentence]:
    if detection_is_late(story):
        yield from onset_to_declaration(story, "It went unnoticed for {span}: the first symptom was at {onset}.")


def _no_runbook(story: Story) -> Iterator[Sentence]:
    proposed = story.last(FixProposed)
    if proposed and not proposed[1].fix.steps:
        yield cited(f"No runbook answered it: {story.said(proposed[1].fix.why).rstrip('.')}.", proposed[0])


def _before(story: Story) -> Iterator[Sentence]:
    found = story.last(PrecedentsFound)
    for one in found[1].precedents[:1] if found else ():
        when = f" of {at_day(one.at)}" if one.at else ""
        text = f"Something like it had happened before: {one.incident_id}{when}, {story.quoted(one.lesson.title)}."
        yield cited(text, *([found[0]] if found else []))


def at_day(moment: object) -> str:
    """`2026-03-04`."""
    return f"{moment:%Y-%m-%d}"
