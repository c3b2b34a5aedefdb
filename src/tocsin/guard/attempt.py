"""An attempt: one person about to do one thing, inside one transaction. What all acts share and nothing of any single one.

Used by every stage with acts of people (`stages.people`, `stages.communicate`); whoever calls those makes the attempt.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import Field

from tocsin.errors import DataError, NotFound, NotNow
from tocsin.guard.authorize import actor_of, authorize
from tocsin.guard.seeing import SecurityRules, seen
from tocsin.model.event import Body, Event
from tocsin.model.ground import Severity, Value
from tocsin.model.identity import SERVICE, Principal, Right
from tocsin.model.incident import Incident
from tocsin.model.move import Letter
from tocsin.model.state import State
from tocsin.ports import Ledger, Names, Parcel

_WRITTEN = frozenset(
    {"title", "text", "reason", "question", "finding", "cause", "fix", "what", "whom", "said"}
    | {"answer", "via", "broken", "known"}
)
"""The fields of events that hold people's own words."""


class PeopleRules(Value):
    """Section `people`: how long a line of investigation has, and how soon after the all-clear the post-mortem is."""

    line_minutes: int = Field(default=10, ge=1, le=240)
    post_mortem_hours: dict[Severity, int] = Field(
        default_factory=lambda: {Severity.SEV1: 48, Severity.SEV2: 48, Severity.SEV3: 168}
    )
    security: SecurityRules = SecurityRules()

    gameday: tuple[str, ...] = ()
    """Who takes turns at leading communications in gamedays."""

    def post_mortem_at(self, severity: Severity | None, now: datetime) -> datetime | None:
        """When it must have happened; None where none is asked for."""
        hours = self.post_mortem_hours.get(severity) if severity else None
        return now + timedelta(hours=hours) if hours else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, when, and in which transaction. Every act authorises first; a refused one has written nothing."""

    ledger: Ledger
    principal: Principal
    now: datetime
    names: Names
    rules: PeopleRules = field(default_factory=PeopleRules)
    clean: Callable[[str], str] = str
    """Takes secrets out of what people write: a timeline is read by many, and forgets nothing."""

    @property
    def actor(self) -> str:
        """How events name whoever tries."""
        return actor_of(self.principal)

    def send(self, incident_id: str, kind: str, **payload: str) -> None:
        """Puts something into the outbox, in the transaction of the act it belongs to; once for each kind and incident."""
        self.post(
            incident_id, Letter(key=f"{incident_id}:{kind}", kind=kind, payload={"incident": incident_id, **payload})
        )

    def post(self, incident_id: str, *letters: Letter) -> None:
        """Puts letters into the outbox, in the same transaction; each once for its key."""
        for letter in letters:
            self.ledger.outbox.put(Parcel.of(letter, incident_id, self.now))

    def known(self, incident_id: str, right: Right) -> Incident:
        """The incident, open or not. Raises Denied, then NotFound."""
        incident = seen(self.principal, self.ledger.incidents.get(incident_id))
        authorize(self.principal, right, incident)
        if incident is None:
            raise NotFound(
                f"there is no incident {incident_id[:80]!r}.", "List those you may see with `tocsin incidents`."
            )
        return incident

    def working(self, incident_id: str, right: Right) -> Incident:
        """The incident, which must be open. Raises Denied, NotFound, NotNow."""
        incident = self.known(incident_id, right)
        if not incident.is_open:
            what = f"{incident.id} is {incident.state}, and nobody works on it any more."
            raise NotNow(what, "Re-open it first, if it is not over.", code="TCS-ACT-CLOSED")
        return incident

    def person(self, named: str | None) -> str:
        """The named person, or whoever tries. Raises DataError where that is a program."""
        if named is None and self.principal.id == SERVICE.id:
            what = "the service's own credential is nobody who could own something."
            raise DataError(what, "Name a person, or use a person's token.", code="TCS-ACT-WHO")
        return named or self.principal.id

    def record(self, incident_id: str, *bodies: Body) -> Incident:
        """Appends the events in this person's name; the incident as it then stands."""
        for body in bodies:
            written = {name: getattr(body, name) for name in _WRITTEN & type(body).model_fields.keys()}
            body = body.model_copy(update={name: self.clean(text) for name, text in written.items()})
            self.ledger.timeline.append(incident_id, body, actor=self.actor, at=self.now)
        return self.known(incident_id, Right.READ)


class Act(NamedTuple):
    """A row of a table of acts. `path` comes after the incident in the API; `{which}` in it names one thing on the incident.

    `run` takes the attempt, then the incident (not for a declaration), then `which` where the path has one, then the ask
    (where there is one).
    """

    path: str
    ask: type[Value] | None
    run: Callable[..., Incident]

    def on(self, attempt: Attempt, incident_id: str, which: str, ask: Value | None) -> Incident:
        """Carries it out."""
        names = (incident_id, which if "{which}" in self.path else "")
        return self.run(attempt, *(name for name in names if name), *(() if ask is None else (ask,)))


class Done(Value):
    """An act that was carried out: where the incident stands now, and the events that the act left on it."""

    incident: str
    state: State
    severity: Severity | None
    events: tuple[Event, ...]


def carry_out(attempt: Attempt, work: Callable[[Attempt], Incident], incident_id: str = "") -> Done:
    """Does the act and tells what it left. `incident_id` is "" where the act makes the incident."""
    before = attempt.ledger.incidents.get(incident_id) if incident_id else None
    after = work(attempt)
    events = attempt.ledger.timeline.events(after.id, after=before.last_seq if before else 0)
    return Done(incident=after.id, state=after.state, severity=after.severity, events=tuple(events))
