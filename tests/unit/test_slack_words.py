"""Outside words in Slack: exactly as they are, never a mention, a link, a hidden character, or more than Slack takes."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tocsin.connectors.slack.blocks import content
from tocsin.connectors.slack.fake.limits import MOST_CHARACTERS, size, wrong_blocks, wrong_name
from tocsin.connectors.slack.words import EXACT, escaped, line, plain, room_name, second_name, unescaped
from tocsin.model.plain import visible
from tocsin.model.press import Press, Pressed
from tocsin.ports import Button, Message, Purpose

MARKUP = "<!channel> <!here|x> <@U0ADA> <https://evil.example|page> &lt;!channel&gt; @here *a* `b` >q :fire: https://evil.example"
HIDDEN = "\u202e\u200b\u2066\u2069\U000e0041\x1b\r\x00\u3164\ufeff\u2028\n\ud800"
HOSTILE = some.sampled_from([*MARKUP.split(" "), *HIDDEN])
TEXTS = some.lists(some.one_of(HOSTILE, some.text(max_size=30)), max_size=12).map("".join)
ACTIVE = re.compile(r"<[^<>]*>")
"""What Slack makes something of in a text that it parses."""


def messages():
    pressed = Pressed(press=Press.APPROVE_STEP, incident_id="INC-1", about="ACT-1", digest="d" * 64)
    button = some.just((Button("Approve", pressed.press, pressed.value, danger=True),))
    return some.builds(
        Message,
        key=TEXTS,
        incident_id=TEXTS,
        purpose=some.sampled_from([one for one in Purpose if one is not Purpose.ROOM]),
        audience=some.just("channel"),
        title=TEXTS,
        text=some.one_of(TEXTS, some.integers(1, 9).map(lambda n: f"long{n} " * 2000)),
        severity=TEXTS,
        status=TEXTS,
        link=some.sampled_from(["", "https://tocsin.example/i/1", "javascript:alert(1)"]),
        exact=some.one_of(TEXTS, some.integers(1, 9).map(lambda n: f"--flag{n} " * 600)),
        buttons=button,
    )


def elements(told):
    return [
        one
        for block in told["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        for one in part["elements"]
    ]


def hides(text):
    return [
        one for one in text if one not in "\n\t" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]


@settings(max_examples=60, deadline=None)
@given(messages())
def test_whatever_the_words_slack_takes_the_message_and_parses_nothing_in_it(message):
    told = content(message)
    assert wrong_blocks(told["blocks"]) == []
    assert size(told["blocks"]) <= MOST_CHARACTERS
    assert not ACTIVE.search(told["text"])
    assert (told["parse"], told["link_names"], told["unfurl_links"]) == ("none", False, False)
    assert {one["type"] for one in elements(told)} <= {"text", "link"}
    assert {one["url"] for one in elements(told) if one["type"] == "link"} <= {"https://tocsin.example/i/1"}
    assert "mrkdwn" not in {block.get("text", {}).get("type") for block in told["blocks"]}
    shown = [one["text"] for one in elements(told)] + [told["text"], told["blocks"][0]["text"]["text"]]
    assert not [one for text in shown for one in hides(text)]


@settings(max_examples=60, deadline=None)
@given(messages())
def test_what_would_run_is_shown_to_the_letter_or_nobody_can_approve_it(message):
    told = content(message)
    exact = [
        part["elements"][0]["text"]
        for block in told["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_preformatted"
    ]
    offered = [block for block in told["blocks"] if block["type"] == "actions"]
    whole = visible(message.exact).strip()
    if len(whole) > EXACT:
        assert not offered
    else:
        assert offered
        assert exact == ([whole] if whole else [])


@pytest.mark.parametrize("length", range(EXACT - 2, EXACT + 4))
def test_a_command_that_would_be_cut_at_a_blank_is_not_taken_for_a_whole_one(length):
    exact = "x" * (EXACT - 1) + "  " + "y" * length
    message = Message(
        key="k", incident_id="INC-1", purpose=Purpose.APPROVAL, audience="channel", title="t", text="t", exact=exact,
        buttons=(Button("Approve", "approve_step", "[]", danger=True),),
    )  # fmt: skip
    assert "actions" not in {block["type"] for block in content(message)["blocks"]}


@settings(deadline=None)
@given(TEXTS)
def test_escaping_loses_nothing_and_leaves_nothing_active(text):
    assert unescaped(escaped(text, 10_000)) == visible(text).strip()
    assert not re.search(r"[<>]", escaped(text, 10_000))


@settings(deadline=None)
@given(TEXTS)
def test_hidden_characters_are_spelled_out_and_nothing_else_is_changed(text):
    assert not hides(visible(text))
    assert visible(visible(text)) == visible(text)
    plainly = "".join(one for one in text if not hides(one))
    assert visible(plainly) == plainly or set(plainly) & set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@given(TEXTS, some.integers(1, 300))
def test_every_text_keeps_its_bound(text, limit):
    assert len(plain(text, limit)) <= limit
    assert len(line(text, limit)) <= limit
    assert "\n" not in line(text, limit)


@given(some.text(max_size=200), some.text(max_size=30))
def test_every_title_makes_a_name_that_slack_takes(title, incident):
    name = room_name(title)
    second = second_name(name, incident)
    assert name.startswith("inc")
    assert [wrong_name(one) for one in (name, second)] == ["", ""]
    assert second == second_name(name, incident) != name


def test_a_long_name_ends_at_the_end_of_a_word():
    wanted = "inc-20260301-payments fail for Zürich: the connection pool of prod-db-01 is exhausted and nobody can pay"
    assert room_name(wanted) == "inc-20260301-payments-fail-for-zurich-the-connection-pool-of-prod-db-01-is"
