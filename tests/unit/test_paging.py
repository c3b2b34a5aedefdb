"""Who is called, when, and that nobody is called twice or for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from benchmarks.acting import CATALOGUE, runbook
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.unit.cases import START, history, triage

from tocsin.model.action import Decision, Mode, Verdict
from tocsin.model.acts import (
    Acknowledged,
    ActionRequested,
    ActionStarted,
    ActionUnknown,
    Paged,
    Resolved,
    SeatTaken,
    Unpaged,
)
from tocsin.model.event import Event, Triaged
from tocsin.model.ground import Severity
from tocsin.model.incident import fold
from tocsin.model.move import Tell, Wait
from tocsin.model.rota import OnCall, Override, Rota
from tocsin.stages.course import first
from tocsin.stages.paging import due
from tocsin.stages.remediate.render import render
from tocsin.stages.remediate.scope import Scope

RULES = OnCall(
    rotas=(
        Rota(name="first", people=("ada@example.com", "bo@example.com")),
        Rota(name="second", people=("cy@example.com",)),
    ),
    escalation=("first", "second"),
    directory={"vp-engineering": ("vera@example.com",), "approver": ("ann@example.com",)},
)


class Story:
    """An incident that goes on as paging says."""

    def __init__(self, severity=Severity.SEV2, notify=("oncall:primary",), mode=Mode.PROPOSE, rules=RULES):
        self.events = history(Triaged(triage=triage(severity=severity, notify=notify)))
        self.mode, self.rules = mode, rules
        self.letters = []

    @property
    def incident(self):
        return fold("INC-1", self.events)

    def happen(self, body, minutes=0.0, actor="person:dee@example.com"):
        at = START + timedelta(minutes=minutes)
        self.events.append(Event(incident_id="INC-1", seq=len(self.events) + 1, at=at, actor=actor, body=body))

    def next(self, minutes):
        """What the loop would do then."""
        return first(due(self.incident, START + timedelta(minutes=minutes), self.rules, self.mode), frozenset())

    def look(self, minutes):
        """Carries out what is due until there is nothing more, and returns whom it called."""
        called = []
        for _ in range(10):
            move = self.next(minutes)
            if not isinstance(move, Tell):
                return called
            for happening in move.events:
                self.happen(happening.body, minutes, happening.actor)
                if isinstance(happening.body, Paged):
                    called.append(happening.body.target)
            self.letters += move.letters
        raise AssertionError("paging does not come to an end")


def test_a_sev1_calls_everyone_on_call_and_the_vice_president():
    story = Story(Severity.SEV1, ("oncall:all", "role:vp-engineering"))
    assert story.look(2) == ["oncall:all", "role:vp-engineering"]
    people = [letter.payload["people"] for letter in story.letters]
    assert people[1] == "vera@example.com"
    assert "cy@example.com" in people[0]


def test_a_sev2_calls_the_primary_and_only_the_primary():
    story = Story()
    assert story.look(2) == ["oncall:primary"]
    assert story.look(3) == []


@pytest.mark.parametrize("severity", [Severity.SEV3, Severity.SEV4])
def test_a_minor_incident_wakes_nobody(severity):
    assert Story(severity, ("#incidents",)).look(60) == []


@pytest.mark.parametrize("chat", [True, False])
def test_a_sev3_is_told_to_its_channel_once_and_says_when_nobody_is_there_to_tell(chat):
    story = Story(Severity.SEV3, ("#incidents",))
    rules = RULES.model_copy(update={"chat": chat})
    (move,) = due(story.incident, START, rules)
    assert [letter.kind for letter in move.letters] == (["channel"] if chat else [])
    assert move.events[0].body.sent is chat
    story.happen(move.events[0].body)
    assert list(due(story.incident, START, rules)) == []


def test_a_call_nobody_acknowledges_goes_to_the_next_level_and_then_to_everyone():
    story = Story()
    story.look(2)
    assert story.look(6.9) == []
    assert story.look(7.1) == ["oncall:2"]
    assert story.look(12.2) == ["oncall:all"]
    assert story.look(60) == []


def test_an_acknowledged_call_is_not_escalated():
    story = Story()
    story.look(2)
    story.happen(Acknowledged(), 4)
    assert story.look(30) == []


def test_people_who_are_on_it_already_are_not_called_again():
    story = Story()
    on_call = RULES.who("oncall:primary", START)[0]
    story.happen(SeatTaken(seat="commander", person=on_call), 1)
    story.look(2)
    assert all(on_call not in letter.payload["people"] for letter in story.letters)


def test_when_it_is_over_everybody_called_is_told_once():
    story = Story()
    story.look(2)
    story.happen(Resolved(confirmed_by=("ada",), cause="", fix=""), 5)
    story.look(6)
    assert [page.over for page in story.incident.pages] == [True]
    assert sum(letter.kind == "unpage" for letter in story.letters) == 1
    assert story.look(7) == []
    assert any(isinstance(event.body, Unpaged) for event in story.events)


def test_in_observe_mode_nothing_leaves_and_what_would_have_is_written_down():
    story = Story(mode=Mode.OBSERVE)
    story.look(2)
    assert story.letters == []
    assert len(story.incident.would_have_done) == 1
    assert "oncall:primary" in story.incident.would_have_done[0]


def test_a_call_that_was_only_written_down_is_made_once_people_may_be_called_again():
    story = Story(mode=Mode.OBSERVE)
    story.look(2)
    story.mode = Mode.PROPOSE
    assert story.look(3) == ["oncall:primary"]
    assert story.look(4) == []
    assert story.look(9) == ["oncall:2"]
    assert len({letter.key for letter in story.letters}) == 2


def test_nobody_is_told_the_end_of_a_call_that_was_never_made():
    story = Story(mode=Mode.OBSERVE)
    story.look(2)
    story.mode = Mode.PROPOSE
    story.happen(Resolved(confirmed_by=("ada",), cause="", fix=""), 2.5)
    story.look(3)
    assert story.letters == []


def asked(story, minutes):
    """A step is asked for that needs a yes."""
    step = render(runbook(), 2, Scope(story.incident.model_copy(update={"service": "lark"}), CATALOGUE))
    verdict = Verdict(decision=Decision.ONE, mode=Mode.ACT, reason="r")
    until = START + timedelta(minutes=minutes + 15)
    made = ActionRequested(action_id="ACT-1", step=step, rehearsal=None, verdict=verdict, expires_at=until)
    story.happen(made, minutes)


def test_an_approval_that_nobody_answers_calls_the_approvers_and_then_everybody_acknowledged_or_not():
    story = Story()
    story.look(2)
    asked(story, 3)
    story.look(7)  # the next level, for nobody has acknowledged it either
    assert story.look(7.9) == []
    assert story.look(8) == ["role:approver:ACT-1"]
    assert story.letters[-1].payload["people"] == "ann@example.com"
    assert "waits for approval" in story.letters[-1].payload["text"]
    story.happen(Acknowledged(), 9)
    assert story.look(12.9) == []
    assert story.look(13) == ["oncall:all:ACT-1"]
    assert "cy@example.com" in story.letters[-1].payload["people"]
    assert story.look(60) == []


@pytest.mark.parametrize(
    ("directory", "owner", "said"),
    [({}, "bo@example.com", "nobody is listed"), ({"vp-engineering": ("bo@example.com",)}, "bo@example.com", "on it")],
)
def test_a_call_that_reaches_nobody_says_why_on_the_record(directory, owner, said):
    story = Story(Severity.SEV1, ("role:vp-engineering",), rules=RULES.model_copy(update={"directory": directory}))
    story.happen(SeatTaken(seat="commander", person=owner), 0)
    story.look(0)
    (paged,) = [one.body for one in story.events if isinstance(one.body, Paged)]
    assert said in paged.reason
    assert story.letters == []


def test_where_no_approver_is_listed_whoever_is_on_call_hears_of_an_unanswered_approval():
    story = Story(rules=RULES.model_copy(update={"directory": {}}))
    story.look(2)
    story.happen(Acknowledged(), 2)
    asked(story, 3)
    assert story.look(8) == ["role:approver:ACT-1"]
    assert story.letters[-1].payload["people"] == RULES.who("oncall:primary", START)[0]


def test_a_step_whose_outcome_nobody_has_looked_up_calls_whoever_is_on_call():
    story = Story()
    story.look(2)
    story.happen(Acknowledged(), 3)
    step = render(runbook(), 2, Scope(story.incident.model_copy(update={"service": "lark"}), CATALOGUE))
    verdict = Verdict(decision=Decision.AUTO, mode=Mode.ACT, reason="r")
    until = START + timedelta(hours=1)
    story.happen(ActionRequested(action_id="ACT-1", step=step, rehearsal=None, verdict=verdict, expires_at=until), 4)
    story.happen(ActionStarted(action_id="ACT-1", key="k"), 5)
    assert story.look(9) == []
    story.happen(ActionUnknown(action_id="ACT-1", why="cut off"), 9)
    assert story.look(9.9) == []
    assert story.look(10) == ["role:responder:ACT-1"]
    assert "did it happen?" in story.letters[-1].payload["text"]
    assert story.letters[-1].payload["people"] == RULES.who("oncall:primary", START)[0]
    assert story.look(60) == []


def test_between_calls_the_loop_knows_when_to_look_again():
    story = Story()
    story.look(2)
    move = story.next(3)
    assert isinstance(move, Wait)
    assert move.until == START + timedelta(minutes=7)


def test_a_turn_changes_at_its_hour_in_its_own_time_zone():
    rota = Rota(name="r", people=("a", "b"), since="2026-03-23", days=7, timezone="Europe/Berlin")
    before = datetime(2026, 3, 30, 6, 59, tzinfo=UTC)  # 08:59 in Berlin, where the clocks have just changed
    assert rota.person(before) == "a"
    assert rota.person(before + timedelta(minutes=1)) == "b"
    assert rota.until(before) == before + timedelta(minutes=1)


def test_an_override_takes_over_for_its_time_only():
    away = Override(person="sub", starts_at=START, ends_at=START + timedelta(hours=1))
    rota = Rota(name="r", people=("a",), overrides=(away,))
    assert [rota.person(START + timedelta(minutes=m)) for m in (-1, 0, 59, 60)] == ["a", "sub", "sub", "a"]


def test_an_escalation_that_names_no_rota_is_refused_by_name():
    with pytest.raises(ValidationError, match="'gone' that does not exist"):
        OnCall(rotas=(Rota(name="r", people=("a",)),), escalation=("gone",))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(1, 5), st.integers(1, 30))  # noqa: DTZ001
def test_somebody_is_always_on_call_and_every_turn_ends_later(moment, count, days):
    rota = Rota(name="r", people=tuple(f"p{n}" for n in range(count)), days=days, timezone="America/New_York")
    now = moment.replace(tzinfo=UTC)
    assert rota.person(now) in rota.people
    assert now < rota.until(now) <= now + timedelta(days=days, hours=2)
