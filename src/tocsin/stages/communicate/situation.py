"""What may be said just now: the incident as the wording rules see it, and what they say of a text. Pure.

Asked whenever words are drafted, edited, approved or published: the rules look at the text and at the incident's state.
"""

from collections.abc import Iterable
from datetime import datetime

from tocsin.guard.wording import Constraint, Situation, breaches, check
from tocsin.model.catalogue import Catalogue
from tocsin.model.incident import Incident
from tocsin.model.narrative import Estimate
from tocsin.model.state import OPEN
from tocsin.model.update import FOR_CUSTOMERS, Audience, WordingCode, WordingViolation
from tocsin.model.vocabulary import WORDS
from tocsin.stages.communicate.contradictions import contradictions
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.public import PLAIN_WORDS
from tocsin.stages.communicate.tone import leaves_the_team, understood

INSIDE = frozenset({WordingCode.BLAME, WordingCode.ETA, WordingCode.RESOLVED_EARLY, WordingCode.STATUS_MISMATCH})
"""What is not said inside the house either; the other rules are about readers who are customers."""
_TELL_THE_STATE = frozenset({WordingCode.STATUS_MISMATCH, WordingCode.RESOLVED_EARLY})
"""Where one of these fires, the text has the state wrong: that is to be mended before its facts are compared."""
_HELD_INSIDE = frozenset({Constraint.NO_CAUSE, Constraint.NO_ETA})
_HELD = _HELD_INSIDE | {Constraint.NO_FIGURES}
"""The constraints that words alone can break. Legal's is kept at publishing: a signature, not a word, makes the difference."""


def violations(
    text: str, incident: Incident, audience: Audience, desk: Desk, now: datetime, promise: datetime | None
) -> tuple[WordingViolation, ...]:
    """Every rule that this text breaks for that audience now. For customers each of them blocks it.

    `promise` is when the desk will speak next to them; a text that promises another time is wrong.
    """
    known = situation_of(text, incident, audience, desk.catalogue, now)
    known = known.model_copy(update={"next_update_at": promise, "now": now, **words_of_ours(desk)})
    found = check(text, known) if audience in FOR_CUSTOMERS else check(text, known, INSIDE)
    kinds = understood(incident.narrative.tone) & (_HELD if audience in FOR_CUSTOMERS else _HELD_INSIDE)
    tone = breaches(text, kinds) if leaves_the_team(audience) else ()
    codes = {one.code for one in found}
    tone = tuple(one for one in tone if one.code not in codes)
    other = None if codes & _TELL_THE_STATE else contradictions(text, incident, audience, desk.catalogue)
    return (*found, *tone, *((other,) if other else ()))


def situation_of(text: str, incident: Incident, audience: Audience, catalogue: Catalogue, now: datetime) -> Situation:
    """The incident as the rules see it with regard to this text. A machine's diagnosis confirms nothing: only a person does."""
    return Situation(
        audience=audience,
        status=WORDS[incident.state].external.lower(),
        root_cause_confirmed=_person_knows_the_cause(incident),
        recovery_confirmed=incident.state not in OPEN,
        eta_approved=_owned(text, incident.narrative.estimate, now),
        internal_names=internal_names(catalogue, incident.services),
        people=frozenset(incident.seats.values()),
    )


def _person_knows_the_cause(incident: Incident) -> bool:
    """A person ruled a cause in, said it in so many words with the all-clear, or found the diagnosis right."""
    judged = incident.review.cause
    found_right = judged is not None and judged.verdict == "right"
    return bool(incident.confirmed_cause) or incident.cause_stated or found_right


def words_of_ours(desk: Desk) -> dict[str, frozenset[str]]:
    """What this installation says of words: other companies' names, and what its customers do know."""
    return {"vendors": frozenset(desk.settings.vendors), "customer_words": frozenset(desk.settings.customer_words)}


def internal_names(catalogue: Catalogue, more: Iterable[str] = ()) -> frozenset[str]:
    """Names of services that customers must not read."""
    public = {service.public_name.lower() for service in catalogue.services if service.public_name} | PLAIN_WORDS
    names = {name for service in catalogue.services for name in (service.name, *service.aliases)} | set(more)
    return frozenset(name for name in names if name and name.lower() not in public)


def _owned(text: str, estimate: Estimate | None, now: datetime) -> bool:
    """A person stands behind a time of recovery that has not passed, and it is that time which the text gives."""
    return estimate is not None and estimate.at > now and f"{estimate.at:%H:%M}" in text
