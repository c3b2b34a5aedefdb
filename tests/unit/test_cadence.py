"""Who hears when: promises are kept, or somebody is reminded, called, and the miss is on the record; and nothing is done twice."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cadence_story import ONCALL, PERSON, RULES, Story, awake
from tests.unit.cases import diagnosis

from tocsin.model.action import Mode
from tocsin.model.acts import (
    Flagged,
    Merged,
    Mitigated,
    Reopened,
    Resolved,
    SeatTaken,
    SeverityChanged,
    WouldHaveDone,
)
from tocsin.model.communication import (
    AudienceEngaged,
    CadenceSet,
    UpdateDrafted,
    UpdateEdited,
    UpdateMissed,
    UpdatePublished,
    UpdateReminded,
    UpdateRetracted,
)
from tocsin.model.event import Closed, Diagnosed
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.incident import fold
from tocsin.model.move import Wait
from tocsin.model.update import Audience
from tocsin.stages import cadence, course

OVER = Resolved(confirmed_by=("person:ada",), cause="a leak", fix="a rollback")
URGENT = [Severity.SEV1, Severity.SEV2]


# The rhythm ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", URGENT)
def test_customers_hear_within_15_minutes_and_then_at_least_every_30_while_somebody_reviews(severity):
    story = Story(severity, reviewer=awake).run(180)
    heard = story.published(Audience.EXTERNAL)
    assert heard[0] <= 5
    assert all(later - sooner <= 30 for sooner, later in pairwise(heard))
    assert 180 - heard[-1] <= 30
    assert story.bodies(UpdateReminded) == story.bodies(UpdateMissed) == []


@pytest.mark.parametrize(("severity", "minutes"), [(Severity.SEV1, 15), (Severity.SEV2, 30)])
def test_the_channel_hears_every_15_to_30_minutes_with_nobodys_help(severity, minutes):
    heard = Story(severity).run(120).published(Audience.CHANNEL)
    assert heard[0] == 0
    assert all(later - sooner <= minutes for sooner, later in pairwise(heard))


def test_what_says_that_nothing_has_changed_says_so_and_what_tells_news_does_not():
    story = Story(Severity.SEV1, reviewer=awake).run(29)
    story.happen(Diagnosed(diagnosis=diagnosis()), actor="role:database-specialist")
    story.run(60)
    told = [(one.no_change, one.due_at) for one in story.bodies(UpdatePublished) if one.audience is Audience.EXTERNAL]
    assert [no_change for no_change, _ in told] == [False, True, False, True]
    assert told[1][1] is not None


def test_a_draft_lies_before_its_reviewer_before_it_is_due_and_says_until_when():
    story = Story(Severity.SEV2)
    story.run(1)
    story.publish()
    story.run(26)
    due = story.incident.narrative.published[-1].next_update_at
    drafts = [one for one in story.bodies(UpdateDrafted) if one.update.audience is Audience.EXTERNAL]
    assert len(drafts) == 2 and drafts[-1].update.no_change
    assert drafts[-1].update.due_at == due == story.incident.narrative.last(Audience.EXTERNAL).next_update_at


def test_news_makes_one_new_draft_however_often_it_changes_in_a_minute_and_never_wipes_what_a_person_wrote():
    story = Story(Severity.SEV2).run(2)
    for _ in range(5):
        story.happen(SeverityChanged(severity=Severity.SEV1, reason="worse"))
        story.happen(SeverityChanged(severity=Severity.SEV2, reason="no"))
        story.run(2.05)
    story.run(4)
    drafts = [one for one in story.bodies(UpdateDrafted) if one.update.audience is Audience.EXTERNAL]
    assert len(drafts) in (2, 3)
    mine = story.incident.narrative.drafts[-1].update.id
    mine = next(one.update.id for one in story.incident.narrative.drafts if one.update.audience is Audience.EXTERNAL)
    story.happen(UpdateEdited(update_id=mine, text="my words"))
    story.happen(Mitigated(text="rolled back"))
    story.run(9)
    assert story.incident.narrative.draft(mine).update.text == "my words"


def test_a_sev3_is_told_on_change_and_what_was_promised_on_the_way_is_kept_all_the_same():
    story = Story(Severity.SEV3).run(50)
    assert story.published(Audience.CHANNEL) == [0]
    assert story.bodies(UpdateReminded) == []
    story.run(56)
    story.publish()
    promised = story.incident.narrative.last(Audience.EXTERNAL).next_update_at
    assert promised == story.at(115)
    story.run(114)
    assert [(one.audience, one.due_at) for one in story.bodies(UpdateReminded)] == [(Audience.EXTERNAL, promised)]
    story.run(121)
    assert [one.due_at for one in story.bodies(UpdateMissed)] == [promised]


def test_a_sev4_is_told_to_nobody():
    assert Story(Severity.SEV4).run(600).moves == []


def test_a_person_sets_another_rhythm_and_the_next_promise_follows_it():
    story = Story(Severity.SEV1, reviewer=awake).run(1)
    story.happen(CadenceSet(audience=Audience.EXTERNAL, minutes=10, reason="many ask"))
    story.happen(Mitigated(text="rolled back"))
    heard = story.run(62).published(Audience.EXTERNAL)
    assert all(later - sooner <= 10 for sooner, later in pairwise(heard[1:]))
    assert len(heard) >= 7


def test_leadership_and_support_hear_from_when_they_are_engaged_and_are_reviewed():
    story = Story(Severity.SEV1, reviewer=awake).run(20)
    assert story.published(Audience.EXECUTIVE) == []
    story.happen(AudienceEngaged(audience=Audience.EXECUTIVE, via="bridge"))
    heard = story.run(150).published(Audience.EXECUTIVE)
    assert heard[0] == 20 and all(b - a <= 60 for a, b in pairwise(heard))
    sleepy = Story(Severity.SEV1).run(20)
    sleepy.happen(AudienceEngaged(audience=Audience.SUPPORT, via="#support"))
    sleepy.run(40.1)
    missed = [one.due_at for one in sleepy.bodies(UpdateMissed) if one.audience is Audience.SUPPORT]
    assert missed == [sleepy.at(35)]


def test_an_incident_that_becomes_urgent_later_owes_customers_a_notice_from_then_on():
    story = Story(Severity.SEV3).run(40)
    story.happen(SeverityChanged(severity=Severity.SEV2, reason="it spreads"))
    story.run(60.1)
    assert [one.due_at for one in story.bodies(UpdateMissed)] == [story.at(55)]


def test_an_incident_that_becomes_urgent_again_counts_from_then_and_not_from_the_first_time():
    story = Story(Severity.SEV1).run(3)
    story.happen(SeverityChanged(severity=Severity.SEV3, reason="a workaround"))
    story.run(60)
    assert story.bodies(UpdateReminded) == []
    story.happen(SeverityChanged(severity=Severity.SEV1, reason="the workaround broke"))
    assert story.run(80.1).bodies(UpdateMissed)[0].due_at == story.at(75)


def test_of_a_security_incident_the_security_team_hears_and_nobody_is_pressed_to_tell_customers():
    story = Story(Severity.SEV1, type=IncidentType.SECURITY).run(120)
    assert story.published(Audience.SECURITY)[0] == 0
    assert {one.audience for one in story.bodies(UpdateReminded)} == set()


# Nobody reviews ------------------------------------------------------------------------------------------------------


def test_a_reviewer_who_sleeps_is_reminded_then_the_commander_then_the_next_level_and_then_it_is_on_the_record():
    story = Story(Severity.SEV1)
    story.happen(SeatTaken(seat="commander", person="dan@example.com"))
    story.happen(SeatTaken(seat="communications_lead", person="lea@example.com"))
    story.run(20.1)
    told = [(one.level, one.target) for one in story.bodies(UpdateReminded)]
    assert told == [(0, "lea@example.com"), (1, "dan@example.com"), (2, "oncall:2")]
    assert story.when(UpdateReminded) == [5, 15, 17]
    assert story.when(UpdateMissed) == [20]
    assert [one.code for one in story.bodies(Flagged)] == ["update_missed:external"]
    pages = [one.payload for one in story.letters if one.kind == "page" and "update" in one.payload["text"]]
    assert [(one["target"], one["people"]) for one in pages] == [
        ("lea@example.com", "lea@example.com"),
        ("dan@example.com", "dan@example.com"),
        ("oncall:2", "cy@example.com"),
    ]


def test_a_missed_promise_is_over_and_the_rhythm_goes_on():
    story = Story(Severity.SEV2).run(82)
    due = [one.due_at for one in story.bodies(UpdateMissed) if one.audience is Audience.EXTERNAL]
    assert due == [story.at(15), story.at(45), story.at(75)]
    levels = [one.level for one in story.bodies(UpdateReminded) if one.audience is Audience.EXTERNAL]
    assert levels == [0, 1, 2] * 3


def test_after_a_long_outage_one_miss_is_recorded_and_not_one_for_every_time_that_went_by():
    story = Story(Severity.SEV2).run(1)
    story.now = story.at(200)
    story.run(200.5)
    missed = [(one.audience, one.due_at) for one in story.bodies(UpdateMissed)]
    assert missed == [
        (Audience.CHANNEL, story.at(30)),
        (Audience.INTERNAL, story.at(30)),
        (Audience.EXTERNAL, story.at(15)),
    ]
    assert story.published(Audience.CHANNEL)[-1] == 200
    assert len(story.run(216).bodies(UpdateMissed)) == 3


def test_a_late_message_ends_the_calls_that_were_made_for_it_and_is_no_miss():
    story = Story(Severity.SEV2).run(18)
    story.publish()
    story.run(25)
    assert story.bodies(UpdateMissed) == []
    (gone,) = [one for one in story.letters if one.kind == "unpage"]
    assert gone.payload["incident"] == "INC-1:external"


def test_a_message_taken_back_leaves_its_promise_standing():
    story = Story(Severity.SEV2).run(1)
    story.publish()
    story.run(2)
    story.happen(UpdateRetracted(update_id=story.incident.narrative.published[-1].update_id, reason="wrong product"))
    story.run(28)
    assert [one.audience for one in story.bodies(UpdateReminded)] == [Audience.EXTERNAL]


# The end -------------------------------------------------------------------------------------------------------------


def test_whoever_heard_of_it_hears_the_end_and_then_there_is_silence():
    story = Story(Severity.SEV1, reviewer=awake).run(40)
    story.happen(OVER)
    story.run(60)
    last = {one.audience: one.status for one in story.bodies(UpdatePublished)}
    assert set(last.values()) == {"Resolved"}
    assert Audience.EXECUTIVE in last
    assert not story.incident.is_attended
    before = len(story.events)
    assert len(story.run(600).events) == before


def test_an_end_that_nobody_publishes_is_reminded_escalated_and_missed_like_any_other():
    story = Story(Severity.SEV1).run(2)
    story.publish()
    story.run(3)
    story.happen(OVER)
    story.run(30)
    told = [one.level for one in story.bodies(UpdateReminded) if one.due_at == story.at(18)]
    assert told == [0, 1, 2]
    assert [one.due_at for one in story.bodies(UpdateMissed)] == [story.at(18)]
    assert not story.incident.is_attended


def test_a_short_sev3_ends_with_a_word_to_its_channel_and_nothing_for_customers():
    story = Story(Severity.SEV3).run(9)
    story.happen(OVER)
    story.run(120)
    assert story.published(Audience.CHANNEL) == [0, 9]
    assert story.published(Audience.EXTERNAL) == []
    assert story.bodies(UpdateReminded) == [] and not story.incident.is_attended


def test_a_merged_incident_leaves_the_last_word_to_the_one_that_goes_on_and_a_false_alarm_says_its_own():
    merged = Story(Severity.SEV2, reviewer=awake).run(10)
    merged.happen(Merged(into="INC-2", reason="one outage"))
    before = len(merged.events)
    assert len(merged.run(60).events) == before
    alarm = Story(Severity.SEV2, reviewer=awake).run(10)
    alarm.happen(Closed(reason="false alarm"))
    assert alarm.run(60).published(Audience.EXTERNAL)[-1] == 10


def test_a_reopened_incident_starts_its_clocks_anew():
    story = Story(Severity.SEV2, reviewer=awake).run(10)
    story.happen(OVER)
    story.run(60)
    story.reviewer = None
    story.happen(Reopened(reason="it is back"))
    story.run(80.1)
    assert [one.due_at for one in story.bodies(UpdateMissed)] == [story.at(75)]
    assert story.published(Audience.CHANNEL)[-1] == 60


def test_words_from_before_the_end_that_slip_out_after_it_are_not_the_last_word():
    story = Story(Severity.SEV3).run(20)
    story.happen(OVER)
    story.publish()
    assert story.bodies(UpdatePublished)[-1].next_update_at
    story.run(40)
    last = story.incident.narrative.drafts[-1].update
    assert (last.audience, last.status, last.next_update_at) == (Audience.EXTERNAL, "Resolved", None)


# Always --------------------------------------------------------------------------------------------------------------


def test_in_mode_observe_nothing_is_written_published_or_reminded_and_what_would_have_been_is_said_once_each():
    story = Story(Severity.SEV1, mode=Mode.OBSERVE).run(120)
    assert story.bodies(UpdateDrafted) == story.bodies(UpdatePublished) == story.bodies(UpdateReminded) == []
    assert story.letters == []
    said = [one.what for one in story.bodies(WouldHaveDone)]
    assert len(said) == len(set(said)) == 3
    assert any("review of the external update" in one for one in said)


HAPPENINGS = st.lists(
    st.tuples(
        st.floats(0.1, 40),
        st.sampled_from(
            [
                "publish",
                "publish",
                "publish",
                "news",
                "worse",
                "better",
                "edit",
                "over",
                "back",
                "lead",
                "engage",
                "faster",
                "none",
            ]
        ),
    ),
    max_size=10,
)


def act(story, what):  # noqa: C901 - one case for each act
    """Something a person does, where it can be done."""
    incident = story.incident
    drafts = [one.update for one in incident.narrative.drafts if one.update.audience not in RULES.by_itself]
    match what:
        case "publish" if drafts:
            story._publish(drafts[-1], PERSON)
        case "edit" if drafts:
            story.happen(UpdateEdited(update_id=drafts[-1].id, text="other words"))
        case "news" if incident.is_open:
            story.happen(Diagnosed(diagnosis=diagnosis()))
        case "worse" if incident.is_open:
            story.happen(SeverityChanged(severity=Severity.SEV1, reason="worse"))
        case "better" if incident.is_open:
            story.happen(SeverityChanged(severity=Severity.SEV3, reason="better"))
        case "over" if incident.is_open:
            story.happen(OVER)
        case "back" if not incident.is_open:
            story.happen(Reopened(reason="back"))
        case "lead":
            story.happen(SeatTaken(seat="communications_lead", person="lea@example.com"))
        case "engage":
            story.happen(AudienceEngaged(audience=Audience.EXECUTIVE, via="bridge"))
        case "faster":
            story.happen(CadenceSet(audience=Audience.EXTERNAL, minutes=10, reason="many ask"))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(Severity)), st.booleans(), HAPPENINGS)
def test_whatever_happens_every_promise_is_kept_or_its_reviewer_is_reminded_escalated_and_the_miss_recorded(
    severity, security, happenings
):
    """The accounting is done over the events alone, by somebody who does not trust the clock."""
    kind = IncidentType.SECURITY if security else IncidentType.DATABASE
    story = Story(severity, type=kind)
    minute = 0.0
    for wait, what in happenings:
        minute += wait
        story.run(minute)
        act(story, what)
    story.run(minute + 120)
    told = [(one.audience, one.due_at, one.level) for one in story.bodies(UpdateReminded)]
    missed = [(one.audience, one.due_at) for one in story.bodies(UpdateMissed)]
    assert len(told) == len(set(told)) and len(missed) == len(set(missed))
    for audience, due in missed:
        assert audience not in RULES.by_itself
        assert {level for who, at, level in told if (who, at) == (audience, due)} == {0, 1, 2}
    _accounted(story, set(missed))


def _accounted(story, missed):
    """Of every promise that stood at its time: something was published by then, or within the grace, or it is a miss."""
    grace = timedelta(minutes=RULES.reminders.missed_minutes)
    for place, event in enumerate(story.events):
        body = event.body
        if not isinstance(body, UpdatePublished) or body.next_update_at is None:
            continue
        due, end = body.next_update_at, body.next_update_at + grace
        if end > story.now or due <= event.at:
            continue
        later = story.events[place + 1 :]
        heard = any(
            isinstance(one.body, UpdatePublished) and one.body.audience is body.audience and one.at <= end
            for one in later
        )
        ended = any(isinstance(one.body, Resolved) and one.at <= end for one in later)
        sooner = any(audience is body.audience and event.at <= at <= end for audience, at in missed)
        assert heard or ended or sooner, (body.audience, due)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(URGENT), HAPPENINGS)
def test_a_process_that_knows_only_the_timeline_so_far_would_do_the_very_next_thing(severity, happenings):
    story = Story(severity)
    minute, seen = 0.0, []
    for wait, what in happenings:
        minute += wait
        story.run(minute)
        act(story, what)
        seen.append((story.now, len(story.events), frozenset(story.done), story.next()))
    for now, length, done, move in seen:
        again = fold("INC-1", [event.model_validate_json(event.model_dump_json()) for event in story.events[:length]])
        assert course.first(cadence.due(again, now, RULES, ONCALL, Mode.PROPOSE), done) == move
        assert not isinstance(move, Wait) or move.until is None or move.until > now
