"""The post-mortem is written from the timeline and from nothing else: every sentence leads to an event, nobody is blamed."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from pydantic import ValidationError
from tests.unit.cases import START
from tests.unit.timelines import ADA, BOB, RULES, minutes, outage, published, resolved, told

from tocsin.connectors.email_text import Letterhead, mail
from tocsin.guard.wording import blame_in
from tocsin.model.acts import Flagged, LineEnded, LineOpened, Reopened, SeatTaken
from tocsin.model.communication import RestrictionSet, UpdateMissed
from tocsin.model.event import AlertJoined, AlertResolved, Noted
from tocsin.model.ground import Severity
from tocsin.model.move import Convene, Wait
from tocsin.model.narrative import Narrative
from tocsin.model.review import CauseJudged, Debt, PostMortemScheduled
from tocsin.model.update import Audience
from tocsin.ports import Parcel, judgement_buttons
from tocsin.stages import review
from tocsin.stages.deliver.messages import read
from tocsin.stages.review.document import Part, Sentence
from tocsin.stages.review.items import wanted
from tocsin.stages.review.markdown import as_markdown
from tocsin.stages.review.sections.causes import reads_like_a_trigger


def written(bodies, rules=RULES):
    incident, events = told(bodies)
    return review.write(incident, events, rules), events


def section(document, part):
    return [one.text for one in next(one for one in document.sections if one.part is part).sentences]


def text_of(document):
    return " ".join(sentence.text for one in document.sections for sentence in one.sentences)


def test_it_has_every_section_and_every_sentence_leads_to_an_event_of_this_timeline():
    document, events = written(outage())
    assert [one.part for one in document.sections] == list(Part)
    known = {event.seq for event in events}
    cites = [sentence.cites for one in document.sections for sentence in one.sentences]
    assert all(set(one) <= known and one for one in cites)
    assert {seq for seq, _ in document.sources} == {seq for one in cites for seq in one}


def test_a_sentence_that_cites_nothing_cannot_be_made():
    with pytest.raises(ValidationError):
        Sentence(text="everybody knows", cites=())


def test_the_root_cause_is_told_apart_from_its_trigger():
    document, _ = written(outage())
    cause = section(document, Part.ROOT_CAUSE)
    assert cause[0].startswith("Connection pool of ledger-db is exhausted (the database-specialist's diagnosis")
    assert "The trigger, which is not the cause: deploy of v2.4.1 to ledger-api." in cause
    assert any("'too many clients' began on ledger-db (EV-log-1)" in one for one in cause)


@pytest.mark.parametrize(
    "cause", ["the deployment of v2.4.1", "Config change", "a traffic spike", "last night's release"]
)
def test_a_trigger_that_was_recorded_as_the_cause_is_called_one(cause):
    document, _ = written([*outage()[:-1], (40, f"person:{ADA}", resolved(cause=cause))])
    assert reads_like_a_trigger(cause)
    assert any("reads like the trigger" in one for one in section(document, Part.ROOT_CAUSE))


@pytest.mark.parametrize(
    "cause",
    [
        "The deployment removed the index that the query needs",
        "Connection pool of ledger-db is exhausted",
        "a config change left the limit too low",
        "A certificate expired because nothing renews it",
    ],
)
def test_a_cause_that_says_how_is_no_trigger(cause):
    assert not reads_like_a_trigger(cause)


def test_what_nobody_knows_is_said_to_be_unknown_with_the_place_where_the_record_ends():
    bare = [(1, "source:x", outage()[0][2]), (9, f"person:{ADA}", resolved(cause="", fix=""))]
    document, events = written(bare)
    assert section(document, Part.ROOT_CAUSE)[0] == "The root cause is unknown: the all-clear names none."
    times = section(document, Part.TIMES)
    assert "Acknowledged: unknown, nothing on the record says so." in times
    unknown = [one for one in document.sections for one in one.sentences if "unknown, nothing" in one.text]
    assert all(one.cites == (events[-1].seq,) for one in unknown)


def test_people_are_called_by_their_role_unless_a_team_wants_names():
    document, _ = written(outage())
    assert "ada" not in as_markdown(document).lower()
    assert "bob" not in as_markdown(document).lower()
    assert any("the commander: acknowledged" in one for one in section(document, Part.TIMELINE))
    named = review.Rules(review.ReviewSettings(name_people=True), RULES.catalogue)
    assert f"{ADA}: acknowledged" in text_of(written(outage(), named)[0])


def test_two_commanders_in_turn_stay_two_people():
    handed = SeatTaken(seat="commander", person=BOB, handed_over_by=ADA)
    document, _ = written([*outage()[:10], (10, f"person:{ADA}", handed), *outage()[10:]])
    assert any("the second commander: mitigated" in one for one in section(document, Part.TIMELINE))
    assert any("handed over by name" in one for one in section(document, Part.WENT_WELL))


def test_words_that_blame_somebody_stay_on_the_record_and_out_of_the_document():
    accused = (7, f"person:{ADA}", Noted(text="Bob forgot to raise the pool, it is his fault"))
    document, _ = written([*outage()[:11], accused, *outage()[11:]])
    text = as_markdown(document)
    assert "fault" not in text
    assert not blame_in(text)
    assert any(one.endswith("left out here; the record has them.") for one in section(document, Part.TIMELINE))


def test_words_from_outside_can_be_neither_link_nor_markup():
    text = as_markdown(written(outage())[0])
    assert r"\[x\](http\://evil)" in text
    assert "](http" not in text.replace(r"\](http", "")


def test_times_lie_between_the_two_events_that_they_cite():
    document, events = written(outage())
    times = {one.text.split(" in ")[0]: one for one in document.sections[7].sentences}
    assert times["Acknowledged"].text == "Acknowledged in 2 minutes, at 02:44 UTC."
    assert [events[seq - 1].body.kind for seq in times["Acknowledged"].cites] == ["declared", "acknowledged"]
    assert times["Detected"].text.startswith("Detected in 13 minutes")
    assert "Resolved" in times


def test_messages_are_listed_with_their_times_and_whether_they_kept_their_promise():
    missed = UpdateMissed(audience=Audience.EXTERNAL, due_at=told(outage())[1][0].at + minutes(29))
    document, _ = written(
        [*outage()[:13], (15, f"person:{ADA}", published(15, due=15)), (34, "system", missed), *outage()[14:]]
    )
    sent = section(document, Part.COMMUNICATIONS)
    assert "1 minute late" in sent[0]
    assert "on time" in sent[1]
    assert "missed, the update to customers" in sent[2]


def test_flags_barren_lines_and_an_early_all_clear_went_badly_and_luck_is_called_luck():
    bodies = [
        outage()[0],
        (2, "role:commander", Flagged(code="declaration_late", text="Nobody has acknowledged this SEV1")),
        (3, f"person:{ADA}", LineOpened(line_id="L", owner=ADA, question="the disk?", until=told(outage())[1][0].at)),
        (4, "role:commander", LineEnded(line_id="L")),
        (5, "source:x", AlertResolved(alert_id="A", title="x", open_alerts=0)),
        (6, f"person:{ADA}", resolved()),
        (7, f"person:{ADA}", Reopened(reason="it is back")),
        (9, f"person:{ADA}", resolved()),
    ]
    badly = section(written(bodies)[0], Part.WENT_BADLY)
    for words in (
        "Nobody has acknowledged",
        "led nowhere: “the disk?”",
        "called over too early",
        "Luck: the last alert",
    ):
        assert any(words in one for one in badly), words


def test_a_storm_of_alerts_is_one_line_of_the_timeline():
    storm = [
        (2 + n / 10, "source:x", AlertJoined(alert_id=f"B{n}", title=f"b {n}", reason="same service"))
        for n in range(20)
    ]
    document, _ = written([outage()[0], *storm, outage()[-1]])
    assert sum("alerts joined" in one for one in section(document, Part.TIMELINE)) == 1


def test_what_people_say_later_of_the_diagnosis_is_told_with_the_cause():
    judged = CauseJudged(verdict="partly", specialist="database-specialist", said="the pool was a symptom too")
    document, _ = written([*outage(), (60, f"person:{BOB}", judged)])
    assert any("partly right: the pool was a symptom too" in one for one in section(document, Part.ROOT_CAUSE))


# Action items --------------------------------------------------------------------------------------------------------


def test_the_timeline_asks_for_items_that_are_specific_owned_and_dated():
    incident, events = told(outage())
    items = {one.origin: one for one in wanted(incident, events, RULES, events[-1].at)}
    assert set(items) == {"gap:metric-analyst", "late:detection"}
    late = items["late:detection"]
    assert "ledger-api alert sooner: 13 minutes passed" in late.text
    assert (late.owner, late.due_at) == ("oncall:primary", events[-1].at + timedelta(days=7))


def test_an_unknown_cause_and_a_mitigation_without_a_fix_ask_for_work():
    incident, events = told([*outage()[:-1], (40, f"person:{ADA}", resolved(cause="", fix=""))])
    origins = [one.origin for one in wanted(incident, events, RULES, events[-1].at)]
    assert {"cause:unknown", "fix:cause"} <= set(origins)


def test_what_was_asked_for_once_is_not_asked_for_again():
    bodies = outage()
    incident, events = told(bodies)
    first = wanted(incident, events, RULES, events[-1].at)
    assert [one.item_id for one in first] == ["AI1", "AI2"]
    again = told([*bodies, *((41, "role:scribe", one) for one in first)])
    assert wanted(*again, RULES, events[-1].at) == ()


# Told ---------------------------------------------------------------------------------------------------------------


def letters(incident, events, **changes):
    reaching = {Audience.CHANNEL: ("slack",), Audience.INTERNAL: ("slack", "email"), Audience.EXTERNAL: ("statuspage",)}
    rules = replace(RULES, channels=reaching, link=lambda name: f"https://t.example.com/{name}", **changes)
    return review.convene(incident, events, events[-1].at, rules).letters


def test_people_are_told_of_the_meeting_with_its_calendar_entry_and_asked_once_whether_the_cause_was_right():
    sent = letters(*told(outage()))
    assert [(one.payload["channel"], one.payload["purpose"]) for one in sent] == [
        ("slack", "update"),
        ("email", "update"),
        ("slack", "review"),
    ]
    invited = read(Parcel.of(sent[1], "INC-1", START), Narrative())
    entry = Calendar.from_ical(invited.calendar).walk("VEVENT")[0]
    assert entry["UID"] == "post-mortem-INC-1@tocsin"
    assert "2026-03-06 02:41 UTC" in invited.text
    asked = read(Parcel.of(sent[2], "INC-1", START), Narrative())
    assert asked.buttons == judgement_buttons(told(outage())[0])
    assert "Connection pool of ledger-db is exhausted" in asked.text


def test_of_a_restricted_incident_only_its_own_room_is_told_and_in_mode_observe_nobody():
    hidden = RestrictionSet(restricted=True, reason="legal")
    incident, events = told([outage()[0], (2, "system", hidden), *outage()[1:]])
    assert {one.payload["channel"] for one in letters(incident, events)} == {"slack"}
    assert all(one.payload["private"] == "true" for one in letters(incident, events))
    assert letters(*told(outage()), leaves=lambda _: False) == ()


def test_a_mail_carries_the_entry_as_an_invitation_that_calendars_read():
    invited = read(Parcel.of(letters(*told(outage()))[1], "INC-1", START), Narrative())
    letter = mail(invited, Letterhead(sender="tocsin@example.com"), ["all@example.com"])
    (part,) = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert Calendar.from_ical(part.get_content()).walk("VEVENT")[0].start == told(outage())[0].post_mortem_at


# When ----------------------------------------------------------------------------------------------------------------


def test_a_resolved_incident_gets_a_date_then_a_draft_and_is_then_left_alone():
    incident, events = told(outage())
    assert incident.review.owed == (Debt.DATE, Debt.DRAFT)
    assert review.due(incident) == Convene(key=f"post_mortem:{incident.resolved_at.isoformat()}:date")
    bodies = review.convene(incident, events, events[-1].at, RULES).bodies
    assert [one.kind for one in bodies] == ["post_mortem_scheduled", *["action_item_opened"] * 3]
    assert bodies[0].owner == ADA
    assert bodies[1].due_at == bodies[0].at <= incident.post_mortem_at
    dated, events = told([*outage(), *((41, "role:scribe", one) for one in bodies)])
    assert review.due(dated).kind == "write_post_mortem" if not dated.unended else review.due(dated) == Wait()


def test_the_draft_waits_for_the_last_words_to_be_out():
    quiet = [one for one in outage() if one[2].kind != "update_published"]
    date = PostMortemScheduled(at=START + timedelta(hours=40), owner=ADA)
    assert review.due(told([*quiet, (41, "role:scribe", date)])[0]).kind == "write_post_mortem"
    assert review.due(told([*outage(), (41, "role:scribe", date)])[0]) == Wait()


@pytest.mark.parametrize(
    "over, limit, meeting",
    [
        ("2026-03-04T02:41", 48, "2026-03-05T16:00"),  # Wednesday night: the last hour of Thursday
        ("2026-03-04T14:30", 48, "2026-03-06T14:00"),
        ("2026-03-06T20:15", 48, "2026-03-08T20:15"),  # Friday evening: no working hour is left, so the limit itself
        ("2026-03-06T20:15", 168, "2026-03-13T16:00"),
    ],
)
def test_the_meeting_is_in_working_hours_as_far_as_the_limit_allows(over, limit, meeting):
    end = datetime.fromisoformat(over).replace(tzinfo=UTC)
    severity = Severity.SEV2 if limit == 48 else Severity.SEV3
    changes = {"severity": severity, "resolved_at": end, "post_mortem_at": end + timedelta(hours=limit)}
    incident = told(outage())[0].model_copy(update=changes)
    assert RULES.meeting(incident) == datetime.fromisoformat(meeting).replace(tzinfo=UTC)


def test_a_date_that_a_person_gave_is_kept():
    incident = told(outage())[0]
    given = incident.resolved_at + timedelta(hours=7, minutes=13)
    assert RULES.meeting(incident.model_copy(update={"post_mortem_at": given})) == given


def test_where_nobody_commanded_the_owner_of_the_service_leads():
    incident, events = told([outage()[0], outage()[-1]])
    assert review.convene(incident, events, events[-1].at, RULES).bodies[0].owner == "oncall:primary"


def test_an_incident_that_needs_no_post_mortem_owes_nothing():
    incident, _ = told([*outage()[:-1], (40, f"person:{ADA}", resolved(hours=None))])
    assert review.due(incident) is None
    assert not incident.review.owed


def test_a_reopened_incident_owes_nothing_until_it_is_over_again_and_then_everything_anew():
    reopened, _ = told([*outage(), (50, f"person:{ADA}", Reopened(reason="it is back"))])
    assert not reopened.review.owed
    over, _ = told([*outage(), (50, f"person:{ADA}", Reopened(reason="back")), (70, f"person:{ADA}", resolved())])
    first, _ = told(outage())
    assert review.due(over).key != review.due(first).key


def test_every_line_of_the_markdown_that_says_something_cites_something():
    text = as_markdown(written(outage())[0])
    body = text.split("## Summary")[1].split("## Sources")[0]
    said = [line for line in body.splitlines() if line and not line.startswith("#")]
    assert all(re.search(r"\[#\d+\]$", line) for line in said)
