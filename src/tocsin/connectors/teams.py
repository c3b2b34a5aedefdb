"""Microsoft Teams as the Channel: adaptive cards, posted to the webhook of a workflow. Opened by `channels`.

The old connectors (`webhook.office.com`) are gone; a workflow "When a Teams webhook request is received" takes their place. It
answers with nothing but 202: it edits nothing, threads nothing, knows no key, and its cards can only be answered in tocsin. So a
message may show twice after a crash, and its buttons are a link. Words go into text runs, which read no markup.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors import secret_url
from tocsin.connectors.outbound import Outbound
from tocsin.connectors.plain_text import POSSIBLY_REPEATED, readable, to_the_letter, web_link, within
from tocsin.errors import SourceError
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, Receipt

_TITLE, _FACT = 200, 100
_TEXT_BYTES, _EXACT_BYTES, _LINES = 9_000, 4_000, 60
"""Teams takes 28 KB with everything; in practice a card of 21 KB passes and more may not."""
_JSON = {"Content-Type": "application/json"}
_LOOK = {
    Purpose.RESOLVED: "good",
    Purpose.REVIEW: "warning",
    Purpose.APPROVAL: "warning",
    Purpose.REMINDER: "attention",
}


class TeamsConfig(Value):
    """Section `channels.teams`. `to` names, for each audience, where the address of its workflow is kept: it is a secret."""

    to: dict[Audience, Secret] = Field(min_length=1)

    @property
    def audiences(self) -> frozenset[Audience]:
        """Whom it reaches."""
        return frozenset(self.to)


class Teams:
    """ports.Channel."""

    name = "teams"

    def __init__(self, to: Mapping[Audience, str], outbound: Outbound) -> None:
        self._to, self._outbound = to, outbound

    @classmethod
    def opened(cls, settings: TeamsConfig, config: Config, outbound: Outbound) -> "Teams":
        """With its secrets. Raises ConfigError."""
        return cls({one: config.secret(url, f"channels.teams.to.{one}") for one, url in settings.to.items()}, outbound)

    async def send(self, message: Message) -> Receipt:
        """Posts a card to the workflow of the audience. It has no rooms, and its cards stay as they are."""
        if message.purpose in (Purpose.ROOM, Purpose.DECIDED):
            return Receipt()
        url = self._to.get(Audience(message.readers))
        if url is None:
            what = f"teams has no workflow for {message.readers}."
            raise SourceError(what, "Name one under channels.teams.to.", refused=True)
        body = json.dumps(_posted(card(message)), ensure_ascii=False).encode()
        await secret_url.post(self._outbound, f"teams ({message.readers})", url, body, dict(_JSON))
        return Receipt()


def card(message: Message) -> dict[str, Any]:
    """The adaptive card (1.4) of a message."""
    facts = [("Severity", message.severity), ("Status", message.status), *message.components.items()]
    body = [
        _run(
            readable(message.title, _TITLE), weight="Bolder", size="Large", color=_LOOK.get(message.purpose, "default")
        ),
        {
            "type": "FactSet",
            "facts": [
                {"title": readable(name, _FACT), "value": _inert(readable(told, _FACT))} for name, told in facts if told
            ],
        },
        *_paragraphs(within(readable(message.text, _TEXT_BYTES), _TEXT_BYTES)),
    ]
    body += _paragraphs(to_the_letter(message.exact, _EXACT_BYTES), fontType="Monospace")
    if message.repeated:
        body.append(_run(POSSIBLY_REPEATED, isSubtle=True))
    link = web_link(message.link)
    actions = [{"type": "Action.OpenUrl", "title": _invitation(message), "url": link}] if link else []
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [one for one in body if one.get("facts") != []],
        "actions": actions,
    }


def _posted(content: dict[str, Any]) -> dict[str, Any]:
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def _invitation(message: Message) -> str:
    return "Decide in tocsin" if message.buttons else "Open in tocsin"


def _paragraphs(text: str, **look: str) -> list[dict[str, Any]]:
    lines = [line for line in text.splitlines() if line.strip()]
    kept = lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "…"]
    return [_run(line, **look) for line in kept]


def _run(text: str, **look: str | bool) -> dict[str, Any]:
    """A line in which no character means anything: a text run reads no Markdown, and names nobody without an entity."""
    run = {"type": "TextRun", "text": text.replace("{{", "{\u2060{"), **look}
    return {"type": "RichTextBlock", "inlines": [run]}


def _inert(text: str) -> str:
    """A fact's value does read Markdown."""
    for char in "\\`*_[]()#!|~<>":
        text = text.replace(char, f"\\{char}")
    return text.replace("{{", "{\u2060{")
