"""Buttons in Slack: a mapped approver's press runs exactly the step on the card, and nobody's words or forgeries do."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from tests.slack_house import slack_house

from tocsin.connectors.slack.fake.member import signed
from tocsin.model.action import approval_digest
from tocsin.model.acts import ActionApproved, ActionRejected
from tocsin.model.identity import Principal, Role
from tocsin.model.press import Pressed, read_press
from tocsin.stages.remediate import permit


@pytest.fixture
def house():
    with slack_house() as house:
        yield house


def words(message):
    parts = [part for block in message["blocks"] if block["type"] == "rich_text" for part in block["elements"]]
    return "\n".join("".join(e.get("text", "") for e in part["elements"]) for part in parts)


def test_the_card_shows_exactly_what_would_run_and_on_what(house):
    card = house.ask_for_step()
    step = house.incident.actions[0].step
    assert step.shown in words(card)
    assert json.dumps(step.call, sort_keys=True) in words(card)
    assert "On: lark (1 target), in production" in words(card)
    assert "Dry run:" in words(card)
    pressed = read_press(
        "approve_step", next(b for b in card["blocks"] if b["type"] == "actions")["elements"][0]["value"]
    )
    assert pressed.about == house.incident.actions[0].id


def test_an_approver_presses_and_the_step_runs_in_their_name(house):
    card = house.ask_for_step()
    answer, whispers = house.press("ada", card, "approve_step")
    assert (answer.status_code, whispers) == (200, [])
    house.walk()
    assert house.ran == ["restart_app"]
    (said,) = [one for one in house.timeline if isinstance(one[1], ActionApproved)]
    assert said[0] == "person:ada@example.com"
    assert said[1].approval.approver == "ada@example.com"
    assert "ada@example.com approved it." in words(house.room.messages[0])
    assert house.cards == []


@pytest.mark.parametrize(
    ("who", "why"),
    [("mallory", "tocsin does not know you"), ("cem", "may not approve steps"), ("vera", "may not approve steps")],
)
def test_whoever_may_not_approve_is_told_so_and_nothing_runs(house, who, why):
    card = house.ask_for_step()
    answer, (whisper,) = house.press(who, card, "approve_step")
    house.walk()
    assert answer.status_code == 200
    assert why in whisper
    assert house.ran == []
    assert house.cards


def test_a_stale_button_says_why_and_approves_nothing(house):
    old = house.ask_for_step()
    house.face.hands.time += timedelta(minutes=16)
    _, (late,) = house.press("ada", old, "approve_step")
    assert "expired" in late
    house.ask_for_step()
    pressed = read_press(
        "approve_step", next(b for b in old["blocks"] if b["type"] == "actions")["elements"][0]["value"]
    )
    newest = house.incident.actions[-1].id
    for digest, why in (("0" * 64, "not what would run now"), ("", "does not say what it stands for")):
        swapped = Pressed(press=pressed.press, incident_id="INC-1", about=newest, digest=digest)
        _, (whisper,) = house.press("ada", old, "approve_step", value=swapped.value)
        assert why in whisper
    house.walk()
    assert house.ran == []


def test_a_rejection_asks_for_the_reason_and_settles_the_card(house):
    card = house.ask_for_step()
    house.press("ada", card, "reject_step")
    (view,) = house.workspace.views
    answer, _ = house.act("ada", "submit", view, "no")
    assert answer.json()["errors"]["answer"].startswith("Say why")
    answer, _ = house.act("ada", "submit", view, "The database is already failing over.")
    assert answer.json() == {}
    (said,) = [body for _, body in house.timeline if isinstance(body, ActionRejected)]
    assert "already failing over" in said.reason
    assert "ada@example.com rejected it" in words(house.room.messages[0])
    assert house.cards == []


def test_a_step_that_needs_two_keeps_its_buttons_until_the_second_yes(house):
    card = house.ask_for_step(step=4)
    house.press("ada", card, "approve_step")
    assert "and 1 more must" in words(house.cards[0])
    _, (again,) = house.press("ada", house.cards[0], "approve_step")
    assert "has approved" in again
    house.walk()
    assert house.ran == []
    house.press("bob", house.cards[0], "approve_step")
    house.walk()
    assert house.ran == ["wipe_cache"]
    assert house.cards == []


@pytest.mark.parametrize(
    "text", ["I approve", "approve ACT-000001", "/incident approve", "APPROVE_STEP", "yes, run it"]
)
def test_words_approve_nothing(house, text):
    house.ask_for_step()
    house.members["ada"].say(house.room, text)
    answers = house.run(house.members["ada"].tell_events())
    house.command("ada", text)
    house.walk()
    assert {one.status_code for one in answers} == {200}
    assert not [body for _, body in house.timeline if isinstance(body, ActionApproved)]
    assert house.ran == []


def test_slack_s_own_verifier_agrees_with_our_door(house):
    card = house.ask_for_step()
    payload = house.members["ada"].press_payload(house.room, card, "approve_step")
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = signed(house.workspace, body)
    clock = type("Clock", (), {"now": lambda self: house.workspace.now()})()
    verifier = SignatureVerifier(house.workspace.signing_secret, clock)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"x", headers)
    assert house.run(house.send("/slack/interactions", body + b"x", headers)).status_code == 401
    assert house.run(house.send("/slack/interactions", body, headers)).status_code == 200
    made_by_slack = verifier.generate_signature(timestamp=headers["x-slack-request-timestamp"], body=body)
    assert made_by_slack == headers["x-slack-signature"]


def test_a_request_sent_again_counts_once(house):
    card = house.ask_for_step(step=4)
    payload = house.members["ada"].press_payload(house.room, card, "approve_step")
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = signed(house.workspace, body)
    assert house.run(house.send("/slack/interactions", body, headers)).status_code == 200
    again = house.run(house.send("/slack/interactions", body, headers))
    assert (again.status_code, again.json()["code"]) == (409, "TCS-SLACK-REPLAY")
    house.face.hands.time += timedelta(minutes=6)
    assert house.run(house.send("/slack/interactions", body, headers)).status_code == 401
    assert len(house.incident.actions[0].approvals) == 1


def test_no_address_that_a_request_brings_is_ever_called(house):
    house.press("mallory", house.ask_for_step(), "approve_step")
    assert {method for method, _ in house.workspace.calls} <= {
        "auth.test", "chat.postMessage", "chat.getPermalink", "chat.postEphemeral",
        "conversations.history", "conversations.info",
    }  # fmt: skip


def test_a_service_that_trusts_no_slack_answers_nothing(house):
    house.rooms.slack = None
    answer, _ = house.act("ada", "command", house.room, "help")
    assert (answer.status_code, answer.json()["code"]) == (404, "TCS-NOTFOUND")


ADA = Principal(id="ada@example.com", roles=frozenset({Role.APPROVER}))


def test_a_step_that_was_approved_elsewhere_loses_its_buttons_where_its_card_stands(house):
    house.ask_for_step()
    house.settle()
    assert house.cards
    (action,) = house.incident.actions
    digest = approval_digest(action.step, action.rehearsal)
    house.run(permit.approve(house.rooms.actions, "INC-1", action.id, by=ADA, digest=digest))
    house.walk()
    for _ in range(2):
        house.settle()
    assert house.cards == []
    (card,) = house.room.messages
    assert words(card).count("Approved by ada@example.com, and started.") == 1


def test_a_step_that_was_rejected_elsewhere_says_so_on_its_card(house):
    house.ask_for_step()
    (action,) = house.incident.actions
    house.run(permit.reject(house.rooms.actions, "INC-1", action.id, by=ADA, reason="not at this hour"))
    house.settle()
    assert house.cards == []
    assert "It does not run: ada@example.com: not at this hour." in words(house.room.messages[0])


def test_a_card_that_was_decided_by_a_press_is_not_told_again(house):
    card = house.ask_for_step()
    house.press("ada", card, "approve_step")
    house.walk()
    before = words(house.room.messages[0])
    house.settle()
    assert words(house.room.messages[0]) == before
