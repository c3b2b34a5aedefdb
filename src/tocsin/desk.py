"""The desk: everyone a response needs, and the one way its steps put something on the record. Built by `app`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.errors import NotFound
from tocsin.guard.redact import Redact
from tocsin.guard.seeing import SecurityRules
from tocsin.library.runbooks import Shelf
from tocsin.model.cadence import Cadence
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import Evidence
from tocsin.model.incident import Incident
from tocsin.model.move import Deed, Happening, Letter
from tocsin.model.rota import OnCall
from tocsin.playbooks.shelf import Playbooks
from tocsin.ports import Clock, Ledger, Names, Parcel, Store
from tocsin.roles.contract import Cast, Record, Router, Toolkit
from tocsin.stages import communicate, diagnose, investigate, progress, remediate, verify

CarryOut = Callable[[Deed, Incident, Record], Awaitable[None]]
"""Carries out one kind of move."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the loop goes by: one field for each stage that says what is due."""

    remediate: remediate.Rules
    oncall: OnCall
    verify: verify.Rules
    progress: progress.ProgressSettings
    cadence: Cadence
    messages: communicate.Desk
    security: SecurityRules = field(default_factory=SecurityRules)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everyone a response needs. Holds no state of any incident."""

    store: Store
    clock: Clock
    names: Names
    redact: Redact
    router: Router
    cast: Cast
    """Who plays the roles of a playbook."""
    playbooks: Playbooks
    toolkit: Toolkit
    """The tools of free agents, each behind guard's gate."""
    sources: investigate.Sources
    shelf: Shelf
    messages: communicate.Desk
    catalogue: Catalogue
    evidence: investigate.EvidenceSettings
    rules: Rules
    hands: Callable[[Store], Mapping[str, CarryOut]]
    """Who carries out a kind of move that reaches into the world, writing through that store and no other."""
    diagnosis: diagnose.DiagnosisSettings = field(default_factory=diagnose.DiagnosisSettings)
    """How sure a diagnosis must be to name a cause."""

    async def incident(self, incident_id: str) -> Incident:
        """As it stands. Raises NotFound."""
        return known(incident_id, await self.store.read(lambda ledger: ledger.incidents.get(incident_id)))

    async def standing(self, incident_id: str) -> tuple[Incident, frozenset[str]]:
        """The incident, and the keys that are ticked for it, as one moment has them. Raises NotFound."""
        incident, done = await self.store.read(
            lambda ledger: (ledger.incidents.get(incident_id), ledger.steps.done(incident_id))
        )
        return known(incident_id, incident), done

    async def done(self, incident_id: str, key: str) -> bool:
        """Is that step ticked?"""
        return await self.store.read(lambda ledger: key in ledger.steps.done(incident_id))

    async def write(self, incident_id: str, key: str, work: Callable[[Ledger], object]) -> Incident:
        """Runs `work` in the transaction that ticks `key`, or not at all when it is ticked."""

        def once(ledger: Ledger) -> Incident | None:
            if ledger.steps.tick(incident_id, key):
                work(ledger)
            return ledger.incidents.get(incident_id)

        return known(incident_id, await self.store.write(once))

    def recorder(self, incident_id: str) -> Record:
        """The record of one incident, for those who carry out its moves."""

        async def record(
            key: str, *happened: Happening, letters: Iterable[Letter] = (), evidence: Iterable[Evidence] = ()
        ) -> Incident:
            now = self.clock.now()

            def append(ledger: Ledger) -> None:
                for seen in evidence:
                    ledger.evidence.put(incident_id, seen)
                for one in happened:
                    ledger.timeline.append(incident_id, one.body, actor=one.actor, at=now)
                for letter in letters:  # kept in this order, which is the order they leave in
                    ledger.outbox.put(Parcel.of(letter, incident_id, now))

            return await self.write(incident_id, key, append)

        return record


def known(incident_id: str, incident: Incident | None) -> Incident:
    """The incident. Raises NotFound when there is none."""
    if incident is None:
        raise NotFound(f"There is no incident {incident_id}.", "List those you may see with `tocsin incidents`.")
    return incident
