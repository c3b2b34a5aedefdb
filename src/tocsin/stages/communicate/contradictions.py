"""Drafts differ in words, never in facts: what a message for customers has otherwise than the record, or than others heard. Pure.

Asked by `situation` whenever such words are drafted, edited, approved or published, and where they are shown. Only what others
heard, or are about to hear, of the facts as they are now counts: of older words nobody can say which still holds.
"""

import re
from collections.abc import Iterator

from tocsin.guard.wording import Difference, Known, Told, differences
from tocsin.model.catalogue import Catalogue
from tocsin.model.incident import Incident
from tocsin.model.narrative import Published
from tocsin.model.update import FOR_CUSTOMERS, Audience, Update, WordingCode, WordingViolation
from tocsin.stages.communicate.public import public_name

_MINE = "this message"
_REASSURING = re.compile(
    r"[^.;\n]{0,300}\b(?:not (?:been |being )?(?:affected|impacted)|unaffected|unimpacted|as usual|as expected|normal(?:ly)?"
    r"|(?:is|are|remains?|stays?) (?:fully |still )?(?:available|operational|working))\b[^.;\n]{0,300}",
    re.IGNORECASE,
)
"""Says of something that it works: it is named, and not as broken."""
_RULED = ("next update",)
"""Facts that a rule of the eleven is about already."""


def contradictions(text: str, incident: Incident, audience: Audience, catalogue: Catalogue) -> WordingViolation | None:
    """The first fact that this text has otherwise, and who has it how; None where it is not for customers, or all agree."""
    if audience not in FOR_CUSTOMERS:
        return None
    mine = Told(name=_MINE, audience=audience, text=_REASSURING.sub(" ", text))
    told = (mine, *_others(incident, audience))
    found = (one for one in differences(told, _known(incident, catalogue)) if not one.fact.startswith(_RULED))
    first = next((one for one in found if any(said.told == _MINE for said in one.statements)), None)
    if first is None:
        return None
    span = next(said.words for said in first.statements if said.told == _MINE)
    return WordingViolation(code=WordingCode.CONTRADICTION, span=span, advice=_advice(first))


def _others(incident: Incident, audience: Audience) -> Iterator[Told]:
    """Of every other audience what it heard last, or what lies ready for it, where that knows the facts as they are now."""
    for other in Audience:
        if other is audience:
            continue
        standing: list[Update | Published] = [
            one.update for one in incident.narrative.drafts if one.update.audience is other
        ]
        heard = incident.narrative.last(other)
        standing += [heard] if heard else []
        current = next((one for one in reversed(standing) if one.facts_seq >= incident.facts_seq), None)
        if current is not None:
            yield Told(name=str(other), audience=other, text=current.text)


def _known(incident: Incident, catalogue: Catalogue) -> Known:
    named = {public_name(one, incident.title, catalogue)[0] for one in incident.services}
    public = {one.public_name for one in catalogue.services if one.public_name}
    return Known(
        state=incident.state,
        severity=incident.severity,
        started_at=incident.started_at,
        other_services=frozenset(public - named),
    )


def _advice(found: Difference) -> str:
    return f"Drafts differ in words, never in facts. {found.sentence}. Say the same, or mend what is wrong first."
