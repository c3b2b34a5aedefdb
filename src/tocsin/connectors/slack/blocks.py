"""Messages as Block Kit. Every outside word stands in a rich text element or a plain text object, which Slack shows as it is: no
mention, link, image or formatting can come out of it. Links and buttons are ours alone. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.connectors.plain_text import web_link
from tocsin.connectors.slack.words import BODY, EXACT, FALLBACK, LABEL, TITLE, escaped, line, plain
from tocsin.model.plain import visible
from tocsin.model.press import LONGEST
from tocsin.ports import Button, Message, Purpose

Block = dict[str, Any]
EVENT_TYPE = "tocsin_message"
"""How our messages are marked; Slack keeps it with the message and shows it to nobody."""
_HEADS = {
    Purpose.CORRECTION: "Correction",
    Purpose.REVIEW: "Waits for review",
    Purpose.APPROVAL: "Waits for approval",
    Purpose.REMINDER: "Reminder",
    Purpose.RESOLVED: "Resolved",
}
_TOO_LONG = "What would run is too long to be shown here in full. Look at it in tocsin and decide there."


def content(message: Message) -> dict[str, Any]:
    """What `chat.postMessage` and `chat.update` take: the blocks, and the text for notifications and screen readers."""
    title = head(message)
    return {
        "text": escaped(f"{title}\n{message.text}" if message.text else title, FALLBACK),
        "blocks": [one for one in _blocks(message, title) if one],
        "metadata": mark(message),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def mark(message: Message, **more: str) -> dict[str, Any]:
    """What lets us find this message again: its key, the incident, what it is for."""
    ours = {
        "key": message.key,
        "incident": message.incident_id,
        "purpose": str(message.purpose),
        "audience": message.audience,
        "corrects": message.corrects,
        "update": message.update_id,
    }
    return {"event_type": EVENT_TYPE, "event_payload": ours | more}


def head(message: Message) -> str:
    """The first line: what kind of message it is, how bad, and about what."""
    parts = (_HEADS.get(message.purpose, ""), message.severity, message.title or message.incident_id)
    return line(" · ".join(part for part in parts if part.strip()), TITLE) or "tocsin"


def _blocks(message: Message, title: str) -> list[Block | None]:
    """In reading order. Where what would run cannot be shown in full, nobody is offered to approve it."""
    whole = visible(message.exact).strip()
    shown_in_full = len(whole) <= EXACT
    return [
        {"type": "header", "text": _label(title, TITLE)},
        rich(message.text) if message.text.strip() else None,
        preformatted(whole) if whole and shown_in_full else None,
        rich(_TOO_LONG) if not shown_in_full else None,
        _foot(message),
        buttons(message.buttons) if message.buttons and shown_in_full else None,
    ]


def rich(text: str, **style: bool) -> Block:
    """Words as they are."""
    element: Block = {"type": "text", "text": plain(text, BODY) or " "}
    if style:
        element["style"] = style
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def preformatted(text: str) -> Block:
    """What would run, letter by letter."""
    element = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [element]}]}


def _foot(message: Message) -> Block:
    """Where it stands, and the one link of ours."""
    told = " · ".join(part for part in (message.status, message.incident_id) if part)
    elements: list[Block] = [{"type": "text", "text": line(told, LABEL * 2) or " "}]
    if link := web_link(message.link):
        elements += [
            {"type": "text", "text": "  "},
            {"type": "link", "url": link, "text": "Open in tocsin"},
        ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def buttons(offered: Sequence[Button]) -> Block | None:
    """The buttons that Slack can carry; one whose value it would cut is left out. Slack wants each to be called differently."""
    made = [_button(one, f"{one.action[:200]}#{at}") for at, one in enumerate(offered) if len(one.value) <= LONGEST]
    return {"type": "actions", "elements": made[:25]} if made else None


def _button(one: Button, name: str) -> Block:
    made: Block = {"type": "button", "action_id": name, "text": _label(one.label, LABEL), "value": one.value}
    if one.danger:
        made["style"] = "primary"
        made["confirm"] = {
            "title": _label(f"{one.label}?", 100),
            "text": _label("In your name, exactly as it is shown above.", 300),
            "confirm": _label(one.label, 30),
            "deny": _label("Not yet", 30),
        }
    return made


def _label(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": line(text, limit), "emoji": False}


def struck(old: Mapping[str, Any], said: str) -> list[Block]:
    """A message that no longer holds: what became of it, and its old words struck through."""
    words = _words(old.get("blocks") or []) or str(old.get("text") or "")
    return [rich(said, bold=True), *([rich(words, strike=True)] if words.strip() else [])]


def settled(old: Mapping[str, Any], said: str, *, done: bool) -> list[Block]:
    """A card with what was decided on it; once that is final it has no buttons any more."""
    kept = [one for one in old.get("blocks") or [] if not (done and one.get("type") == "actions")]
    return [*kept[:45], rich(said, bold=True)]


def _words(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The words in our own blocks, without the foot and the buttons."""
    sections = [part for one in blocks if one.get("type") == "rich_text" for part in one.get("elements") or []]
    texts = [
        "".join(str(e.get("text") or "") for e in part.get("elements") or [] if e.get("type") == "text")
        for part in sections
    ]
    return "\n".join(texts[:-1] if len(texts) > 1 else texts)
