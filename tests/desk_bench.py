"""A communications desk on a bench: a store in memory, a clock that the test moves, people, and the acts they do."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.unit.cases import ALERT, CATALOGUE, diagnosis, fix, triage
from tocsin.config import merged
from tocsin.guard.attempt import Attempt, Done, carry_out
from tocsin.guard.policy import InForce, Policy
from tocsin.model.action import Mode
from tocsin.model.cadence import Cadence
from tocsin.model.communication import RestrictionSet
from tocsin.model.event import Body, Declared, Diagnosed, Event, FixProposed, Triaged
from tocsin.model.ground import IncidentType
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.move import Deed
from tocsin.model.narrative import Draft
from tocsin.model.update import Audience, Update
from tocsin.ports import KeptAlert, Ledger, Parcel
from tocsin.stages import communicate, people
from tocsin.stages.communicate import Desk, Means, MessageSettings
from tocsin.store.memory import MemoryStore

NOW = datetime(2026, 11, 21, 3, 4, tzinfo=UTC)
ANN = Principal(id="ann@example.com", roles=frozenset({Role.COMMUNICATOR}))
ADA = Principal(id="ada@example.com", roles=frozenset({Role.COMMANDER}))
BOB = Principal(id="bob@example.com", roles=frozenset({Role.RESPONDER}))
EVE = Principal(id="eve@example.com", roles=frozenset({Role.VIEWER}))
INCIDENT = "INC-1"
CHANNELS = {
    Audience.CHANNEL: ("slack",),
    Audience.INTERNAL: ("slack",),
    Audience.EXTERNAL: ("page", "statuspage"),
    Audience.EXECUTIVE: ("mail",),
    Audience.SUPPORT: ("mail",),
}


class Numbers:
    """Names that count."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next)}"


class Bench:
    """The desk at work on one incident, INC-1."""

    def __init__(self, mode: Mode = Mode.PROPOSE, **settings: Any) -> None:
        self.store, self.names, self.time = MemoryStore(), Numbers(), NOW
        self.desk = Desk(
            settings=MessageSettings(audiences=CHANNELS, **settings),
            cadence=Cadence.model_validate(merged({})["cadence"]),
            catalogue=CATALOGUE,
            law=InForce(Policy(mode=mode), "test"),
            leaders=frozenset({"vera@example.com"}),
        )

    def now(self) -> datetime:
        return self.time

    def later(self, minutes: float) -> None:
        self.time += timedelta(minutes=minutes)

    def happen(self, *bodies: Body, actor: str = "system") -> Incident:
        """Something goes on the record."""

        def work(ledger: Ledger) -> Incident | None:
            for body in bodies:
                ledger.timeline.append(INCIDENT, body, actor=actor, at=self.time)
            return ledger.incidents.get(INCIDENT)

        incident = asyncio.run(self.store.write(work))
        assert incident is not None
        return incident

    def open(self, *, diagnosed: bool = False, **of_triage: Any) -> Incident:
        """A triaged SEV1, and its cause where it is known."""
        asyncio.run(self.store.write(lambda ledger: ledger.alerts.put(KeptAlert(ALERT, "opened", "first", INCIDENT))))
        declared = Declared(
            title=ALERT.title, service=ALERT.service, alert_id=ALERT.id, reason="first alert", started_at=self.time
        )
        known = (Diagnosed(diagnosis=diagnosis()), FixProposed(fix=fix())) if diagnosed else ()
        inside = RestrictionSet(restricted=True, people=(ANN.id, ADA.id, BOB.id), reason="a security incident")
        restricted = (inside,) if of_triage.get("type") is IncidentType.SECURITY else ()
        return self.happen(declared, Triaged(triage=triage(**of_triage)), *known, *restricted)

    def does(self, who: Principal, name: str, which: str = "", **fields: Any) -> Done:
        """One act of the desk, or of people, by its name."""
        table = communicate.ACTS if name in communicate.ACTS else people.ACTS
        kind = table[name].ask
        ask = kind(**fields) if kind else None
        act = communicate.act_at(self.desk, name) if name in communicate.ACTS else people.ACTS[name]

        def work(ledger: Ledger) -> Done:
            attempt = Attempt(ledger, who, self.time, self.names)
            return carry_out(attempt, lambda one: act.on(one, INCIDENT, which, ask), INCIDENT)

        return asyncio.run(self.store.write(work))

    def move(self, deed: Deed) -> None:
        """A move of the loop."""

        hand = communicate.hands(Means(self.store, self, self.desk))[deed.kind]
        asyncio.run(hand(deed, self.incident, None))

    def drafted(self, who: Principal = ANN, *audiences: Audience) -> Update:
        """A fresh draft for customers, or for those who are named."""
        self.does(who, "draft-updates", audiences=audiences or (Audience.EXTERNAL,))
        return self.draft(audiences[0] if audiences else Audience.EXTERNAL).update

    def published(self, who: Principal = ANN) -> str:
        """A reviewed message for customers that is out; its id."""
        update = self.drafted(who)
        self.does(who, "approve-update", update.id, digest=update.digest)
        self.does(who, "publish-update", update.id)
        return update.id

    def draft(self, audience: Audience) -> Draft:
        return next(one for one in reversed(self.incident.narrative.drafts) if one.update.audience is audience)

    @property
    def incident(self) -> Incident:
        found = asyncio.run(self.store.read(lambda ledger: ledger.incidents.get(INCIDENT)))
        assert found is not None
        return found

    @property
    def events(self) -> list[Event]:
        return asyncio.run(self.store.read(lambda ledger: ledger.timeline.events(INCIDENT)))

    @property
    def outbox(self) -> list[Parcel]:
        return asyncio.run(self.store.read(lambda ledger: ledger.outbox.of(INCIDENT)))

    def letters(self, purpose: str) -> list[Parcel]:
        return [one for one in self.outbox if one.payload.get("purpose") == purpose]
