"""Slack as a channel, against a workspace that answers as Slack documents, through Slack's own client."""

import asyncio

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tocsin.config import Secret
from tocsin.connectors.slack import SlackChannel, SlackConfig
from tocsin.connectors.slack.fake import Workspace, serving
from tocsin.connectors.slack.fake.workspace import BOT_USER
from tocsin.errors import SourceError
from tocsin.model.press import Press, Pressed
from tocsin.ports import Button, Message, Purpose

PEOPLE = {
    "U0ADA": {"person": "ada@example.com", "roles": ["responder", "approver"]},
    "U0BOB": {"person": "bob@example.com", "every_room": True},
}


@pytest.fixture
def workspace():
    workspace = Workspace()
    workspace.users |= {"U0ADA": "ada", "U0BOB": "bob"}
    workspace.channel("incidents")
    with serving(workspace) as url:
        workspace.url = url
        yield workspace


def channel(workspace, token=None, **more):
    config = SlackConfig.model_validate(
        {"token": Secret(env="X"), "people": PEOPLE, "url": workspace.url, "timeout_seconds": 2, **more}
    )
    return SlackChannel(config, token or workspace.token)


def message(purpose, key="k1", **more):
    told = {"incident_id": "INC-1", "audience": "channel", "title": "Checkout is down", "text": "We look into it."}
    return Message(key=key, purpose=purpose, **(told | more))


def send(slack, *messages):
    async def story():
        return [await slack.send(one) for one in messages]

    return asyncio.run(story())


def room(workspace, slack, **more):
    (receipt,) = send(
        slack, message(Purpose.ROOM, title="inc-20260301-checkout-is-down", people=("ada@example.com",), **more)
    )
    return receipt, workspace.channels[receipt.ref]


def words(posted):
    parts = [part for block in posted["blocks"] if block["type"] == "rich_text" for part in block["elements"]]
    return "\n".join("".join(e.get("text", "") for e in part["elements"]) for part in parts)


def test_an_incident_gets_a_room_with_its_people_and_a_topic(workspace):
    receipt, made = room(workspace, channel(workspace), text="SEV1 · Checkout is down <!channel>")
    assert made.name == "inc-20260301-checkout-is-down"
    assert made.members == {BOT_USER, "U0ADA", "U0BOB"}
    assert made.topic == "SEV1 · Checkout is down &lt;!channel&gt;"
    assert receipt.link == f"https://example.slack.com/archives/{made.id}"


def test_the_room_of_a_restricted_incident_is_private_and_holds_only_those_who_were_named(workspace):
    _, made = room(workspace, channel(workspace), private=True)
    assert made.is_private
    assert made.members == {BOT_USER, "U0ADA"}


def test_an_incident_that_is_restricted_later_moves_into_a_private_room(workspace):
    slack = channel(workspace)
    ref, first = room(workspace, slack)
    told = {"private": True, "people": ("ada@example.com",), "known": {"room": ref.ref}}
    (new,) = send(slack, message(Purpose.ROOM, "k2", title="inc-20260301-restricted", **told))
    assert new.ref != first.id
    assert workspace.channels[new.ref].members == {BOT_USER, "U0ADA"}
    (again,) = send(
        slack, message(Purpose.ROOM, "k3", title="inc-20260301-restricted", **told | {"known": {"room": new.ref}})
    )
    assert again.ref == new.ref


def test_a_room_whose_opening_was_cut_is_taken_up_again_and_not_opened_twice(workspace):
    slack = channel(workspace)
    workspace.fail("conversations.create", "cut")
    with pytest.raises(SourceError):
        room(workspace, slack)
    receipt, _ = room(workspace, slack)
    again, _ = room(workspace, slack)
    assert receipt == again
    assert [one.name for one in workspace.channels.values()] == ["incidents", "inc-20260301-checkout-is-down"]


def test_a_name_that_another_incident_has_is_told_apart(workspace):
    slack = channel(workspace)
    _, first = room(workspace, slack)
    _, second = room(workspace, slack, incident_id="INC-2")
    _, again = room(workspace, slack, incident_id="INC-2")
    assert second.name.startswith("inc-20260301-checkout-is-down-")
    assert second.id == again.id != first.id


def test_somebody_elses_channel_of_that_name_is_left_alone(workspace):
    theirs = workspace.channel("inc-20260301-checkout-is-down", "U0BOB")
    _, made = room(workspace, channel(workspace))
    assert made.id != theirs.id
    assert theirs.members == {"U0BOB"}


def test_the_summary_is_posted_once_pinned_and_then_edited_in_place(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    known = {"room": ref.ref}
    (first,) = send(slack, message(Purpose.SUMMARY, known=known))
    (second,) = send(
        slack, message(Purpose.SUMMARY, "k2", text="It is mitigated.", known=known | {"summary": first.ref})
    )
    assert second.ref == first.ref
    (posted,) = made.messages
    assert made.pins == [posted["ts"]]
    assert "It is mitigated." in words(posted)
    assert first.link.startswith("https://example.slack.com/archives/")


def test_the_organisations_summary_stands_in_the_shared_channel_and_pinned_in_the_room(workspace):
    slack = channel(workspace)
    (early,) = send(slack, message(Purpose.SUMMARY, audience="internal"))
    ref, made = room(workspace, slack)
    known = {"room": ref.ref, "summary/internal": early.ref}
    (both,) = send(slack, message(Purpose.SUMMARY, "k2", audience="internal", text="It is known.", known=known))
    (again,) = send(
        slack,
        message(
            Purpose.SUMMARY, "k3", audience="internal", text="It is over.", known=known | {"summary/internal": both.ref}
        ),
    )
    shared = workspace.named("incidents")
    assert both == again
    assert [len(one.messages) for one in (made, shared)] == [1, 1]
    assert [len(one.pins) for one in (made, shared)] == [1, 0]
    assert "It is over." in words(made.messages[0])
    assert "It is over." in words(shared.messages[0])


def test_a_review_of_words_for_leadership_is_asked_for_in_the_room(workspace):
    workspace.channel("leadership")
    slack = channel(workspace, places={"executive": "#leadership"})
    ref, made = room(workspace, slack)
    send(slack, message(Purpose.REVIEW, audience="executive", known={"room": ref.ref}))
    assert len(made.messages) == 1


def test_a_newer_draft_takes_the_buttons_of_the_older_one_for_the_same_readers(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    known = {"room": ref.ref}
    cards = [
        message(
            Purpose.REVIEW, key, audience=audience, known=known, buttons=(approve(),), corrects=corrects, update_id=key
        )
        for key, audience, corrects in [
            ("k1", "external", ""),
            ("k2", "executive", ""),
            ("k3", "external", "C1:1"),
            ("k4", "external", ""),
        ]
    ]
    send(slack, *cards, cards[-1])
    offered = ["actions" in {block["type"] for block in one["blocks"]} for one in made.messages]
    assert offered == [False, True, True, True]
    assert words(made.messages[0]).endswith("A newer draft has taken its place.")


def test_a_summary_that_somebody_deleted_is_posted_anew(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    (first,) = send(slack, message(Purpose.SUMMARY, known={"room": ref.ref}))
    made.messages.clear()
    (second,) = send(slack, message(Purpose.SUMMARY, "k2", known={"room": ref.ref, "summary": first.ref}))
    assert second.ref != first.ref
    assert len(made.messages) == 1


def test_each_audience_reads_in_its_own_place(workspace):
    workspace.channel("leadership")
    slack = channel(workspace, places={"executive": "#leadership"})
    ref, made = room(workspace, slack)
    known = {"room": ref.ref}
    audiences = ("channel", "internal", "executive")
    send(slack, *(message(Purpose.UPDATE, f"k{a}", audience=a, text=a, known=known) for a in audiences))
    assert [len(workspace.named(name).messages) for name in ("incidents", "leadership", made.name)] == [1, 1, 1]
    assert "executive" in words(workspace.named("leadership").messages[0])


@pytest.mark.parametrize("fault", ["cut", "down", "rate"])
def test_a_message_sent_again_is_one_message(workspace, fault):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    one = message(Purpose.UPDATE, known={"room": ref.ref})
    workspace.fail("chat.postMessage", fault, "7")
    with pytest.raises(SourceError) as refused:
        send(slack, one)
    assert refused.value.wait_seconds == (7 if fault == "rate" else 0)
    first, second = send(slack, one, one)
    assert first == second
    assert len(made.messages) == 1


def test_a_correction_marks_the_old_message_and_stands_under_it(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    known = {"room": ref.ref}
    (wrong,) = send(slack, message(Purpose.UPDATE, text="All is well.", known=known))
    fix = message(Purpose.CORRECTION, "k2", text="It is not.", known=known, corrects=wrong.ref)
    send(slack, fix, fix)
    old, new = made.messages
    assert words(old) == "This was corrected. See below.\nAll is well."
    assert old["blocks"][1]["elements"][0]["elements"][0]["style"] == {"strike": True}
    assert (new["thread_ts"], new["subtype"]) == (old["ts"], "thread_broadcast")
    assert "It is not." in words(new)


def test_what_is_taken_back_can_no_longer_be_read(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    known = {"room": ref.ref}
    (wrong,) = send(slack, message(Purpose.UPDATE, text="The customer Contoso is down.", known=known))
    send(slack, message(Purpose.RETRACTION, "k2", text="Taken back.", known=known | {"update": wrong.ref}))
    assert "Contoso" not in str(made.messages)


def test_an_answer_and_a_reminder_stand_in_the_thread_they_belong_to(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    asked = workspace.say(made, "U0ADA", "any update?")
    known = {"room": ref.ref}
    (review,) = send(slack, message(Purpose.REVIEW, "k1", known=known))
    send(slack, message(Purpose.UPDATE, "k2", thread=f"{made.id}:{asked['ts']}", known=known))
    send(slack, message(Purpose.REMINDER, "k3", known=known | {"review": review.ref}))
    _, card, answer, reminder = made.messages
    assert answer["thread_ts"] == asked["ts"]
    assert reminder["thread_ts"] == card["ts"]
    assert review.ref == f"{made.id}:{card['ts']}"


def approve(digest="d" * 64):
    pressed = Pressed(press=Press.APPROVE_STEP, incident_id="INC-1", about="ACT-1", digest=digest)
    return Button("Approve", pressed.press, pressed.value, danger=True)


def test_a_step_that_waits_is_shown_letter_by_letter_above_its_button(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    exact = "restart --host=db-1 \u202eevil <!channel> https://example.net"
    send(slack, message(Purpose.APPROVAL, exact=exact, buttons=(approve(),), known={"room": ref.ref}))
    (card,) = made.messages
    sections = [part for block in card["blocks"] if block["type"] == "rich_text" for part in block["elements"]]
    (shown,) = [part for part in sections if part["type"] == "rich_text_preformatted"]
    assert shown["elements"] == [{"type": "text", "text": exact.replace("\u202e", "⟨U+202E⟩")}]
    (button,) = next(b for b in card["blocks"] if b["type"] == "actions")["elements"]
    assert (button["action_id"], button["value"], button["confirm"]["deny"]["text"]) == (
        "approve_step#0", approve().value, "Not yet",
    )  # fmt: skip


def test_what_cannot_be_shown_in_full_cannot_be_approved_there(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    send(slack, message(Purpose.APPROVAL, exact="x" * 4000, buttons=(approve(),), known={"room": ref.ref}))
    assert "actions" not in {block["type"] for block in made.messages[0]["blocks"]}
    assert "too long to be shown" in words(made.messages[0])


def test_what_is_restricted_never_reaches_an_open_channel(workspace):
    slack = channel(workspace)
    ref, made = room(workspace, slack)
    for known in ({}, {"room": ref.ref}):
        with pytest.raises(SourceError) as refused:
            send(slack, message(Purpose.UPDATE, private=True, known=known))
        assert refused.value.code == "TCS-SOURCE-SLACK-PRIVATE"
    assert not made.messages
    assert not workspace.named("incidents").messages


@pytest.mark.parametrize(
    ("method", "error", "advice"),
    [
        ("chat.postMessage", "invalid_auth", "bot token"),
        ("chat.postMessage", "missing_scope", "docs/slack.md"),
        ("chat.postMessage", "is_archived", "not archived"),
        ("conversations.history", "not_in_channel", "has been added"),
        ("chat.postMessage", "restricted_action", "administers"),
        ("chat.postMessage", "fatal_error", "docs.slack.dev"),
    ],
)
def test_a_refusal_says_what_to_do_and_never_the_token(workspace, method, error, advice):
    slack = channel(workspace)
    workspace.fail(method, "error", error)
    with pytest.raises(SourceError) as refused:
        send(slack, message(Purpose.UPDATE))
    assert error in refused.value.what
    assert advice in refused.value.do
    assert workspace.token not in str(refused.value)


def test_a_workspace_that_is_not_there_is_said_plainly():
    slack = channel(type("Gone", (), {"url": "http://127.0.0.1:9/api/", "token": "xoxb-1"}))
    with pytest.raises(SourceError) as refused:
        send(slack, message(Purpose.UPDATE))
    assert refused.value.code == "TCS-SOURCE-SLACK-DOWN"


def test_a_shared_channel_that_does_not_exist_is_named(workspace):
    with pytest.raises(SourceError) as refused:
        send(channel(workspace, channel="#nowhere"), message(Purpose.UPDATE))
    assert "#nowhere" in refused.value.what


def test_slack_s_own_client_finds_the_fake_as_slack_documents_itself(workspace):
    slack = WebClient(token=workspace.token, base_url=workspace.url)
    assert slack.auth_test()["bot_id"]
    made = slack.conversations_create(name="a-room")["channel"]["id"]
    slack.conversations_join(channel=made)
    ts = slack.chat_postMessage(channel=made, text="hello")["ts"]
    slack.pins_add(channel=made, timestamp=ts)
    assert slack.conversations_history(channel=made)["messages"][0]["text"] == "hello"
    assert slack.users_info(user="U0ADA")["user"]["name"] == "ada"
    for wrong, error in [
        (lambda: slack.conversations_create(name="a-room"), "name_taken"),
        (lambda: slack.conversations_create(name="A Room"), "invalid_name_specials"),
        (lambda: slack.conversations_create(name="x" * 81), "invalid_name_maxlength"),
        (lambda: slack.chat_postMessage(channel="C0NOWHERE", text="x"), "channel_not_found"),
        (lambda: slack.chat_postMessage(channel="#incidents", text="x"), "not_in_channel"),
        (lambda: slack.chat_postMessage(channel=made, text="x", blocks=[{"type": "header"}]), "invalid_blocks"),
        (lambda: slack.chat_update(channel=made, ts="1.2", text="x"), "message_not_found"),
        (lambda: slack.pins_add(channel=made, timestamp=ts), "already_pinned"),
        (lambda: slack.views_open(trigger_id="1.2.3", view={"type": "modal", "blocks": []}), "invalid_trigger_id"),
        (lambda: slack.chat_delete(channel=made, ts=ts), "unknown_method"),
        (lambda: WebClient(token="xoxb-wrong", base_url=workspace.url).auth_test(), "invalid_auth"),
    ]:
        with pytest.raises(SlackApiError) as refused:
            wrong()
        assert refused.value.response["error"] == error
    workspace.fail("auth.test", "rate", "30")
    with pytest.raises(SlackApiError) as refused:
        slack.auth_test()
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "30")
