"""An incident's own channel: opened once, named so that people find it, and silent about what is nobody's business."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cadence_story import RULES, Story

from tocsin.model.action import Mode
from tocsin.model.acts import Resolved, SeatTaken, SeverityChanged, WouldHaveDone
from tocsin.model.communication import RestrictionSet, RoomOpened
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.incident import fold
from tocsin.stages.cadence.rooms import due, room_name

DAY = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
CHAT = RULES.model_copy(update={"rooms": RULES.rooms.model_copy(update={"channels": ("slack", "teams")})})


def rooms(story):
    return [one for one in story.letters if one.payload.get("purpose") == "room"]


def test_every_channel_that_keeps_rooms_opens_one_with_its_topic_once():
    story = Story(Severity.SEV2, rules=CHAT)
    story.happen(SeatTaken(seat="commander", person="dan@example.com"))
    story.run(30)
    opened = [one.payload for one in rooms(story)]
    assert [one["channel"] for one in opened] == ["slack", "teams"]
    assert {one["title"] for one in opened} == {"inc-20260304-ledger-api-error-rate-high"}
    assert opened[0]["text"] == "SEV2 INC-1: ledger-api error rate is high"
    assert "dan@example.com" in opened[0]["people"] and "private" not in opened[0]
    assert len({one.key for one in rooms(story)}) == 2


def test_a_room_that_is_open_is_not_opened_again_even_after_the_books_are_lost():
    story = Story(Severity.SEV2, rules=CHAT).run(1)
    story.happen(RoomOpened(channel="slack", name="inc-20260304-ledger", ref="C1"), actor="system")
    story.happen(RoomOpened(channel="teams", name="inc-20260304-ledger", ref="T1"), actor="system")
    story.letters.clear()
    story.done.clear()
    assert rooms(story.run(30)) == []


@pytest.mark.parametrize(("severity", "count"), [(Severity.SEV1, 2), (Severity.SEV3, 2), (Severity.SEV4, 0)])
def test_a_minor_incident_gets_no_room(severity, count):
    assert len(rooms(Story(severity, rules=CHAT).run(2))) == count


def test_without_a_channel_that_keeps_rooms_and_after_the_end_nothing_is_opened():
    assert rooms(Story(Severity.SEV1).run(5)) == []
    story = Story(Severity.SEV1, rules=CHAT)
    story.happen(Resolved(confirmed_by=("person:ada",), cause="", fix=""))
    assert rooms(story.run(5)) == []


def test_a_security_incident_gets_a_private_room_with_a_name_that_tells_nothing():
    story = Story(Severity.SEV1, rules=CHAT, type=IncidentType.SECURITY).run(2)
    first = rooms(story)[0].payload
    assert (first["title"], first["private"]) == ("inc-20260304-restricted", "true")
    assert "ledger" not in first["title"] + first["text"]


def test_an_incident_that_a_person_restricted_before_its_room_opened_is_as_silent():
    story = Story(Severity.SEV2, rules=CHAT)
    story.happen(RestrictionSet(restricted=True, people=("ada@example.com",), reason="an insider"))
    assert rooms(story.run(1))[0].payload["private"] == "true"


def test_an_incident_that_is_restricted_later_gets_a_private_room_beside_the_open_one():
    story = Story(Severity.SEV2, rules=CHAT).run(1)
    for channel in ("slack", "teams"):
        story.happen(RoomOpened(channel=channel, name="inc-20260304-ledger", ref="C1"), actor="system")
    story.happen(RestrictionSet(restricted=True, people=("ada@example.com",), reason="an insider"))
    story.letters.clear()
    private = rooms(story.run(2))
    assert [(one.payload["channel"], one.payload["private"]) for one in private] == [
        ("slack", "true"),
        ("teams", "true"),
    ]
    assert "ada@example.com" in private[0].payload["people"]
    story.happen(RoomOpened(channel="slack", name="x", ref="C2", private=True), actor="system")
    story.happen(RoomOpened(channel="teams", name="x", ref="T2", private=True), actor="system")
    story.letters.clear()
    story.done.clear()
    assert rooms(story.run(3)) == []


def test_before_triage_no_room_is_opened_for_nobody_knows_whether_it_may_be_open():
    story = Story(Severity.SEV1, rules=CHAT)
    story.incident = fold("INC-1", story.events[:1])
    story.happen(SeverityChanged(severity=Severity.SEV1, reason="declared by hand"))
    assert list(due(story.incident, CHAT.rooms, Mode.ACT)) == []


def test_mode_observe_opens_nothing_and_says_what_it_would_have_opened():
    story = Story(Severity.SEV2, rules=CHAT, mode=Mode.OBSERVE).run(1)
    assert story.letters == []
    assert "inc-20260304-ledger-api-error-rate-high" in story.bodies(WouldHaveDone)[0].what


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Payments are failing for EU cards", "inc-20261121-payments-failing-eu-cards"),
        ("Größe überschritten: Zürich", "inc-20261121-grosse-uberschritten-zurich"),
        ("login of ada@example.com from 203.0.113.42", "inc-20261121-login"),
        ("see https://internal.example/x?token=abc", "inc-20261121-see"),
        ("token <secret:3f2a> leaked", "inc-20261121-token-leaked"),
        ("pod checkout-7f9c4b8d56-x2x9p crashed", "inc-20261121-pod-checkout-x2x9p-crashed"),
        ("AKIA2E0A8F3B244C9986 was used", "inc-20261121-used"),
        ("IBAN 4929123412341234", "inc-20261121-iban"),
        ("", "inc-20261121-incident"),
        ("支付失败", "inc-20261121-incident"),
    ],
)
def test_a_name_tells_the_subject_in_plain_words_and_nothing_that_is_secret(words, name):
    assert room_name(DAY, words) == name


@given(st.text(max_size=300))
def test_any_title_becomes_a_name_that_every_chat_takes(words):
    name = room_name(DAY, words)
    assert re.fullmatch(r"inc-20261121(-[a-z0-9]+)+", name) and len(name) <= 80
