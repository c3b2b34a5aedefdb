"""Slack's spelling of words, read into plain ones; and our words in Slack's spelling, for answers in a response's body. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.model.plain import visible

_TAG = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_MOST = 3000


def plain_words(text: str, called: Callable[[str], str]) -> str:
    """A message as a person would read it: mentions as names, links as label and address, entities as characters."""

    def read(tag: re.Match[str]) -> str:
        kind, target, label = tag.groups()
        match kind:
            case "@":
                return f"@{called(target)}"
            case "#":
                return f"#{label or target}"
            case "!":
                return f"@{label or target.partition('^')[0]}".replace("@@", "@")
        shown = target.removeprefix("mailto:").removeprefix("tel:")
        return f"{label} ({shown})" if label and label != shown else shown

    return _TAG.sub(read, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def part(told: object, *names: str) -> Mapping[str, Any]:
    """An object within an object; an empty one where there is none."""
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told if isinstance(told, Mapping) else {}


def mentioned(text: str) -> tuple[str, ...]:
    """The members that a text mentions, by id."""
    return tuple(_MENTION.findall(text))


def whispered(text: str) -> dict[str, Any]:
    """An answer that only whoever asked can see, its words as they are."""
    shown = visible(text).strip() or "Done."
    shown = shown if len(shown) <= _MOST else shown[: _MOST - 1] + "…"
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": shown}]}
    return {
        "response_type": "ephemeral",
        "text": escaped,
        "mrkdwn": False,
        "blocks": [{"type": "rich_text", "elements": [section]}],
    }
