"""A small house in which steps can be asked for, approved and run, and where every run is judged by somebody who trusts no guard.

Used by the benchmark of approvals and by its tests. Time passes truly and on a wall clock that can be set back; the executor
only remembers; the judge knows who really said yes to what and when, and holds each run against that.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from tocsin.config import merged
from tocsin.guard.approval import Hourglass
from tocsin.guard.policy import InForce, Policy
from tocsin.library.runbook import Runbook
from tocsin.library.runbooks import Shelf
from tocsin.model.action import Fix, Outcome, Rehearsal, RenderedStep, Risk
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Declared, FixProposed, Triaged
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.triage import Triage
from tocsin.ports import KeptAlert, Ledger
from tocsin.stages.remediate.permit import Means
from tocsin.store.memory import MemoryStore

START = datetime(2030, 1, 7, 3, 0, tzinfo=UTC)
LIFE = timedelta(minutes=15)
_UNDO = {
    "rollback": {
        "text": "Switch it back on.",
        "run": {"executor": "http", "target": "{gate}", "method": "POST", "path": "/on"},
    }
}
_SEEN = {"verify": "Errors fall."}


def _http(method: str, path: str, **body: str) -> dict[str, Any]:
    return {"executor": "http", "target": "{gate}", "method": method, "path": path, "body": body}


def _step(name: str, purpose: str, risk: str, run: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    answers = (
        {}
        if risk == "read"
        else _SEEN | ({} if "rollback" in more else {"no_rollback": "It comes up again by itself."})
    )
    return {"name": name, "text": f"Step {name}.", "purpose": purpose, "risk": risk, "run": run, **answers, **more}


def runbook(version: int = 1) -> Runbook:
    """One step of each risk, one for a person, one that touches two things."""
    restart = {"executor": "kubernetes", "verb": "restart", "name": "{service}", "namespace": "{namespace}"}
    both = {"executor": "command", "argv": ["sync-both", "{service}", "{gate}"]}
    steps = [
        _step("look", "check", "read", _http("GET", "/state"), auto=True),
        _step("switch_off", "mitigate", "reversible", _http("POST", "/off"), auto=True, idempotent=True, **_UNDO),
        _step("restart_app", "mitigate", "disruptive", restart),
        _step("sync_both", "mitigate", "reversible", both, auto=True),
        _step("wipe_cache", "fix", "destructive", _http("DELETE", "/cache"), destroys_evidence=True),
        _step("call_vendor", "fix", "reversible", {"executor": "manual", "by": "owner"}),
    ]
    return Runbook.model_validate(
        {
            "id": "flood",
            "title": "The gate is flooded",
            "version": version,
            "risk": "destructive",
            "parameters": {
                "gate": {"type": "service", "from": "catalogue.gate"},
                "service": {"type": "deployment", "from": "incident.service"},
                "namespace": {"type": "namespace", "from": "catalogue.namespace"},
            },
            "steps": steps,
        }
    )


CATALOGUE = Catalogue.model_validate(
    {
        "services": [
            {"name": "lark", "resources": {"namespace": "birds", "gate": "lark-gate"}, "depends_on": ["wren"]},
            {"name": "wren", "resources": {"namespace": "birds"}},
        ]
    }
)
PEOPLE = {
    name: Principal(id=f"{name}@example.com", roles=frozenset(roles))
    for name, roles in {
        "ada": {Role.APPROVER},
        "bob": {Role.APPROVER, Role.RESPONDER},
        "cem": {Role.RESPONDER},
        "dot": {Role.ADMIN},
        "eve": {Role.VIEWER},
    }.items()
}


def policy(mode: str = "act", **own: Any) -> Policy:  # noqa: ANN401
    """The shipped policy in that mode, with sections of one's own."""
    return Policy.model_validate({**_shipped(), "mode": mode, **own})


@cache
def _shipped() -> dict[str, Any]:
    shipped: dict[str, Any] = merged({})["policy"]
    return shipped


class Time:
    """A wall clock that can be set, beside the time that truly passed."""

    def __init__(self) -> None:
        self.wall = START
        self.true = 0.0

    def now(self) -> datetime:
        """What the clock on the wall says."""
        return self.wall

    def passed(self) -> float:
        """Seconds that truly passed."""
        return self.true

    def let(self, **span: float) -> None:
        """Both move on."""
        step = timedelta(**span)
        self.wall += step
        self.true += step.total_seconds()


class CountedNames:
    """Names in order."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        """The next."""
        return f"{prefix}-{next(self._next):06}"


class EditableShelf(Shelf):
    """A shelf on which somebody edits a runbook while people decide."""

    def put(self, changed: Runbook) -> None:
        """Replaces it."""
        self._by_id[changed.id] = changed


@dataclass(slots=True)
class Hand:
    """An executor that does nothing and remembers everything. `fails` is raised by the next run."""

    name: str
    ran: list[tuple[RenderedStep, str]] = field(default_factory=list)
    rehearsed: list[RenderedStep] = field(default_factory=list)
    fails: list[BaseException] = field(default_factory=list)
    rehearses: bool = True
    watch: Any = None
    output: str = ""

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """Says that it would."""
        self.rehearsed.append(step)
        return Rehearsal(ok=self.rehearses, said=f"Would do: {step.shown}")

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """Remembers it, and lets the judge look."""
        self.ran.append((step, key))
        if self.watch is not None:
            self.watch(step, key)
        if self.fails:
            raise self.fails.pop(0)
        return Outcome(ok=True, said="done", output=self.output)


class House:
    """Store, time, people and hands; `means` is what remediation is given."""

    def __init__(self, mode: str = "act", law: Policy | None = None, catalogue: Catalogue = CATALOGUE) -> None:
        self.time = Time()
        self.store = MemoryStore()
        self.shelf = EditableShelf([runbook()])
        self.hands = {name: Hand(name) for name in ("http", "kubernetes", "command", "manual", "sql")}
        self.glass = Hourglass(self.time.passed)
        self.means = Means(
            store=self.store,
            clock=self.time,
            names=CountedNames(),
            shelf=self.shelf,
            catalogue=catalogue,
            executors=self.hands,
            current=InForce(law or policy(mode), "tocsin.yaml"),
            environments={"production": ("prod",), "staging": ("stage",)},
            over=self.glass.over,
        )

    @property
    def ran(self) -> list[tuple[RenderedStep, str]]:
        """Everything that any hand did."""
        return [one for hand in self.hands.values() for one in hand.ran]

    def judged_by(self, law: Policy) -> None:
        """Another policy in the file from now on."""
        self.means = replace(self.means, current=InForce(law, "tocsin.yaml"))

    async def open(
        self,
        severity: Severity = Severity.SEV2,
        *,
        name: str = "INC-1",
        service: str = "lark",
        environment: str = "prod",
        type: IncidentType = IncidentType.APPLICATION,
        labels: dict[str, str] | None = None,
        fix: str = "flood",
    ) -> Incident:
        """A triaged incident with its alert and a proposed fix."""
        alert = Alert(
            id=f"ALR-{name}",
            source="test",
            fingerprint=name,
            status=AlertStatus.FIRING,
            title="The gate is flooded",
            service=service,
            labels=labels or {},
            starts_at=self.time.wall,
            received_at=self.time.wall,
        )

        def work(ledger: Ledger) -> Incident:
            now = self.time.wall
            declared = Declared(
                title=alert.title,
                service=service,
                environment=environment,
                alert_id=alert.id,
                reason="test",
                started_at=now,
            )
            triage = Triage(type=type, type_confidence=0.9, severity=severity, rule="test", specialist=type)
            bodies = (declared, Triaged(triage=triage), FixProposed(fix=Fix(runbook_id=fix)))
            for body in bodies:
                ledger.timeline.append(name, body, actor="system", at=now)
            ledger.alerts.put(KeptAlert(alert, "opened", "test", name))
            found = ledger.incidents.get(name)
            assert found is not None  # noqa: S101 - it was declared just now
            return found

        return await self.store.write(work)

    async def incident(self, name: str = "INC-1") -> Incident:
        """As it stands."""
        found = await self.store.read(lambda ledger: ledger.incidents.get(name))
        assert found is not None  # noqa: S101 - tests ask for incidents they opened
        return found

    async def said(self, name: str = "INC-1") -> list[str]:
        """The kinds of its events."""
        events = await self.store.read(lambda ledger: ledger.timeline.events(name))
        return [event.body.kind for event in events if event.body is not None]


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes that a person really gave: to which bytes, and when, by the time that truly passed."""

    action_id: str
    approver: str
    step_digest: str
    at: float
    glass: bool


class Judge:
    """Holds every run against what people really said. Knows the mission's table by heart and none of the guard's code."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.yes: list[Yes] = []
        self.wrong: list[str] = []
        self.runs = 0
        self._used: set[str] = set()
        for hand in house.hands.values():
            hand.watch = self.look

    def look(self, step: RenderedStep, key: str) -> None:
        """One run: was it allowed?"""
        self.runs += 1
        ledger_incidents = self._house.store._shelves.incidents
        incident_id, action_id, _ = key.split("/")
        incident = ledger_incidents[incident_id]
        action = next(one for one in incident.actions if one.id == action_id)
        for complaint in self._complaints(incident, action_id, action.requested_by, step):
            self.wrong.append(f"{action_id}: {complaint}")
        self._used.add(action_id)

    def _complaints(self, incident: Incident, action_id: str, requester: str, step: RenderedStep) -> list[str]:
        said = [
            one
            for one in self.yes
            if one.action_id == action_id and self._house.time.true - one.at < LIFE.total_seconds()
        ]
        exact = [one for one in said if one.step_digest == step.digest]
        people = {one.approver for one in exact}
        needed = self._needed(incident, step)
        if any(one.glass for one in exact):
            needed = min(needed, 1)
        found = []
        if action_id in self._used and not (step.idempotent or step.risk is Risk.READ):
            found.append("it ran a second time")
        if len(people) < needed:
            found.append(f"{len(people)} of {needed} approvals")
        if needed and people == {requester.removeprefix("person:")}:
            found.append("only the proposer approved")
        if self._house.store._shelves.stops and list(self._house.store._shelves.stops.values())[-1].on:
            found.append("the switch was on")
        if self._house.means.current.policy.mode == "observe":
            found.append("mode observe")
        return found

    def _needed(self, incident: Incident, step: RenderedStep) -> int:
        if step.risk is Risk.DESTRUCTIVE and step.environment == "production":
            return 2
        if step.risk is not Risk.READ and len(step.targets) > 1:
            return 2
        by_itself = (
            incident.severity in (Severity.SEV3, Severity.SEV4)
            and step.risk in (Risk.READ, Risk.REVERSIBLE)
            and step.auto
            and self._house.means.current.policy.mode == "act"
        )
        return 0 if by_itself else 1
