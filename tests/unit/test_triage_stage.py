"""The triage stage: an answer in time whatever happens, the four questions, and what follows."""

import asyncio
import threading
from datetime import UTC, datetime

from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.change import Change, ChangeKind
from tocsin.model.event import Closed, Noted, TaskOpened
from tocsin.model.evidence import Evidence
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.triage import FactKind, ImpactFact, Task, Triage
from tocsin.stages.triage import consequences, first_answers, triage

NOW = datetime(2030, 3, 4, 10, tzinfo=UTC)
ALERT = Alert(
    source="test", fingerprint="f", status=AlertStatus.FIRING, title="Orders fail", severity=AlertSeverity.CRITICAL
)
DECIDED = Triage(
    type=IncidentType.NETWORK,
    type_confidence=0.8,
    severity=Severity.SEV3,
    rule="degraded",
    specialist="network-specialist",
    service="orders",
)


class StoppedClock:
    def now(self) -> datetime:
        return NOW


class Ready:
    def triage(self, alerts: tuple[Alert, ...], evidence: tuple[Evidence, ...], now: datetime) -> Triage:
        return DECIDED


class Stuck:
    def __init__(self) -> None:
        self.released = threading.Event()

    def triage(self, alerts: tuple[Alert, ...], evidence: tuple[Evidence, ...], now: datetime) -> Triage:
        self.released.wait(10)
        return DECIDED


def test_a_router_that_hangs_is_answered_for_at_the_deadline_with_the_cautious_choice() -> None:
    async def play() -> Triage:
        stuck = Stuck()
        try:
            return await triage((ALERT,), (), stuck, StoppedClock(), seconds=0.05)
        finally:
            stuck.released.set()

    decided = asyncio.run(play())
    assert (decided.severity, decided.unsure, decided.late) == (Severity.SEV2, True, True)
    assert decided.notify
    assert any(isinstance(event, Noted) and "late" in event.text for event in consequences(decided))


def test_the_four_questions_are_answered_as_far_as_the_alert_goes() -> None:
    decided = asyncio.run(triage((ALERT,), (), Ready(), StoppedClock()))
    known, changed, hypothesis, action = (answer.answer for answer in decided.answers)
    assert "Orders fail" in known
    assert "orders" in known
    assert changed == "Not looked at yet."
    assert "network" in hypothesis
    assert "network-specialist" in action


def test_what_changed_names_the_newest_changes_and_counts_the_rest() -> None:
    changes = [Change(id=str(n), kind=ChangeKind.DEPLOY, service="orders", at=NOW, text=f"v1.{n}") for n in range(5)]
    answer = first_answers(DECIDED, (ALERT,), changes)[1].answer
    assert "v1.0" in answer
    assert "2 more" in answer
    assert first_answers(DECIDED, (ALERT,), [])[1].answer == "No change is recorded in the last 24 hours."


def test_what_is_only_assumed_is_not_said_to_be_known() -> None:
    assumed = ImpactFact(kind=FactKind.ENVIRONMENT, value="production", origin="default")
    stated = ImpactFact(kind=FactKind.USERS_AFFECTED, value=0.2, origin="alert")
    decided = DECIDED.model_copy(update={"facts": (assumed, stated)})
    answer = first_answers(decided, (ALERT,))[0].answer
    assert "20% of users affected" in answer
    assert "production" not in answer


def test_a_small_thing_leaves_a_task_or_a_closure_and_a_large_one_neither() -> None:
    task = Task(text="Look at it", owner="team-web", due_at=NOW)
    assert [type(one) for one in consequences(DECIDED.model_copy(update={"task": task}))] == [TaskOpened]
    assert [type(one) for one in consequences(DECIDED.model_copy(update={"auto_close": "labelled as a test"}))] == [
        Closed
    ]
    assert consequences(DECIDED) == ()
