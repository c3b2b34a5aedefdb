"""Drafting: one template for each message, filled from the facts, checked by the wording rules. Sends nothing.

Called by the opening, by the hands of the loop, and when a person asks for new drafts or corrects a message that is out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.model.alert import Alert
from tocsin.model.component import affected, impact_of
from tocsin.model.event import Event
from tocsin.model.ground import IncidentType
from tocsin.model.incident import Incident
from tocsin.model.narrative import Published
from tocsin.model.plain import clock, minute
from tocsin.model.state import OPEN, State
from tocsin.model.update import FOR_CUSTOMERS, Audience, Update
from tocsin.model.vocabulary import WORDS
from tocsin.stages.communicate import tone
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.facts import Facts, gather
from tocsin.stages.communicate.shapes import Occasion
from tocsin.stages.communicate.situation import violations

DECLARED = "declared"
"""A declaration is said once; the others are said again whenever more is known."""
_TEMPLATES = {
    Audience.INTERNAL: "internal",
    Audience.EXTERNAL: "external",
    Audience.SUPPORT: "holding_line",
    Audience.SECURITY: "security",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the messages of one incident at one moment, all from the same facts."""

    incident: Incident
    facts: Facts
    desk: Desk
    now: datetime

    def message(self, audience: Audience, due_at: datetime | None = None, *, no_change: bool = False) -> Update:
        """The regular message. `no_change` is a wish: where something has changed, the message says that instead."""
        last = self.incident.narrative.last(audience)
        unchanged = no_change and last is not None and last.facts_seq >= self.incident.facts_seq
        name = template_of(self.incident, audience)
        update = self._written(audience, name, no_change=unchanged, last_update=clock(last.at) if last else "")
        return update.model_copy(update={"due_at": due_at, "no_change": unchanged})

    def correction(self, out: Published, said: str) -> Update:
        """A message that corrects a published one in somebody's own words."""
        update = self._written(out.audience, "correction", said=said, corrected=clock(out.at))
        return update.model_copy(update={"corrects": out.update_id})

    def text(self, name: str, audience: Audience, **particular: Any) -> str:  # noqa: ANN401 - fields of Occasion
        """The words of any template, as that audience may hear them."""
        facts = tone.applied(self.facts, self.incident.narrative.tone, audience)
        occasion = Occasion(audience=str(audience), **particular)
        known = facts.model_dump(mode="python") | occasion.model_dump(mode="python") | {"words": facts.words}
        return self.desk.templates.write(name, known)

    def _written(self, audience: Audience, name: str, **particular: Any) -> Update:  # noqa: ANN401
        promised = self.desk.cadence.promise(self.incident, audience, self.now)
        told = {"next_update": minute(promised), "next_clock": clock(promised)} if promised else {}
        minutes = int(self.desk.cadence.interval(self.incident, audience).total_seconds() // 60)
        text = self.text(name, audience, interval_minutes=minutes, **told, **particular)
        return Update(
            audience=audience,
            template=name,
            text=text,
            title=self._title(audience),
            status=status_for(audience, self.incident.state),
            next_update_at=promised,
            facts_seq=self.incident.last_seq,
            violations=violations(text, self.incident, audience, self.desk, self.now, promised),
            **self._on_the_page(audience),
        )

    def _title(self, audience: Audience) -> str:
        facts = self.facts
        public = f"{facts.public_service}: {facts.words.external.lower()}"
        return public if audience in FOR_CUSTOMERS else f"{facts.severity} {facts.service}: {facts.title}"

    def _on_the_page(self, audience: Audience) -> dict[str, Any]:
        """What it says of components, where customers read it."""
        if audience is not Audience.EXTERNAL:
            return {}
        components = affected(self.incident, self.desk.catalogue)
        return {
            "components": {name: str(one) for name, one in components.items()},
            "impact": str(impact_of(self.incident.severity)),
        }


def writer(incident: Incident, events: Sequence[Event], alerts: Sequence[Alert], desk: Desk, now: datetime) -> Writer:
    """Raises ValueError for an incident that is not triaged: nothing true can be said of it yet."""
    return Writer(incident, gather(incident, events, alerts, desk.catalogue, now, desk.link(incident)), desk, now)


def draft(
    incident: Incident,
    events: Sequence[Event],
    alerts: Sequence[Alert],
    desk: Desk,
    now: datetime,
    audiences: Iterable[Audience] | None = None,
) -> tuple[Update, ...]:
    """One draft for each audience (None: the usual ones), all from the same facts. Raises as `writer` does."""
    hand = writer(incident, events, alerts, desk, now)
    return tuple(hand.message(one) for one in (usual(incident) if audiences is None else audiences))


def usual(incident: Incident) -> tuple[Audience, ...]:
    """For whom messages are drafted as soon as something is known. A declaration that is out is followed by updates."""
    security = (Audience.SECURITY,) if incident.type is IncidentType.SECURITY else ()
    return (Audience.CHANNEL, Audience.INTERNAL, Audience.EXTERNAL, Audience.EXECUTIVE, *security)


def unsaid(incident: Incident) -> tuple[Audience, ...]:
    """Of the usual audiences those for whom nothing lies ready, and nothing is out, that knows what is known by now."""
    told = incident.narrative
    words = [(one.update.audience, one.update.facts_seq) for one in told.drafts]
    words += [(one.audience, one.facts_seq) for one in told.published if not one.retracted]
    current = {audience for audience, seen in words if seen >= incident.facts_seq}
    return tuple(one for one in usual(incident) if one not in current)


def template_of(incident: Incident, audience: Audience) -> str:
    """Which message that audience gets where the incident stands."""
    match audience:
        case Audience.CHANNEL if incident.state not in OPEN:
            return "resolved"
        case Audience.CHANNEL:
            said = any(one.template == DECLARED for one in incident.narrative.published)
            return "update" if said else DECLARED
        case Audience.EXECUTIVE:
            return "executive_brief" if incident.state in OPEN else "executive_summary"
        case _:
            return _TEMPLATES[audience]


def status_for(audience: Audience, state: State) -> str:
    """The word that audience knows for where the incident stands."""
    words = WORDS[state]
    if audience in FOR_CUSTOMERS:
        return words.external
    return words.internal if audience is Audience.INTERNAL else words.status
