"""When an incident needs a communications lead is decided by the table, and who is asked is listed beforehand."""

from datetime import timedelta

import pytest
from tests.unit.cadence_story import ONCALL, RULES, Story
from tests.unit.cases import START, fix

from tocsin.model.action import Mode
from tocsin.model.acts import Flagged, Mitigated, Paged, Resolved, SeatTaken, SeverityChanged, Unpaged, UserReported
from tocsin.model.communication import CommunicationsActivated, EtaStated, RoomOpened, UpdateAsked
from tocsin.model.event import FixProposed
from tocsin.model.ground import Severity
from tocsin.model.triage import FactKind, ImpactFact
from tocsin.stages.cadence.activation import NOBODY_LISTED, SECOND_HAT, span

BATCH = {"facts": ()}
"""An incident that customers do not notice, as far as is known."""


def activated(story):
    return [(story.when(CommunicationsActivated)[place], one.rule) for place, one in enumerate(rules(story))]


def rules(story):
    return story.bodies(CommunicationsActivated)


def ask(to_commander=True, by_leader=False):
    return UpdateAsked(asker="bo@example.com", where="#incidents", to_commander=to_commander, by_leader=by_leader)


def test_a_sev1_always_needs_one_and_the_listed_person_is_called_at_once():
    story = Story(Severity.SEV1).run(60)
    assert activated(story) == [(0, "SEV1: always")]
    assert [(one.target, one.level) for one in story.bodies(Paged)] == [("role:communications-lead", 0)]
    (call,) = [one for one in story.letters if "needs a communications lead" in one.payload["text"]]
    assert (call.kind, call.payload["people"]) == ("page", "lea@example.com")


def test_a_sev2_that_customers_notice_needs_one_after_30_minutes_and_one_that_they_do_not_notice_does_not():
    assert activated(Story(Severity.SEV2).run(60)) == [(30, RULES.activation[1].rule)]
    assert activated(Story(Severity.SEV2, **BATCH).run(300)) == []


def test_a_users_report_shows_that_customers_notice_it():
    story = Story(Severity.SEV2, **BATCH).run(45)
    story.happen(UserReported(text="I cannot pay", origin="form"))
    assert activated(story.run(46)) == [(45, RULES.activation[1].rule)]


def test_what_fails_in_staging_is_noticed_by_no_customer():
    staging = ImpactFact(kind=FactKind.ENVIRONMENT, value="staging", origin="label")
    down = ImpactFact(kind=FactKind.OUTAGE, value=True, origin="alert")
    assert activated(Story(Severity.SEV2, facts=(staging, down)).run(120)) == []


@pytest.mark.parametrize(("takes", "at"), [("1h", 2), ("2 to 45 minutes", 2), ("10m", 20), ("unknown", 30)])
def test_a_fix_that_takes_longer_than_what_is_left_of_the_30_minutes_is_expected_to_go_past_them(takes, at):
    story = Story(Severity.SEV2).run(2)
    story.happen(FixProposed(fix=fix().model_copy(update={"estimated_time": takes})))
    found = activated(story.run(60))
    assert found[0][0] == pytest.approx(at, abs=0.1)


def test_a_persons_estimate_counts_before_the_runbooks_and_may_be_long_or_short():
    long = Story(Severity.SEV2).run(2)
    long.happen(
        EtaStated(at=START + timedelta(hours=2), owner="ada@example.com", confidence="medium", reason="restore")
    )
    assert activated(long.run(3))[0][0] == 2
    short = Story(Severity.SEV2).run(2)
    short.happen(FixProposed(fix=fix().model_copy(update={"estimated_time": "4h"})))
    early = Story(Severity.SEV2).run(2)
    early.happen(EtaStated(at=START + timedelta(minutes=9), owner="ada@example.com", confidence="high", reason="flag"))
    early.happen(FixProposed(fix=fix().model_copy(update={"estimated_time": "4h"})))
    assert activated(early.run(29)) == []


def test_once_it_is_mitigated_nothing_is_expected_to_go_on():
    story = Story(Severity.SEV2).run(2)
    story.happen(Mitigated(text="off"), FixProposed(fix=fix().model_copy(update={"estimated_time": "4h"})))
    assert activated(story.run(29)) == []


def test_a_leader_who_asks_or_joins_activates_it():
    asked = Story(Severity.SEV2, **BATCH).run(3)
    asked.happen(ask(to_commander=False, by_leader=True))
    assert activated(asked.run(4)) == [(3, "a leader joined or asks")]
    joined = Story(Severity.SEV2, **BATCH).run(3)
    joined.happen(SeatTaken(seat="commander", person="vera@example.com"))
    assert activated(joined.run(4)) == [(3, "a leader joined or asks")]


@pytest.mark.parametrize(("minutes", "fits"), [((1, 9), True), ((1, 12), False), ((1, 12, 20), True), ((5,), False)])
def test_two_questions_to_the_commander_within_ten_minutes_activate_it(minutes, fits):
    story = Story(Severity.SEV2, **BATCH)
    for minute in minutes:
        story.run(minute)
        story.happen(ask())
    assert bool(activated(story.run(40))) is fits


def test_questions_that_did_not_reach_the_commander_do_not_count():
    story = Story(Severity.SEV2, **BATCH).run(1)
    story.happen(ask(to_commander=False), ask(to_commander=False))
    assert activated(story.run(40)) == []


@pytest.mark.parametrize("severity", [Severity.SEV3, Severity.SEV4])
def test_a_minor_incident_never_needs_one_whatever_is_asked(severity):
    story = Story(severity).run(1)
    story.happen(ask(by_leader=True), ask(), ask())
    assert activated(story.run(180)) == []
    story.happen(SeverityChanged(severity=Severity.SEV1, reason="all users"))
    assert activated(story.run(181)) == [(180, "SEV1: always")]


def test_whoever_is_on_it_already_is_not_called_and_a_taken_seat_calls_nobody():
    story = Story(Severity.SEV1)
    story.happen(SeatTaken(seat="scribe", person="lea@example.com"))
    assert story.run(1).bodies(Paged) == []
    taken = Story(Severity.SEV1)
    taken.happen(SeatTaken(seat="communications_lead", person="lea@example.com"))
    assert taken.run(1).bodies(Paged) == [] and len(rules(taken)) == 1


def test_the_call_ends_when_somebody_takes_the_seat_or_it_is_over():
    for news in (
        SeatTaken(seat="communications_lead", person="bo@example.com"),
        Resolved(confirmed_by=("person:ada",), cause="", fix=""),
    ):
        story = Story(Severity.SEV1).run(3)
        story.happen(news)
        story.run(4)
        assert [one.target for one in story.bodies(Unpaged)] == ["role:communications-lead"]
        assert [one.payload for one in story.letters if one.kind == "unpage"] == [{"incident": "INC-1:communications"}]


def test_the_rooms_are_told_that_the_seat_is_free_and_nobody_listed_is_said_aloud():
    chat = RULES.model_copy(update={"rooms": RULES.rooms.model_copy(update={"channels": ("slack",)})})
    story = Story(Severity.SEV2, rules=chat).run(1)
    story.happen(RoomOpened(channel="slack", name="inc-20260304-x", ref="C1"), actor="system")
    story.run(31)
    said = [one.payload for one in story.letters if one.payload.get("purpose") == "reminder"]
    assert any("needs a communications lead" in one["text"] for one in said)
    nobody = Story(Severity.SEV1)
    nobody.oncall = ONCALL.model_copy(update={"directory": {}})
    assert NOBODY_LISTED in [one.code for one in nobody.run(1).bodies(Flagged)]


def test_mode_observe_records_it_and_calls_nobody():
    story = Story(Severity.SEV1, mode=Mode.OBSERVE).run(1)
    assert len(rules(story)) == 1 and story.letters == []
    assert [one.observed for one in story.bodies(Paged)] == [True]


def test_a_commander_who_communicates_a_sev1_is_flagged_however_it_came_to_that():
    story = Story(Severity.SEV2).run(1)
    story.happen(SeatTaken(seat="commander", person="dan@example.com"))
    story.happen(SeatTaken(seat="communications_lead", person="dan@example.com"))
    story.run(2)
    assert SECOND_HAT not in [one.code for one in story.bodies(Flagged)]
    story.happen(SeverityChanged(severity=Severity.SEV1, reason="worse"))
    story.run(10)
    assert [one.code for one in story.bodies(Flagged)].count(SECOND_HAT) == 1


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15m", 15),
        ("1h", 60),
        ("1h 30m", 90),
        ("10 minutes", 10),
        ("about 2 hours", 120),
        ("5-10 minutes", 10),
        ("unknown", None),
        ("", None),
        ("3 steps", None),
    ],
)
def test_how_long_a_runbook_takes_is_read_as_people_write_it(text, minutes):
    assert span(text) == (None if minutes is None else timedelta(minutes=minutes))
