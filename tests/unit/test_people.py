"""What people do on an incident: who may, when it makes sense, what the timeline says of it, and that refusals leave nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError, Denied, NotFound, NotNow, TocsinError
from tocsin.model.action import Decision, Mode, Outcome, RenderedStep, Risk, Verdict
from tocsin.model.acts import (
    ActionFinished,
    ActionRequested,
    ActionStarted,
    ActionUnknown,
    ActionVerified,
    Seat,
    SeatTaken,
)
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.event import (
    AlertJoined,
    AlertResolved,
    Body,
    Declared,
    Diagnosed,
    Event,
    InvestigationStarted,
    Triaged,
)
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import LOCAL_OPERATOR, SERVICE, Principal, Role
from tocsin.model.incident import Incident, fold
from tocsin.model.plain import minute
from tocsin.model.state import State
from tocsin.model.telling_acts import tell_act
from tocsin.model.triage import Triage
from tocsin.ports import KeptAlert, Ledger
from tocsin.stages import people
from tocsin.stages.people import TWO_HATS, Attempt, Done, asks
from tocsin.store.memory import MemoryStore

NOW = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
ADA = Principal(id="ada@example.com", roles=frozenset({Role.COMMANDER}))
BOB = Principal(id="bob@example.com", roles=frozenset({Role.RESPONDER}))
EVE = Principal(id="eve@example.com", roles=frozenset({Role.VIEWER}))


class Numbers:
    """Names that count."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next)}"


class Bench:
    """A store in memory, a clock to move, and the acts of people on it."""

    def __init__(self) -> None:
        self.store, self.names, self.now = MemoryStore(), Numbers(), NOW

    def do(self, who: Principal, act: Callable[..., Incident], *arguments: Any) -> Done:
        named = arguments[0] if arguments and isinstance(arguments[0], str) else ""

        def work(ledger: Ledger) -> Done:
            attempt = Attempt(ledger, who, self.now, self.names)
            return people.carry_out(attempt, lambda one: act(one, *arguments), named)

        return asyncio.run(self.store.write(work))

    def machine(self, incident_id: str, *bodies: Body) -> None:
        def work(ledger: Ledger) -> None:
            for body in bodies:
                ledger.timeline.append(incident_id, body, actor="role:test", at=self.now)

        asyncio.run(self.store.write(work))

    def declared(self, who: Principal = ADA, **fields: Any) -> str:
        return self.do(who, people.declare, asks.Declare(title="Checkout is down", **fields)).incident

    def incident(self, incident_id: str) -> Incident:
        found = asyncio.run(self.store.read(lambda ledger: ledger.incidents.get(incident_id)))
        assert found is not None
        return found

    def events(self, incident_id: str) -> list[Event]:
        return asyncio.run(self.store.read(lambda ledger: ledger.timeline.events(incident_id)))

    def alerts(self, incident_id: str) -> list[KeptAlert]:
        return asyncio.run(self.store.read(lambda ledger: ledger.alerts.recent(incident_id=incident_id)))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def severity(level: Severity, reason: str = "more users") -> asks.ChangeSeverity:
    return asks.ChangeSeverity(severity=level, reason=reason)


def seat(which: Seat, person: str | None = None) -> asks.Assign:
    return asks.Assign(seat=which, person=person)


def action(name: str = "ACT-1", risk: Risk = Risk.REVERSIBLE) -> ActionRequested:
    step = RenderedStep(
        runbook_id="rb",
        runbook_version=1,
        runbook_digest="d",
        step_index=0,
        name="restart",
        text="Restart the pool",
        purpose="mitigate",
        executor="command",
        call={},
        shown="restart pool",
        environment="production",
        risk=risk,
    )
    verdict = Verdict(decision=Decision.ONE, mode=Mode.ACT, reason="one approver")
    return ActionRequested(
        action_id=name, step=step, rehearsal=None, verdict=verdict, expires_at=NOW + timedelta(minutes=15)
    )


def diagnosis(*causes: str) -> Diagnosed:
    ranked = tuple(Hypothesis(cause=one, text=f"it is {one}", confidence=0.7) for one in causes)
    known = ranked[0].text if ranked else ""
    return Diagnosed(diagnosis=Diagnosis(specialist="s", root_cause=known, confidence=0.7, hypotheses=ranked))


def triaged(level: Severity = Severity.SEV3, type: IncidentType = IncidentType.DATABASE) -> Triaged:
    made = Triage(
        type=type,
        type_confidence=0.9,
        severity=level,
        rule="a rule",
        specialist="database-specialist",
    )
    return Triaged(triage=made)


# Declaring -----------------------------------------------------------------------------------------------------------


def test_a_person_can_declare_what_no_alert_has_seen_and_triage_gets_the_words_to_read(bench: Bench) -> None:
    name = bench.declared(BOB, service="shop", description="500s everywhere", started_at=NOW - timedelta(minutes=9))
    one = bench.incident(name)
    assert (one.state, one.title, one.service) == (State.DECLARED, "Checkout is down", "shop")
    assert one.started_at == NOW - timedelta(minutes=9)
    (kept,) = bench.alerts(name)
    assert kept.alert.id in one.alert_ids
    assert "500s everywhere" in kept.alert.text
    assert bench.events(name)[0].actor == "person:bob@example.com"


def test_who_declares_may_say_a_severity_and_triage_can_only_raise_it(bench: Bench) -> None:
    name = bench.declared(severity=Severity.SEV2)
    bench.machine(name, triaged(Severity.SEV3))
    assert bench.incident(name).severity is Severity.SEV2
    other = bench.declared(severity=Severity.SEV3)
    bench.machine(other, triaged(Severity.SEV1))
    assert bench.incident(other).severity is Severity.SEV1


def test_an_incident_cannot_begin_in_the_future(bench: Bench) -> None:
    with pytest.raises(DataError):
        bench.declared(started_at=NOW + timedelta(minutes=1))


# Rights --------------------------------------------------------------------------------------------------------------

COMMANDING: dict[str, Callable[[Bench, Principal, str], Any]] = {
    "lower severity": lambda b, who, name: b.do(who, people.change_severity, name, severity(Severity.SEV4)),
    "assign": lambda b, who, name: b.do(who, people.assign, name, seat(Seat.SCRIBE, "dan")),
    "all-clear": lambda b, who, name: b.do(who, people.all_clear, name, asks.AllClear()),
    "merge": lambda b, who, name: b.do(who, people.merge, name, asks.Merge(into=b.declared(), reason="same")),
    "close": lambda b, who, name: b.do(who, people.close_as_false_alarm, name, asks.CloseAsFalseAlarm(reason="test")),
}
RESPONDING: dict[str, Callable[[Bench, Principal, str], Any]] = {
    "acknowledge": lambda b, who, name: b.do(who, people.acknowledge, name),
    "raise severity": lambda b, who, name: b.do(who, people.change_severity, name, severity(Severity.SEV1)),
    "note": lambda b, who, name: b.do(who, people.note, name, asks.Note(text="seen")),
    "hypothesis": lambda b, who, name: b.do(who, people.raise_hypothesis, name, asks.RaiseHypothesis(text="the disk")),
    "line": lambda b, who, name: b.do(who, people.open_line, name, asks.OpenLine(question="why?", owner="dan")),
    "next": lambda b, who, name: b.do(who, people.set_next_action, name, asks.SetNextAction(text="look", owner="dan")),
    "mitigated": lambda b, who, name: b.do(who, people.mark_mitigated, name, asks.MarkMitigated(text="rolled back")),
}


@pytest.mark.parametrize("act", COMMANDING)
@pytest.mark.parametrize("who", [BOB, EVE, SERVICE], ids=lambda one: one.id)
def test_only_a_commander_commands_and_a_denied_act_leaves_nothing(bench: Bench, act: str, who: Principal) -> None:
    name = bench.declared(severity=Severity.SEV2)
    before = bench.events(name)
    with pytest.raises(Denied) as refused:
        COMMANDING[act](bench, who, name)
    assert refused.value.do
    assert bench.events(name) == before
    COMMANDING[act](bench, ADA, name)
    assert len(bench.events(name)) > len(before)


@pytest.mark.parametrize("act", RESPONDING)
def test_whoever_responds_may_respond_and_a_viewer_only_looks(bench: Bench, act: str) -> None:
    name = bench.declared(severity=Severity.SEV3)
    before = bench.events(name)
    with pytest.raises(Denied):
        RESPONDING[act](bench, EVE, name)
    assert bench.events(name) == before
    RESPONDING[act](bench, BOB, name)
    assert bench.events(name)[-1].actor == "person:bob@example.com"


@pytest.mark.parametrize("act", {**RESPONDING, **COMMANDING})
def test_nobody_works_on_an_incident_that_is_over_but_notes_may_follow(bench: Bench, act: str) -> None:
    name = bench.declared(severity=Severity.SEV3)
    bench.do(ADA, people.close_as_false_alarm, name, asks.CloseAsFalseAlarm(reason="a drill"))
    work = {**RESPONDING, **COMMANDING}[act]
    if act == "note":
        work(bench, ADA, name)
        assert bench.incident(name).state is State.CLOSED
        return
    with pytest.raises(NotNow) as refused:
        work(bench, ADA, name)
    assert refused.value.code == "TCS-ACT-CLOSED"


def test_an_incident_that_does_not_exist_is_said_so(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.do(ADA, people.acknowledge, "INC-none")


def test_the_local_operator_is_named_on_every_event(bench: Bench) -> None:
    name = bench.declared(LOCAL_OPERATOR)
    bench.do(LOCAL_OPERATOR, people.note, name, asks.Note(text="seen"))
    assert {one.actor for one in bench.events(name)} == {"person:local-operator"}


# Acknowledging -------------------------------------------------------------------------------------------------------


def test_the_first_to_acknowledge_has_it_and_the_second_hears_who(bench: Bench) -> None:
    name = bench.declared()
    bench.do(BOB, people.acknowledge, name)
    with pytest.raises(NotNow, match=r"bob@example\.com"):
        bench.do(ADA, people.acknowledge, name)
    assert bench.incident(name).acknowledged_by == "person:bob@example.com"


def test_a_program_cannot_acknowledge_for_people_nor_own_their_work(bench: Bench) -> None:
    name = bench.declared()
    with pytest.raises(Denied):
        bench.do(SERVICE, people.acknowledge, name)
    with pytest.raises(DataError):
        bench.do(SERVICE, people.set_next_action, name, asks.SetNextAction(text="look"))
    bench.do(SERVICE, people.note, name, asks.Note(text="from the chat"))
    assert bench.events(name)[-1].actor == "service:serve.token"


# Severity and seats --------------------------------------------------------------------------------------------------


def test_raising_a_severity_is_never_refused_for_two_hats_it_is_flagged(bench: Bench) -> None:
    name = bench.declared(severity=Severity.SEV2)
    for one in (Seat.COMMANDER, Seat.COMMUNICATIONS_LEAD):
        bench.do(ADA, people.assign, name, seat(one))
    done = bench.do(BOB, people.change_severity, name, severity(Severity.SEV1))
    assert done.severity is Severity.SEV1
    assert [one.code for one in bench.incident(name).flags] == [TWO_HATS]


@pytest.mark.parametrize(
    ("first", "second"),
    [(Seat.COMMANDER, Seat.COMMUNICATIONS_LEAD), (Seat.COMMUNICATIONS_LEAD, Seat.COMMANDER)],
)
def test_on_a_sev1_the_commander_does_not_lead_communications(bench: Bench, first: Seat, second: Seat) -> None:
    name = bench.declared(severity=Severity.SEV1)
    bench.do(ADA, people.assign, name, seat(first, "dan@example.com"))
    with pytest.raises(NotNow) as refused:
        bench.do(ADA, people.assign, name, seat(second, " Dan@Example.com "))
    assert refused.value.code == "TCS-ACT-TWO-HATS"
    bench.do(ADA, people.assign, name, seat(second, "ann@example.com"))
    assert bench.incident(name).seats[second] == "ann@example.com"


def test_a_transfer_of_command_says_who_handed_over(bench: Bench) -> None:
    name = bench.declared()
    bench.do(ADA, people.assign, name, seat(Seat.COMMANDER))
    done = bench.do(ADA, people.assign, name, seat(Seat.COMMANDER, "dan"))
    assert done.events[-1].body == SeatTaken(seat=Seat.COMMANDER, person="dan", handed_over_by="ada@example.com")
    assert bench.incident(name).seats == {Seat.COMMANDER: "dan"}
    with pytest.raises(NotNow):
        bench.do(ADA, people.assign, name, seat(Seat.COMMANDER, "dan"))


def test_there_is_one_next_action_with_one_owner(bench: Bench) -> None:
    name = bench.declared()
    bench.do(BOB, people.set_next_action, name, asks.SetNextAction(text="look at the pool"))
    bench.do(BOB, people.set_next_action, name, asks.SetNextAction(text="roll back", owner="ann"))
    following = bench.incident(name).next_action
    assert following is not None
    assert (following.text, following.owner) == ("roll back", "ann")
    for owners in ("ann, bob", "ann and bob", "ann;bob", "", "  "):
        with pytest.raises(ValueError, match="one person"):
            asks.SetNextAction(text="roll back", owner=owners)


# Thinking ------------------------------------------------------------------------------------------------------------


def test_a_raised_hypothesis_is_ruled_out_once_with_its_reason(bench: Bench) -> None:
    name = bench.declared()
    done = bench.do(BOB, people.raise_hypothesis, name, asks.RaiseHypothesis(text="the disk is full"))
    idea = done.events[0].body.hypothesis_id
    bench.do(BOB, people.rule_out, name, idea, asks.RuleOut(reason="40% free"))
    assert bench.incident(name).ideas[0].ruled_out == "40% free"
    with pytest.raises(NotNow):
        bench.do(BOB, people.rule_out, name, idea, asks.RuleOut(reason="again"))
    with pytest.raises(NotFound):
        bench.do(BOB, people.rule_out, name, "HYP-none", asks.RuleOut(reason="again"))


def test_a_person_can_rule_out_what_the_diagnosis_believes(bench: Bench) -> None:
    name = bench.declared()
    bench.machine(name, triaged(), diagnosis("pool_exhaustion", "disk_full"))
    bench.do(BOB, people.rule_out, name, "pool_exhaustion", asks.RuleOut(reason="the pool is idle"))
    made = bench.incident(name).diagnosis
    assert made is not None
    assert ([one.cause for one in made.hypotheses], made.root_cause) == (["disk_full"], "")
    with pytest.raises(NotNow):
        bench.do(BOB, people.rule_out, name, "pool_exhaustion", asks.RuleOut(reason="again"))


def test_a_cause_that_a_person_confirmed_stands_until_it_is_ruled_out(bench: Bench) -> None:
    name = bench.declared()
    bench.machine(name, triaged(), diagnosis("pool_exhaustion", "disk_full"))
    bench.do(BOB, people.confirm, name, "pool_exhaustion", asks.Confirm(shown_by="500 of 500 in use"))
    assert bench.incident(name).confirmed_cause == "pool_exhaustion"
    with pytest.raises(NotNow):
        bench.do(BOB, people.confirm, name, "pool_exhaustion", asks.Confirm(shown_by="again"))
    with pytest.raises(NotFound):
        bench.do(BOB, people.confirm, name, "HYP-none", asks.Confirm(shown_by="a hunch"))
    bench.do(BOB, people.rule_out, name, "pool_exhaustion", asks.RuleOut(reason="a leak, not the pool"))
    assert bench.incident(name).confirmed_cause == ""
    with pytest.raises(NotNow):
        bench.do(BOB, people.confirm, name, "pool_exhaustion", asks.Confirm(shown_by="after all"))


def test_a_line_of_investigation_has_an_owner_a_question_and_ten_minutes(bench: Bench) -> None:
    name = bench.declared()
    done = bench.do(BOB, people.open_line, name, asks.OpenLine(question="is it the disk?"))
    (line,) = bench.incident(name).lines
    assert (line.owner, line.question) == ("bob@example.com", "is it the disk?")
    assert line.until - line.opened_at == timedelta(minutes=10)
    bench.do(BOB, people.end_line, name, done.events[0].body.line_id, asks.EndLine(finding="no"))
    assert bench.incident(name).lines[0].ended_at == NOW
    with pytest.raises(NotNow):
        bench.do(BOB, people.end_line, name, line.id, asks.EndLine())
    with pytest.raises(NotFound):
        bench.do(BOB, people.end_line, name, "LIN-none", asks.EndLine())


# Ending --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "hours"), [(Severity.SEV1, 48), (Severity.SEV2, 48), (Severity.SEV3, 168), (Severity.SEV4, None)]
)
def test_the_all_clear_says_who_the_cause_and_when_the_post_mortem_is(
    bench: Bench, level: Severity, hours: int | None
) -> None:
    name = bench.declared(severity=level)
    bench.machine(
        name, triaged(level), diagnosis("pool_exhaustion"), action(), ActionStarted(action_id="ACT-1", key="k")
    )
    bench.machine(
        name,
        ActionFinished(action_id="ACT-1", outcome=Outcome(ok=True, said="done")),
        ActionVerified(action_id="ACT-1", passed=True, said="quiet"),
    )
    said = bench.do(ADA, people.all_clear, name, asks.AllClear()).events[-1].body
    assert (said.cause, said.fix) == ("it is pool_exhaustion", "Restart the pool")
    assert said.confirmed_by == ("person:ada@example.com",)
    assert said.post_mortem_at == (NOW + timedelta(hours=hours) if hours else None)
    told = tell_act(said)
    assert told.startswith(f"all-clear after {said.lasted}, confirmed by person:ada@example.com; cause: it is pool")
    assert told.endswith(f"post-mortem: {minute(said.post_mortem_at) if hours else 'not needed'}")
    assert bench.incident(name).state is State.RESOLVED


def test_nobody_ends_an_incident_whose_step_is_running_or_unknown(bench: Bench) -> None:
    name = bench.declared()
    bench.machine(name, action(), ActionStarted(action_id="ACT-1", key="k"))
    for unsettled in ((), (ActionUnknown(action_id="ACT-1", why="cut"),)):
        bench.machine(name, *unsettled)
        for act in ("all-clear", "close", "merge"):
            with pytest.raises(NotNow) as refused:
                COMMANDING[act](bench, ADA, name)
            assert refused.value.code == "TCS-ACT-UNSETTLED"


def test_a_post_mortem_does_not_lie_in_the_past(bench: Bench) -> None:
    name = bench.declared()
    with pytest.raises(DataError):
        bench.do(ADA, people.all_clear, name, asks.AllClear(post_mortem_at=NOW))


def test_what_a_person_ended_is_not_undone_by_a_step_that_was_under_way(bench: Bench) -> None:
    name = bench.declared()
    bench.do(ADA, people.close_as_false_alarm, name, asks.CloseAsFalseAlarm(reason="a drill"))
    started = InvestigationStarted(specialist="s", roles=(), window_start=NOW, window_end=NOW)
    bench.machine(name, triaged(), started, diagnosis("pool_exhaustion"))
    assert bench.incident(name).state is State.CLOSED
    bench.do(ADA, people.reopen, name, asks.Reopen(reason="it was none"))
    assert bench.incident(name).state is State.IDENTIFIED


def test_mitigated_is_said_once_and_again_when_it_did_not_hold(bench: Bench) -> None:
    name = bench.declared()
    bench.do(BOB, people.mark_mitigated, name, asks.MarkMitigated(text="flag off"))
    with pytest.raises(NotNow):
        bench.do(BOB, people.mark_mitigated, name, asks.MarkMitigated(text="flag off"))
    bench.do(ADA, people.all_clear, name, asks.AllClear())
    with pytest.raises(NotNow):
        bench.do(ADA, people.all_clear, name, asks.AllClear())
    bench.do(ADA, people.reopen, name, asks.Reopen(reason="it is back"))
    bench.do(BOB, people.mark_mitigated, name, asks.MarkMitigated(text="flag really off"))
    with pytest.raises(NotNow):
        bench.do(ADA, people.reopen, name, asks.Reopen(reason="it is open"))


def alert(name: str, status: AlertStatus = AlertStatus.FIRING) -> Alert:
    return Alert(id=name, source="am", fingerprint=name, status=status, title=name, service="shop", received_at=NOW)


def test_a_merged_incident_gives_its_alerts_to_the_other_and_both_tell_of_it(bench: Bench) -> None:
    part, whole = bench.declared(), bench.declared()

    def more(ledger: Ledger) -> None:
        for name in ("A1", "A2"):
            ledger.alerts.put(KeptAlert(alert(name), "joined", "same service", part))
            body = AlertJoined(alert_id=name, title=name, service="shop", reason="same service")
            ledger.timeline.append(part, body, actor="intake", at=NOW)
        ledger.timeline.append(part, AlertResolved(alert_id="A1", title="A1", open_alerts=2), actor="intake", at=NOW)

    asyncio.run(bench.store.write(more))
    bench.do(ADA, people.merge, part, asks.Merge(into=whole, reason="one outage"))
    gone, kept = bench.incident(part), bench.incident(whole)
    assert (gone.state, gone.merged_into) == (State.CLOSED, whole)
    assert set(gone.alert_ids) < set(kept.alert_ids)
    assert kept.resolved_alert_ids == ("A1",)
    assert bench.alerts(part) == []
    assert {one.alert.id for one in bench.alerts(whole)} == set(kept.alert_ids)
    assert any(part in (one.body.text if one.body.kind == "noted" else "") for one in bench.events(whole))


def test_an_incident_is_merged_neither_into_itself_nor_into_one_that_is_over(bench: Bench) -> None:
    one, other = bench.declared(), bench.declared()
    with pytest.raises(DataError):
        bench.do(ADA, people.merge, one, asks.Merge(into=one, reason="same"))
    with pytest.raises(NotFound):
        bench.do(ADA, people.merge, one, asks.Merge(into="INC-none", reason="same"))
    bench.do(ADA, people.close_as_false_alarm, other, asks.CloseAsFalseAlarm(reason="a drill"))
    with pytest.raises(NotNow):
        bench.do(ADA, people.merge, one, asks.Merge(into=other, reason="same"))
    assert len(bench.events(one)) == 1


@pytest.mark.parametrize("words", ["", "   ", "\u200b", "\n\t", "\u202e\x00"])
def test_words_that_nobody_could_read_are_refused(words: str) -> None:
    for made in (
        lambda: asks.Note(text=words),
        lambda: asks.Declare(title=words),
        lambda: asks.Reopen(reason=words),
    ):
        with pytest.raises(ValueError, match=r"text|title|reason"):
            made()


# Any sequence --------------------------------------------------------------------------------------------------------

WHO = st.sampled_from([ADA, BOB, EVE, SERVICE, LOCAL_OPERATOR])
PEOPLE = st.sampled_from(["ann", "bob@example.com", "ada@example.com", None])
PICK = st.integers(0, 3)
STEP = st.one_of(
    st.tuples(st.just("declare"), st.sampled_from([None, *Severity])),
    st.tuples(st.just("assign"), st.sampled_from(Seat), PEOPLE),
    st.tuples(st.just("severity"), st.sampled_from(Severity)),
    st.tuples(st.just("rule_out"), PICK),
    st.tuples(st.just("line"), PEOPLE),
    st.tuples(st.just("end_line"), PICK),
    st.tuples(st.just("next"), PEOPLE),
    st.tuples(st.just("merge"), PICK),
    *(st.tuples(st.just(name)) for name in ("ack", "note", "idea", "mitigated", "clear", "reopen", "close", "machine")),
)


def play(  # noqa: C901 - one case for each act
    bench: Bench, who: Principal, names: list[str], at: int, step: tuple[Any, ...]
) -> Any:
    name = names[at % len(names)]
    one = bench.incident(name)
    match step:
        case ("declare", level):
            names.append(bench.declared(who, severity=level))
        case ("assign", which, person):
            bench.do(who, people.assign, name, seat(which, person))
        case ("severity", level):
            bench.do(who, people.change_severity, name, severity(level))
        case ("rule_out", number):
            idea = one.ideas[number % len(one.ideas)].id if one.ideas else "pool_exhaustion"
            bench.do(who, people.rule_out, name, idea, asks.RuleOut(reason="no"))
        case ("line", person):
            bench.do(who, people.open_line, name, asks.OpenLine(question="why?", owner=person))
        case ("end_line", number):
            line = one.lines[number % len(one.lines)].id if one.lines else "LIN-none"
            bench.do(who, people.end_line, name, line, asks.EndLine())
        case ("next", person):
            bench.do(who, people.set_next_action, name, asks.SetNextAction(text="look", owner=person))
        case ("merge", number):
            bench.do(who, people.merge, name, asks.Merge(into=names[number % len(names)], reason="same"))
        case ("ack",):
            bench.do(who, people.acknowledge, name)
        case ("note",):
            bench.do(who, people.note, name, asks.Note(text="seen"))
        case ("idea",):
            bench.do(who, people.raise_hypothesis, name, asks.RaiseHypothesis(text="the disk"))
        case ("mitigated",):
            bench.do(who, people.mark_mitigated, name, asks.MarkMitigated(text="flag off"))
        case ("clear",):
            bench.do(who, people.all_clear, name, asks.AllClear())
        case ("reopen",):
            bench.do(who, people.reopen, name, asks.Reopen(reason="back"))
        case ("close",):
            bench.do(who, people.close_as_false_alarm, name, asks.CloseAsFalseAlarm(reason="drill"))
        case ("machine",):
            if one.is_open:
                bench.machine(name, triaged(), diagnosis("pool_exhaustion"))


def whole(bench: Bench, names: list[str]) -> None:
    """What must hold whatever people did."""
    for name in names:
        events, one = bench.events(name), bench.incident(name)
        assert fold(name, events) == one
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        held: dict[Seat, str] = {}
        for event in events:
            if isinstance(event.body, SeatTaken):
                assert event.body.handed_over_by == held.get(event.body.seat, "")
                held[event.body.seat] = event.body.person
        assert one.seats == held
        both = held.get(Seat.COMMANDER) and held.get(Seat.COMMANDER) == held.get(Seat.COMMUNICATIONS_LEAD)
        if one.severity is Severity.SEV1 and both:
            assert TWO_HATS in [flag.code for flag in one.flags]
        assert sum(isinstance(event.body, Declared) for event in events) == 1
        assert not one.merged_into or one.state is State.CLOSED
        assert {event.actor for event in events} <= {f"person:{x.id}" for x in (ADA, BOB, LOCAL_OPERATOR)} | {
            SERVICE.actor,
            "role:test",
        }


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(WHO, PICK, STEP), max_size=30))
def test_no_sequence_of_acts_breaks_the_fold_or_leaves_two_commanders(steps: list[Any]) -> None:
    bench = Bench()
    names = [bench.declared()]
    for who, at, step in steps:
        before = bench.store._shelves
        try:
            play(bench, who, names, at, step)
        except TocsinError as refused:
            assert refused.what
            assert refused.do
            assert bench.store._shelves is before, "a refused act left something"
        bench.now += timedelta(minutes=1)
    whole(bench, names)


def test_the_minutes_of_a_line_are_configured_and_a_person_may_say_others(bench: Bench) -> None:
    name = bench.declared()
    rules = people.PeopleRules(line_minutes=25)

    def work(ledger: Ledger, ask: asks.OpenLine) -> Incident:
        return people.open_line(replace(Attempt(ledger, ADA, NOW, bench.names), rules=rules), name, ask)

    for ask in (asks.OpenLine(question="a?"), asks.OpenLine(question="b?", minutes=5)):
        asyncio.run(bench.store.write(lambda ledger, ask=ask: work(ledger, ask)))
    assert [(one.until - one.opened_at).seconds // 60 for one in bench.incident(name).lines] == [25, 5]
