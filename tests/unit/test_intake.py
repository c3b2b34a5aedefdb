"""Intake on the store in memory: what becomes of an alert, and what can never happen to one."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.change import Matcher, Silence
from tocsin.model.event import AlertJoined, AlertRepeated, AlertResolved, Closed, Declared, Noted
from tocsin.ports import KeptAlert, Ledger
from tocsin.stages.intake import IntakeRules, Outcome, alertmanager_silences, receive, rejudge
from tocsin.store.memory import MemoryStore

T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CATALOGUE = Catalogue(
    services=(
        Service(name="shop", depends_on=("ledger",), aliases=("storefront",)),
        Service(name="ledger", depends_on=("rows",)),
        Service(name="rows"),
        Service(name="mail"),
    )
)
RULES: dict[str, Any] = {
    "correlation": [
        {"rule": "same_service", "within_minutes": 60},
        {"rule": "neighbour", "within_minutes": 15},
        {"rule": "same_labels", "labels": ["rack"], "within_minutes": 15},
    ],
    "watched": {"severities": ["info"], "heartbeats": [["alertname=Watchdog"]]},
    "flapping": {"changes": 4, "within_minutes": 30},
}


class Numbers:
    """ports.Names that counts."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next)}"


class House:
    """Intake with a store and a clock that the test moves."""

    def __init__(self, **rules: Any) -> None:
        self.store = MemoryStore()
        self.rules = IntakeRules.model_validate(RULES | rules)
        self.names = Numbers()
        self.now = START

    def do(self, work: Callable[[Ledger], T]) -> T:
        return asyncio.run(self.store.write(work))

    def receive(self, *alerts: Alert, after: float = 0) -> Outcome:
        self.now += timedelta(minutes=after)
        return self.do(lambda ledger: receive(ledger, alerts, self.rules, CATALOGUE, self.now, self.names))

    def one(self, received: Alert, after: float = 0) -> tuple[str, str]:
        decision = self.receive(received, after=after).decisions[0]
        return decision.disposition, decision.incident_id

    def rejudge(self, after: float = 0) -> Outcome:
        self.now += timedelta(minutes=after)
        return self.do(lambda ledger: rejudge(ledger, self.rules, CATALOGUE, self.now, self.names))

    def kept(self) -> list[KeptAlert]:
        return self.do(lambda ledger: ledger.alerts.recent(limit=10_000))

    def open_incidents(self) -> dict[str, frozenset[str]]:
        found = self.do(lambda ledger: ledger.incidents.recent(open_only=True, limit=1000))
        return {one.id: frozenset(one.alert_ids) - frozenset(one.resolved_alert_ids) for one in found}

    def bodies(self, incident_id: str) -> list[Any]:
        return [event.body for event in self.do(lambda ledger: ledger.timeline.events(incident_id))]

    def silence(self, *matchers: Matcher, minutes: float, origin: str = "own", name: str = "S1") -> None:
        silence = Silence(
            id=name,
            matchers=matchers,
            starts_at=self.now,
            ends_at=self.now + timedelta(minutes=minutes),
            reason="planned work",
            created_by="ada",
            origin=origin,
        )
        self.do(lambda ledger: ledger.silences.put(silence))


def alert(name: str = "slow", service: str = "shop", *, at: float | None = 0, over: bool = False, **more: Any) -> Alert:
    """An alert of condition `name` that began `at` minutes after START."""
    begins = None if at is None else START + timedelta(minutes=at)
    status = AlertStatus.RESOLVED if over else AlertStatus.FIRING
    fields = {"source": "alertmanager", "fingerprint": name, "title": f"{name} on {service}", **more}
    return Alert(status=status, service=service, starts_at=begins, **fields)


def test_an_alert_opens_an_incident_that_says_why() -> None:
    house = House()
    outcome = house.receive(alert())
    assert outcome.declared == (outcome.decisions[0].incident_id,)
    declared = house.bodies(outcome.declared[0])[0]
    assert isinstance(declared, Declared)
    assert (declared.service, declared.started_at) == ("shop", START)
    assert "no open incident is related" in declared.reason


def test_a_replayed_notification_changes_nothing_and_is_told_so() -> None:
    house = House()
    first = house.receive(alert()).decisions[0]
    events = house.bodies(first.incident_id)
    again = house.receive(*[alert()] * 50, after=5)
    assert all(one.replayed and one.incident_id == first.incident_id for one in again.decisions)
    assert again.declared == ()
    assert house.bodies(first.incident_id) == events
    assert len(house.kept()) == 1


def test_the_same_condition_with_a_new_start_repeats_in_its_incident() -> None:
    house = House()
    _, incident = house.one(alert())
    assert house.one(alert(at=5), after=5) == ("repeated", incident)
    assert isinstance(house.bodies(incident)[-1], AlertRepeated)


def test_a_storm_of_repetitions_leaves_a_readable_timeline() -> None:
    house = House()
    _, incident = house.one(alert())
    for minute in range(1, 41):
        house.one(alert(at=minute), after=1)
    assert sum(isinstance(body, AlertRepeated) for body in house.bodies(incident)) < 15
    assert len(house.kept()) == 41


def test_a_resolved_alert_ends_its_firing_twin_and_counts_what_still_fires() -> None:
    house = House()
    _, incident = house.one(alert("slow"))
    house.one(alert("errors"))
    assert house.one(alert("slow", over=True), after=3) == ("resolved", incident)
    body = house.bodies(incident)[-1]
    assert isinstance(body, AlertResolved)
    assert (body.title, body.open_alerts) == ("slow on shop", 1)


def test_a_resolved_alert_ends_nothing_of_another_condition_or_source() -> None:
    house = House()
    _, incident = house.one(alert("slow"))
    before = house.open_incidents()
    assert house.one(alert("other", over=True)) == ("resolved", "")
    assert house.one(alert("slow", over=True, source="stranger")) == ("resolved", "")
    assert house.open_incidents() == before
    assert not any(isinstance(body, AlertResolved) for body in house.bodies(incident))


def test_a_firing_alert_that_arrives_after_its_resolution_opens_nothing() -> None:
    house = House()
    house.one(alert(over=True, ends_at=START + timedelta(minutes=2)), after=3)
    assert house.one(alert(), after=1) == ("resolved", "")
    assert house.open_incidents() == {}


def test_a_late_resolution_of_an_earlier_time_does_not_end_the_present_trouble() -> None:
    house = House()
    _, incident = house.one(alert(at=0))
    house.one(alert(at=0, over=True, ends_at=START + timedelta(minutes=1)), after=2)
    house.one(alert(at=10), after=10)
    late = alert(at=0, over=True, ends_at=START + timedelta(minutes=4))
    house.one(late, after=1)
    assert len(house.open_incidents()[incident]) == 1


def test_a_forged_end_in_the_future_cannot_quiet_later_alerts() -> None:
    house = House()
    house.one(alert(at=None, over=True, ends_at=START + timedelta(days=3650)))
    assert house.one(alert(at=30), after=30)[0] == "opened"


def test_a_condition_that_returns_after_it_was_over_is_a_new_alert_of_the_same_incident() -> None:
    house = House()
    _, incident = house.one(alert(at=0))
    house.one(alert(at=0, over=True), after=1)
    assert house.open_incidents()[incident] == frozenset()
    assert house.one(alert(at=5), after=5) == ("joined", incident)
    assert len(house.open_incidents()[incident]) == 1


def test_alerts_without_a_start_are_told_apart_when_their_state_changed_in_between() -> None:
    house = House()
    _, incident = house.one(alert(at=None))
    assert house.receive(alert(at=None), after=1).decisions[0].replayed
    assert house.one(alert(at=None, over=True), after=1) == ("resolved", incident)
    assert house.open_incidents()[incident] == frozenset()
    assert house.one(alert(at=None), after=1) == ("joined", incident)
    assert house.one(alert(at=None, over=True), after=1) == ("resolved", incident)
    assert house.open_incidents()[incident] == frozenset()


def test_an_alert_without_a_start_that_returns_after_its_incident_was_closed_opens_a_new_one() -> None:
    house = House()
    _, incident = house.one(alert(at=None))
    house.do(lambda ledger: ledger.timeline.append(incident, Closed(reason="done"), actor="person:ada", at=house.now))
    disposition, other = house.one(alert(at=None), after=600)
    assert (disposition, other != incident) == ("opened", True)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (alert("errors", "SHOP"), "same service"),
        (alert("errors", "storefront"), "same service"),
        (alert("errors", "ledger"), "neighbour"),
    ],
)
def test_related_alerts_join_one_incident_and_the_timeline_says_by_which_rule(second: Alert, reason: str) -> None:
    house = House()
    _, incident = house.one(alert("slow", "shop"))
    assert house.one(second, after=2) == ("joined", incident)
    body = house.bodies(incident)[-1]
    assert isinstance(body, AlertJoined)
    assert reason in body.reason


@pytest.mark.parametrize(
    "second",
    [
        alert("errors", "mail"),
        alert("errors", "rows"),
        alert("errors", ""),
        alert("errors", "shop", environment="staging"),
    ],
    ids=["another service", "two hops away", "no service", "another environment"],
)
def test_unrelated_alerts_open_an_incident_of_their_own(second: Alert) -> None:
    house = House()
    house.one(alert("slow", "shop", environment="production"))
    assert house.one(second, after=1)[0] == "opened"


def test_a_related_alert_long_after_the_last_event_opens_a_new_incident() -> None:
    house = House()
    house.one(alert("slow"))
    assert house.one(alert("errors", "ledger"), after=16)[0] == "opened"
    house = House()
    house.one(alert("slow"))
    assert house.one(alert("errors"), after=61)[0] == "opened"


def test_an_alert_without_a_service_joins_by_configured_labels_only() -> None:
    house = House()
    _, incident = house.one(alert("slow", labels={"rack": "r7"}))
    assert house.one(alert("hot", "", labels={"rack": "r7"}), after=1) == ("joined", incident)
    assert house.one(alert("hotter", "", labels={"rack": "r8"}), after=1)[0] == "opened"


def test_a_closed_incident_is_not_joined() -> None:
    house = House()
    _, incident = house.one(alert("slow"))
    house.do(lambda ledger: ledger.timeline.append(incident, Closed(reason="done"), actor="person:ada", at=house.now))
    assert house.one(alert("errors"), after=1)[0] == "opened"


def test_flapping_is_damped_and_judged_again_when_calm() -> None:
    house = House()
    dispositions = []
    for turn in range(6):
        dispositions.append(house.one(alert(at=turn, over=turn % 2 == 1), after=1)[0])
    house.one(alert(at=6), after=1)
    kept = house.kept()
    assert kept[0].disposition == "damped"
    assert "changes of status" in kept[0].reason
    assert house.rejudge(after=5).decisions == ()
    again = house.rejudge(after=40).decisions
    assert [one.disposition for one in again if one.alert.id == kept[0].alert.id] == ["joined"]
    assert dispositions[0] == "opened"


def test_flapping_without_an_open_incident_opens_none() -> None:
    house = House()
    _, incident = house.one(alert(at=0))
    house.do(lambda ledger: ledger.timeline.append(incident, Closed(reason="done"), actor="person:ada", at=house.now))
    for turn in range(1, 12):
        house.receive(alert(at=turn, over=turn % 2 == 1), after=1)
    opened = [one for one in house.kept() if one.disposition == "opened"]
    assert len(opened) <= 2
    assert any(one.disposition == "damped" and one.incident_id == "" for one in house.kept()) or len(opened) == 2


HOLD = [{"matchers": ["team=batch"], "count": 3, "within_minutes": 10}]


def test_held_alerts_open_one_incident_for_all_when_enough_came() -> None:
    house = House(hold=HOLD)
    batch = [alert(f"job{n}", "mail", labels={"team": "batch"}) for n in range(3)]
    assert house.one(batch[0])[0] == "held"
    assert house.one(batch[1], after=1)[0] == "held"
    assert house.open_incidents() == {}
    disposition, incident = house.one(batch[2], after=1)
    assert disposition == "joined"
    assert len(house.open_incidents()[incident]) == 3
    assert sorted(one.disposition for one in house.kept()) == ["joined", "joined", "opened"]


def test_held_alerts_that_stay_alone_or_are_over_open_nothing() -> None:
    house = House(hold=HOLD)
    house.one(alert("job0", "mail", labels={"team": "batch"}))
    house.one(alert("job0", "mail", over=True, labels={"team": "batch"}), after=1)
    house.one(alert("job1", "mail", labels={"team": "batch"}), after=1)
    assert house.one(alert("job2", "mail", labels={"team": "batch"}), after=1)[0] == "held"
    house.rejudge(after=20)
    assert house.open_incidents() == {}
    assert {one.disposition for one in house.kept()} == {"resolved", "watched"}


def test_a_silenced_alert_is_kept_and_judged_again_when_the_silence_ends() -> None:
    house = House()
    house.silence(Matcher(name="service", value="shop"), minutes=30)
    assert house.one(alert("slow"))[0] == "silenced"
    assert house.one(alert("errors"))[0] == "silenced"
    house.one(alert("errors", over=True), after=1)
    assert house.rejudge(after=1).decisions == ()
    assert house.open_incidents() == {}
    outcome = house.rejudge(after=30)
    assert sorted(one.disposition for one in outcome.decisions) == ["opened", "resolved"]
    assert len(outcome.declared) == 1
    assert house.rejudge(after=1).decisions == ()


def test_maintenance_from_the_configuration_is_quiet_in_its_hours_only() -> None:
    weekly = {
        "days": ["sun"],
        "start": "23:00",
        "minutes": 120,
    }  # START is a Sunday noon; the window reaches into Monday
    house = House(maintenance=[{"name": "backup", "matchers": ["service=shop"], "weekly": weekly}])
    house.now = START.replace(hour=22, minute=59)
    assert house.one(alert("early", at=None))[0] == "opened"
    house.now = START.replace(hour=23) + timedelta(minutes=90)
    assert house.one(alert("late", at=None))[0] == "silenced"
    assert len(house.rejudge(after=30).decisions) == 1


def test_a_silence_from_alertmanager_quiets_its_own_alerts_and_nobody_elses() -> None:
    item = {
        "id": "f1",
        "status": {"state": "active"},
        "matchers": [{"name": "service", "value": "sh.*", "isRegex": True, "isEqual": True}],
        "startsAt": "2026-03-01T11:00:00.000Z",
        "endsAt": "2026-03-01T13:00:00.000Z",
        "createdBy": "ada",
        "comment": "moving house",
    }
    found, refused = alertmanager_silences([item, {"id": "f2"}, 7, item | {"id": "f3", "matchers": []}])
    assert (len(found), len(refused)) == (1, 3)
    house = House()
    house.do(lambda ledger: ledger.silences.put(found[0]))
    assert house.one(alert("slow"))[0] == "silenced"
    assert house.one(alert("slow", source="datadog"))[0] == "opened"


@pytest.mark.parametrize("matchers", [[], ["service=~.*"], ["team!=web"], ["nonsense"], ["service=~(a"]])
def test_a_silence_for_everything_or_with_a_broken_pattern_is_refused(matchers: list[str]) -> None:
    with pytest.raises(ValidationError):
        IntakeRules.model_validate({"hold": [{"matchers": matchers, "count": 2, "within_minutes": 1}]})


def test_heartbeats_and_informational_alerts_open_nothing_and_stay_visible() -> None:
    house = House()
    beat = alert("wd", "", labels={"alertname": "Watchdog"}, severity=AlertSeverity.CRITICAL)
    assert house.one(beat) == ("watched", "")
    house.one(beat, after=5)
    assert house.one(alert("fyi", severity=AlertSeverity.INFO)) == ("watched", "")
    assert house.open_incidents() == {}
    assert len(house.kept()) == 3, "each heartbeat is kept, so that its absence can be seen"


def test_a_storm_neither_floods_a_timeline_nor_lets_its_incident_fall_asleep() -> None:
    house = House(listed_joins=10)
    outcome = house.receive(*[alert(f"pod{n}") for n in range(300)])
    (incident,) = outcome.declared
    assert {one.incident_id for one in house.kept()} == {incident}
    bodies = house.bodies(incident)
    assert [type(body) for body in bodies] == [Declared, *[AlertJoined] * 9, Noted]
    for n in range(300, 480):
        assert house.one(alert(f"pod{n}"), after=1) == ("joined", incident), "three hours, one incident"
    assert len(house.bodies(incident)) < 11 + 20
    house.receive(*[alert(f"pod{n}", over=True) for n in range(480)], after=1)
    last = [body for body in house.bodies(incident) if isinstance(body, AlertResolved)][-1]
    assert last.open_alerts == 1, "it never says that all is over when not all was listed"


CONDITIONS = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["shop", "ledger", "mail", ""]),
    st.sampled_from([0.0, 3.0]),
    st.booleans(),
    st.sampled_from(["alertmanager", "datadog", "timeless"]),
)


def sent(name: str, service: str, at: float, over: bool, source: str) -> Alert:
    """A vendor either sends starts or does not."""
    return alert(name, service, at=None if source == "timeless" else at, over=over, source=source)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), deliveries=st.lists(st.lists(CONDITIONS, min_size=1, max_size=4), min_size=1, max_size=8))
def test_any_replay_in_any_order_leaves_the_same_open_incidents_and_loses_no_alert(
    data: st.DataObject, deliveries: list[list[tuple[str, str, float, bool, str]]]
) -> None:
    house = House(flapping={"changes": 1000})
    batches = [[sent(*one) for one in batch] for batch in deliveries]
    for batch in batches:
        outcome = house.receive(*batch, after=1)
        assert [one.alert.fingerprint for one in outcome.decisions] == [one.fingerprint for one in batch]
    kept = {one.alert.id for one in house.kept()}
    before = set(house.open_incidents())
    for batch in data.draw(st.permutations(batches)):
        outcome = house.receive(*batch)
        assert outcome.declared == ()
    assert set(house.open_incidents()) == before
    assert kept <= {one.alert.id for one in house.kept()}
    known = {"opened", "joined", "repeated", "resolved", "held", "silenced", "damped", "watched"}
    assert {one.disposition for one in house.kept()} <= known
    assert all(one.reason for one in house.kept())
