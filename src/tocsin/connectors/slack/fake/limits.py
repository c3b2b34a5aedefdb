"""What Slack refuses in a message, as its reference of blocks has it. Used by the fake workspace; says why in Slack's words."""

import re
from collections.abc import Iterator, Mapping

MOST_BLOCKS, MOST_CHARACTERS, MOST_TEXT = 50, 13_200, 40_000
_NAME = re.compile(r"[a-z0-9_-]{1,80}")
_KNOWN = frozenset({"header", "section", "context", "actions", "divider", "rich_text", "input", "image"})
_INLINE = frozenset({"text", "link", "user", "emoji", "broadcast", "channel", "usergroup", "date"})


def wrong_name(name: str) -> str:
    """Slack's word for what is wrong with a channel's name, or ""."""
    if not name:
        return "invalid_name_required"
    if len(name) > 80:
        return "invalid_name_maxlength"
    if not re.search(r"[a-z0-9]", name):
        return "invalid_name_punctuation"
    return "" if _NAME.fullmatch(name) else "invalid_name_specials"


def wrong_blocks(blocks: object) -> list[str]:
    """What is wrong with the blocks, as `response_metadata.messages` says it."""
    if not isinstance(blocks, list):
        return ["[ERROR] must provide an array [json-pointer:/blocks]"]
    faults = (
        [f"[ERROR] no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]"]
        if len(blocks) > MOST_BLOCKS
        else []
    )
    for at, one in enumerate(blocks):
        faults += [f"[ERROR] {fault} [json-pointer:/blocks/{at}]" for fault in _faults(one)]
    return faults


def size(blocks: object) -> int:
    """Characters of all texts in the blocks."""
    return sum(len(text) for text in _texts(blocks))


def _faults(block: object) -> Iterator[str]:
    if not isinstance(block, Mapping) or block.get("type") not in _KNOWN:
        yield f"unsupported type: {block.get('type') if isinstance(block, Mapping) else block!r}"
        return
    match block["type"]:
        case "header":
            yield from _text(block.get("text"), 150, ("plain_text",))
        case "section":
            yield from _text(block.get("text"), 3000, ("plain_text", "mrkdwn"))
        case "actions":
            yield from _actions(block.get("elements"))
        case "rich_text":
            yield from _rich(block.get("elements"))
        case "input":
            yield from _text(block.get("label"), 2000, ("plain_text",))


def _text(text: object, most: int, kinds: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in kinds:
        yield f"must be a {' or '.join(kinds)} object"
    elif not text.get("text"):
        yield "must be more than 0 characters"
    elif len(str(text["text"])) > most:
        yield f"must be less than {most + 1} characters"


def _actions(elements: object) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        yield "between 1 and 25 items allowed"
        return
    if len({one.get("action_id") for one in elements}) < len(elements):
        yield "action_id must be unique"
    for one in elements:
        yield from _text(one.get("text"), 75, ("plain_text",))
        if len(str(one.get("value") or "")) > 2000 or len(str(one.get("action_id") or "")) > 255:
            yield "must be less than 2001 characters"
        if one.get("style") not in (None, "primary", "danger"):
            yield "must be a valid enum value"
        if confirm := one.get("confirm"):
            yield from _text(confirm.get("title"), 100, ("plain_text",))
            yield from _text(confirm.get("text"), 300, ("plain_text",))
            yield from _text(confirm.get("confirm"), 30, ("plain_text",))
            yield from _text(confirm.get("deny"), 30, ("plain_text",))


def _rich(sections: object) -> Iterator[str]:
    for section in sections if isinstance(sections, list) else []:
        if section.get("type") not in (
            "rich_text_section",
            "rich_text_preformatted",
            "rich_text_quote",
            "rich_text_list",
        ):
            yield "unsupported type"
        for one in section.get("elements") or []:
            if one.get("type") not in _INLINE:
                yield "unsupported element"
            elif one["type"] == "text" and not one.get("text"):
                yield "must be more than 0 characters"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name == "text" and isinstance(one, str):
                yield one
            else:
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
