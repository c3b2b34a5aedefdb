"""Words for customers, reviewed in Slack; and the question after news, answered in its thread so that the commander need not."""

from copy import deepcopy
from datetime import timedelta

import pytest
from tests.slack_house import DOT, slack_house

from tocsin.guard.attempt import Attempt
from tocsin.model.acts import Acknowledged, Seat, SeatTaken
from tocsin.model.communication import (
    ChatNoted,
    RestrictionSet,
    UpdateApproved,
    UpdateAsked,
    UpdateEdited,
    UpdatePublished,
)
from tocsin.model.update import Audience
from tocsin.stages.communicate import act_at, asks
from tocsin.stages.hearing import asks_for_news
from tocsin.stages.people import acknowledge


@pytest.fixture
def house():
    with slack_house() as house:
        yield house


def told(house, kind):
    return [(actor, body) for actor, body in house.timeline if isinstance(body, kind)]


def words(message):
    parts = [part for block in message["blocks"] if block["type"] == "rich_text" for part in block["elements"]]
    return "\n".join("".join(e.get("text", "") for e in part["elements"]) for part in parts)


def test_a_draft_for_customers_is_edited_approved_and_published_by_buttons(house):
    card = house.draft(Audience.EXTERNAL)
    first = house.incident.narrative.drafts[-1].update
    assert first.text in words(card)
    house.press("ada", card, "edit_update")
    view = house.workspace.views[-1]
    assert view["blocks"][0]["element"]["initial_value"] == first.text
    better = first.text + "\nThank you for your patience."
    answer, _ = house.act("ada", "submit", view, better)
    assert answer.json() == {}
    house.post()
    (card,) = house.cards
    assert "Thank you for your patience." in words(card)
    _, (early,) = house.press("ada", card, "publish_update")
    assert "nobody has approved" in early
    _, whispers = house.press("ada", card, "approve_update")
    assert whispers == []
    (card,) = house.cards
    house.press("ada", card, "publish_update")
    assert [actor for actor, _ in told(house, UpdateEdited)] == ["person:ada@example.com"]
    assert [actor for actor, _ in told(house, UpdateApproved)] == ["person:ada@example.com"]
    ((actor, out),) = told(house, UpdatePublished)
    assert (actor, out.text) == ("person:ada@example.com", better)
    assert house.cards == []
    assert "ada@example.com published it." in words(house.room.messages[-1])


def test_words_that_went_out_elsewhere_and_an_incident_taken_elsewhere_leave_no_button_behind(house):
    house.draft(Audience.CHANNEL, out=True)
    house.draft(Audience.EXTERNAL)
    assert house.cards
    update = house.incident.narrative.drafts[-1].update

    def elsewhere(ledger):
        attempt = Attempt(ledger, DOT, house.rooms.clock.now(), house.rooms.names)
        acknowledge(attempt, "INC-1")
        for act, ask in (("approve-update", asks.Approve(digest=update.digest)), ("publish-update", asks.Publish())):
            act_at(house.rooms.messages, act).on(attempt, "INC-1", update.id, ask)

    house.run(house.rooms.store.write(elsewhere))
    house.settle()
    assert house.cards == []
    said = "\n".join(words(one) for one in house.room.messages)
    assert said.count("dot@example.com has it, since") == 1
    assert said.count("Published by dot@example.com at") == 2


def test_the_first_word_in_the_room_offers_the_incident_to_whoever_reads_it(house):
    card = house.draft(Audience.CHANNEL, out=True)
    house.press("cem", card, "acknowledge")
    assert [actor for actor, _ in told(house, Acknowledged)] == ["person:cem@example.com"]
    assert "cem@example.com has it." in words(card)
    assert card not in house.cards


def test_a_card_whose_words_have_changed_says_why_it_no_longer_counts(house):
    old = deepcopy(house.draft(Audience.EXTERNAL))
    house.press("ada", old, "edit_update")
    view = house.workspace.views[-1]
    house.act("ada", "submit", view, "Other words.")
    for button in ("approve_update", "edit_update", "publish_update"):
        _, (why,) = house.press("ada", old, button)
        assert "not what" in why or "changed" in why
    answer, _ = house.act("ada", "submit", view, "Still other words.")
    assert "not what would happen now" in answer.json()["errors"]["answer"]
    assert told(house, UpdateApproved) == []
    assert told(house, UpdatePublished) == []
    assert len(told(house, UpdateEdited)) == 1


@pytest.mark.parametrize("who", ["mallory", "cem", "bob"])
def test_whoever_may_not_communicate_is_told_so(house, who):
    card = house.draft(Audience.EXTERNAL)
    for button in ("approve_update", "edit_update", "publish_update"):
        _, (why,) = house.press(who, card, button)
        assert "does not know you" in why or "may not publish messages" in why
    assert house.workspace.views == []


def test_any_update_is_answered_in_the_thread_from_the_record(house):
    asked = house.members["bob"].say(house.room, "any update?")
    house.run(house.members["bob"].tell_events())
    house.post()
    answer = house.room.messages[-1]
    assert answer["thread_ts"] == asked["ts"]
    assert "Impact:" in words(answer)
    ((actor, body),) = told(house, UpdateAsked)
    assert (actor, body.asker, body.where, body.to_commander, body.by_leader) == (
        "person:bob@example.com", "bob@example.com", "slack", False, False,
    )  # fmt: skip
    assert told(house, ChatNoted) == []


def test_asking_the_commander_or_asking_as_a_leader_is_seen(house):
    def command(ledger):
        body = SeatTaken(seat=Seat.COMMANDER, person="dot@example.com")
        ledger.timeline.append("INC-1", body, actor="system", at=house.rooms.clock.now())

    house.run(house.rooms.store.write(command))
    house.members["bob"].say(house.room, "<@U0DOT> any news?")
    house.members["vera"].say(house.room, "what's the status?")
    house.members["lea"].say(house.room, "eta?")
    house.run(house.members["bob"].tell_events())
    assert [(body.to_commander, body.by_leader) for _, body in told(house, UpdateAsked)] == [
        (True, False), (False, True), (False, True),
    ]  # fmt: skip


def test_one_who_asks_again_and_again_is_answered_once_a_minute_and_the_rest_are_notes(house):
    for _ in range(5):
        house.members["bob"].say(house.room, "any update?")
    house.run(house.members["bob"].tell_events())
    assert len(told(house, UpdateAsked)) == 1
    house.face.hands.time += timedelta(minutes=2)
    house.members["bob"].say(house.room, "any update?")
    house.run(house.members["bob"].tell_events())
    assert len(told(house, UpdateAsked)) == 2
    assert len(told(house, ChatNoted)) == 4


def test_a_stranger_in_the_room_is_answered_too_and_called_by_their_id(house):
    house.members["mallory"].say(house.room, "any update?")
    house.run(house.members["bob"].tell_events())
    ((actor, body),) = told(house, UpdateAsked)
    assert (actor, body.asker) == ("role:slack", "slack:U0MALLORY")


def test_nobody_outside_a_restricted_incident_is_told_anything_of_it(house):
    def restrict(ledger):
        body = RestrictionSet(restricted=True, people=("bob@example.com",), reason="a compromise")
        ledger.timeline.append("INC-1", body, actor="system", at=house.rooms.clock.now())

    house.run(house.rooms.store.write(restrict))
    house.room.is_private = True
    for who in ("mallory", "cem", "bob"):
        house.members[who].say(house.room, "any update?")
    house.members["vera"].join(house.room)
    house.run(house.members["bob"].tell_events())
    assert [body.asker for _, body in told(house, UpdateAsked)] == ["bob@example.com"]
    assert house.workspace.whispers == []
    assert "INC-1" not in house.command("cem", "status", house.workspace.channel("general"))
    assert "no incident" in house.command("cem", "ack INC-1")


def test_a_leader_who_joins_is_told_how_it_stands_and_counts_as_asking(house):
    house.members["vera"].join(house.room)
    house.members["bob"].join(house.room)
    house.run(house.members["bob"].tell_events())
    ((_, body),) = told(house, UpdateAsked)
    assert (body.asker, body.where, body.by_leader) == ("vera@example.com", "joined the room", True)
    (whisper,) = house.workspace.whispers
    assert whisper["user"] == "U0VERA"
    assert "Impact:" in whisper["text"]


def test_whom_we_invited_ourselves_asked_nothing(house):
    house.room.members.discard("U0VERA")
    house.workspace.joined(house.room, "U0VERA", inviter="U0TOCSINBT")
    house.run(house.members["bob"].tell_events())
    assert told(house, UpdateAsked) == []


def test_status_is_answered_to_whoever_asks_and_elsewhere_lists_what_is_open(house):
    assert "Impact:" in house.command("vera", "status")
    elsewhere = house.workspace.channel("general")
    assert house.command("vera", "status", elsewhere).startswith("INC-1  SEV2")
    assert "Impact:" in house.command("vera", "update? INC-1", elsewhere)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("any update?", True),
        ("Any updates on this?", True),
        ("any news", True),
        ("What\u2019s the latest?", True),
        ("status?", True),
        ("where are we?", True),
        ("when will it be back?", True),
        ("is it still down?", True),
        ("I updated the config", False),
        ("the update broke it", False),
        ("status page is posted", False),
        ("no news is good news, they say; " + "and so on " * 20 + "any update", False),
    ],
)  # fmt: skip
def test_questions_after_news_are_told_from_other_words(text, asks):
    assert asks_for_news(text) is asks
