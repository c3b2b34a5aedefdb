"""Slack as a Chat: a whisper, a form, and a card that shows what was decided. Opened by `app`, used by the face's Slack door.

It answers with the bot's own token and never calls an address that a request brought along.
"""

import json
from typing import Any

from tocsin.connectors.slack import blocks
from tocsin.connectors.slack.calls import Calls
from tocsin.connectors.slack.places import Places
from tocsin.connectors.slack.settings import SlackConfig
from tocsin.connectors.slack.words import FALLBACK, LABEL, escaped, line
from tocsin.errors import SourceError
from tocsin.model.plain import visible
from tocsin.ports import Form

_FIELD = 3000
_TITLE = 24
FIELD_BLOCK, FIELD_ACTION = "answer", "text"


class SlackChat:
    """ports.Chat over one workspace."""

    def __init__(self, config: SlackConfig, token: str) -> None:
        self._call = Calls(config.url, token, config.timeout_seconds)
        self._places = Places(self._call)

    async def whisper(self, place: str, user: str, text: str) -> None:
        """An ephemeral message."""
        await self._call(
            lambda slack: slack.chat_postEphemeral(
                channel=place, user=user, text=escaped(text, FALLBACK), blocks=[blocks.rich(text)], parse="none"
            )
        )

    async def ask(self, trigger: str, form: Form) -> None:
        """A modal with one field."""
        if len(form.text) > _FIELD or visible(form.text) != form.text:
            what = "This text is too long for a form of Slack, or holds characters that a form would hide."
            raise SourceError(what, "Edit it in tocsin.", code="TCS-SOURCE-SLACK-FORM")
        await self._call(lambda slack: slack.views_open(trigger_id=trigger, view=view(form)))

    async def settle(self, place: str, ref: str, said: str, *, done: bool) -> None:
        """The card as it stands, with one more line."""
        old = await self._places.message(place, ref)
        if old is None:
            return
        told = blocks.settled(old, said, done=done)
        text = str(old.get("text") or "") or escaped(said, FALLBACK)
        await self._call(
            lambda slack: slack.chat_update(
                channel=place, ts=ref, text=text, blocks=told, metadata=old.get("metadata"), parse="none"
            )
        )


def view(form: Form) -> dict[str, Any]:
    """The form as Slack's modal. What it is about travels in `private_metadata`, which the user does not see or change."""
    field = {"type": "plain_text_input", "action_id": FIELD_ACTION, "multiline": True, "max_length": _FIELD}
    return {
        "type": "modal",
        "callback_id": form.press,
        "private_metadata": json.dumps([form.value, form.place, form.ref]),
        "title": _label(form.title, _TITLE),
        "submit": _label(form.submit, _TITLE),
        "close": _label("Cancel", _TITLE),
        "blocks": [
            {
                "type": "input",
                "block_id": FIELD_BLOCK,
                "label": _label(form.label, LABEL),
                "element": {**field, "initial_value": form.text} if form.text else field,
            }
        ],
    }


def _label(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": line(text, limit), "emoji": False}
