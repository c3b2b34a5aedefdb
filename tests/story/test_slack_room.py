"""What people type and say in an incident's room: commands are acts in their name, words are notes, pins reach the timeline."""

import asyncio
from datetime import timedelta

import pytest
from tests.slack_house import slack_house

from tocsin.connectors.slack.fake.member import signed
from tocsin.connectors.slack.fake.workspace import BOT_USER
from tocsin.model.acts import Acknowledged, Flagged, NextActionSet, SeatTaken, SeverityChanged, UserReported
from tocsin.model.communication import ChatNoted, ChatPinned
from tocsin.model.event import Declared, Noted
from tocsin.model.state import State
from tocsin.web.slack import commands, routes


@pytest.fixture
def house():
    with slack_house() as house:
        yield house


def told(house, kind):
    return [(actor, body) for actor, body in house.timeline if isinstance(body, kind)]


def tell(house):
    return [one.status_code for one in house.run(house.members["ada"].tell_events())]


def test_what_is_typed_in_a_room_is_done_on_its_incident_in_the_name_of_whoever_typed_it(house):
    assert house.command("cem", "ack") == "You have INC-1."
    assert house.command("cem", "severity SEV1 nobody can pay") == "INC-1 is SEV1 now."
    assert house.command("cem", "next fail over to the replica").startswith("Next on INC-1")
    assert house.command("dot", "role comms <@U0ADA|ada>") == "ada@example.com is communications lead of INC-1."
    assert house.command("cem", "note the pool is exhausted") == "Noted on INC-1."
    assert house.command("cem", "decision we fail over").startswith("The decision stands")
    assert house.command("vera", "report checkout shows an error page").startswith("The report stands")
    assert house.command("cem", "mitigated failed over").startswith("INC-1 is mitigated")
    assert house.command("dot", "resolve the pool was exhausted") == "All clear on INC-1."
    assert told(house, Acknowledged) == [("person:cem@example.com", Acknowledged())]
    assert told(house, SeverityChanged)[0][0] == "person:cem@example.com"
    assert told(house, NextActionSet)[0][1].owner == "cem@example.com"
    assert told(house, SeatTaken)[0][1].person == "ada@example.com"
    assert [body.text for _, body in told(house, Noted)] == ["the pool is exhausted", "Decision: we fail over"]
    assert told(house, UserReported)[0][1].origin == "slack"
    assert house.incident.state is State.RESOLVED


def test_a_slow_answer_is_promised_in_time_and_comes_by_itself(house, monkeypatch):
    async def slowly(*told):
        await asyncio.sleep(0.05)
        return await carried_out(*told)

    carried_out = commands.carried_out
    monkeypatch.setattr(routes, "ANSWER_SECONDS", 0.001)
    monkeypatch.setattr(commands, "carried_out", slowly)
    assert "comes by itself" in house.command("cem", "ack")
    assert house.workspace.whispers[-1]["text"] == "You have INC-1."
    assert len(told(house, Acknowledged)) == 1


def test_a_seat_is_given_by_mention_or_by_address(house):
    house.command("dot", "role commander <mailto:bob@example.com|bob@example.com>")
    house.command("dot", "role tech <@U0CEM|cem>")
    house.command("dot", "role scribe")
    assert [(body.seat, body.person) for _, body in told(house, SeatTaken)] == [
        ("commander", "bob@example.com"), ("technical_lead", "cem@example.com"), ("scribe", "dot@example.com"),
    ]  # fmt: skip


def test_an_incident_is_declared_from_slack(house):
    anywhere = house.workspace.channel("general")
    answer = house.command("cem", "declare SEV2 checkout &amp; login fail", anywhere)
    name = answer.split()[0]
    events = house.run(house.rooms.store.read(lambda ledger: ledger.timeline.events(name)))
    assert isinstance(events[0].body, Declared)
    assert events[0].body.title == "checkout & login fail"
    assert events[0].actor == "person:cem@example.com"


def test_elsewhere_a_command_names_its_incident_and_is_never_guessed(house):
    anywhere = house.workspace.channel("general")
    assert "Which incident?" in house.command("cem", "ack", anywhere)
    assert "no incident INC-7" in house.command("cem", "ack INC-7", anywhere)
    assert house.command("cem", "ack inc-1", anywhere) == "You have INC-1."


@pytest.mark.parametrize(
    ("who", "text", "why"),
    [
        ("mallory", "ack", "tocsin does not know you"),
        ("vera", "ack", "may not work on incidents"),
        ("cem", "resolve", "may not command incidents"),
        ("cem", "severity SEV9 x", "severity"),
        ("cem", "note", "text"),
        ("dot", "role commander <@U0MALLORY>", "tocsin does not know you"),
        ("dot", "role king", "seat"),
        ("cem", "", "/incident declare"),
        ("cem", "approve ACT-1", "/incident declare"),
    ],
)
def test_what_cannot_be_done_is_said_to_whoever_typed_it(house, who, text, why):
    before = len(house.timeline)
    assert why in house.command(who, text)
    assert len(house.timeline) == before


def test_words_become_notes_with_names_and_without_secrets(house):
    house.rooms.clean = lambda text: text.replace("hunter2", "[secret]")
    house.members["ada"].say(house.room, "the password is hunter2 &amp; <@U0BOB> knows <https://x.example/a|the page>")
    house.members["mallory"].say(house.room, "hello\u202e <!channel>")
    assert set(tell(house)) == {200}
    (known, stranger) = told(house, ChatNoted)
    assert known[0] == "person:ada@example.com"
    assert known[1].text == "the password is [secret] & @bob@example.com knows the page (https://x.example/a)"
    assert (stranger[0], stranger[1].author) == ("role:slack", "slack:U0MALLORY")
    assert stranger[1].text == "hello @channel"


def test_a_word_that_slack_sends_twice_is_one_note(house):
    house.members["ada"].say(house.room, "once")
    (event,) = house.workspace.events
    house.run(house.members["ada"].tell(event))
    again = house.run(house.members["ada"].tell(event, retry=1))
    assert again.status_code == 200
    assert len(told(house, ChatNoted)) == 1


def test_our_own_words_edits_and_other_channels_are_no_notes(house):
    elsewhere = house.workspace.channel("general", BOT_USER)
    house.ask_for_step()
    house.members["ada"].say(elsewhere, "lunch?")
    house.workspace.say(house.room, "U0ADA", "edited", subtype="message_changed")
    house.workspace.say(house.room, "U0BOT", "beep", bot_id="B1")
    tell(house)
    assert told(house, ChatNoted) == []


def test_a_chatty_room_cannot_flood_the_timeline(house):
    for number in range(100):
        house.members["ada"].say(house.room, f"word {number}")
    tell(house)
    assert len(told(house, ChatNoted)) == 20
    assert len(told(house, Flagged)) == 1
    for minute in range(8):
        house.face.hands.time += timedelta(minutes=1)
        for number in range(30):
            house.members["ada"].say(house.room, f"word {minute} {number}")
        tell(house)
    assert len(told(house, ChatNoted)) == 50


def test_a_pin_brings_words_onto_the_timeline_with_author_and_link(house):
    said = house.members["mallory"].say(house.room, "since the deploy at 12:03")
    house.members["cem"].pin(house.room, said["ts"])
    house.members["cem"].pin(house.room, said["ts"])
    house.members["mallory"].pin(house.room, said["ts"])
    tell(house)
    ((actor, pinned),) = told(house, ChatPinned)
    assert actor == "person:cem@example.com"
    assert (pinned.author, pinned.text) == ("slack:U0MALLORY", "since the deploy at 12:03")
    assert pinned.link == house.workspace.permalink(house.room, said["ts"])


def test_our_own_pin_is_no_news(house):
    house.workspace.channel("x")
    card = house.ask_for_step()
    house.workspace.pinned(house.room, card["ts"], "U0ADA")
    tell(house)
    assert told(house, ChatPinned) == []


def test_slack_can_check_that_the_door_is_ours(house):
    event = {
        "type": "url_verification",
        "token": "x",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    }
    answer = house.run(house.members["ada"].tell(event))
    assert answer.json() == {"challenge": event["challenge"]}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event": []},
        {"type": "event_callback", "event": {"type": "message", "channel": {}, "user": 7, "text": None}},
        {"type": "event_callback", "event": {"type": "pin_added", "item": {"message": {"text": 3}}}},
        {"type": "event_callback", "event": {"type": "pin_added", "item": []}},
        {"type": "event_callback", "event": {"type": "pin_added", "item": "x"}},
        {"type": "tokens_revoked"},
        {},
    ],
)
def test_an_event_of_an_odd_shape_is_answered_and_leaves_nothing(house, event):
    before = len(house.timeline)
    assert house.run(house.members["ada"].tell(event)).status_code == 200
    assert len(house.timeline) == before


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"payload=%5B%5D", b"payload=%7B%7D", b"\xff\xfe", b"payload=" + b"%5B" * 500]
)
def test_an_odd_body_with_a_true_signature_is_a_plain_refusal(house, body):
    answer = house.run(house.send("/slack/interactions", body, signed(house.workspace, body)))
    assert answer.status_code in (200, 422)
