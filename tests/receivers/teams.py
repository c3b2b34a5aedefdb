"""A Teams workflow: takes a message with one adaptive card, answers 202 with nothing, and shows it as Teams would."""

import json
import re

from tests.receivers.faulty import Answered, Asked

_ALLOWED = {"RichTextBlock", "FactSet"}
_MARKDOWN = re.compile(r"(?<!\\)(\*\*|__|\[[^\]]*(?<!\\)\]\()")


class TeamsChannel:
    """`cards` are the contents that were posted; the signature in the query is what lets a caller in."""

    def __init__(self, signature="sig-of-the-workflow"):
        self.signature = signature
        self.cards = []

    def __call__(self, asked: Asked) -> Answered:
        if dict(asked.query).get("sig") != self.signature:
            return Answered(401, {"error": {"code": "DirectApiAuthorizationRequired"}})
        if len(asked.body) > 28 * 1024:
            return Answered(413, {"error": {"code": "RequestEntityTooLarge"}})
        told = asked.json
        (attachment,) = told["attachments"]
        if told["type"] != "message" or attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
            return Answered(400, {"error": {"code": "InvalidCard"}})
        card = attachment["content"]
        if card["type"] != "AdaptiveCard" or card["version"] > "1.5" or not card["body"]:
            return Answered(400, {"error": {"code": "InvalidCard"}})
        self.cards.append(card)
        return Answered(202)

    @property
    def path(self):
        return f"/workflows/0a1b2c/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sig={self.signature}"

    def shown(self):
        """The words of each card."""
        return ["\n".join(_words(one) for one in card["body"]) for card in self.cards]

    def effects(self):
        """Markup that took effect: Markdown in a fact or block, a mention, a function, an address that is not the one button."""
        found = []
        for card in self.cards:
            found += [one["type"] for one in card["body"] if one["type"] not in _ALLOWED]
            found += _MARKDOWN.findall(
                json.dumps([one for one in card["body"] if one["type"] == "FactSet"]).replace("\\\\", "\\")
            )
            found += re.findall(r"\{\{", json.dumps(card["body"]))
            found += card.get("msteams", {}).get("entities", [])
            found += [one["url"] for one in card.get("actions", []) if "tocsin.example" not in one["url"]]
        return found


def _words(element):
    if element["type"] == "RichTextBlock":
        return "".join(run["text"] for run in element["inlines"])
    return "\n".join(f"{fact['title']}: {fact['value']}" for fact in element["facts"])
