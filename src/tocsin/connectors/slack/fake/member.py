"""A member of the fake workspace: what they do reaches tocsin as Slack would send it, signed with the app's signing secret."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from tocsin.connectors.slack.fake.workspace import APP, TEAM, Channel, Workspace

Send = Callable[[str, bytes, Mapping[str, str]], Awaitable[Any]]
"""Brings a body to a path of tocsin; answers with whatever the carrier answers with."""
FORM = "application/x-www-form-urlencoded"


def signed(workspace: Workspace, body: bytes, kind: str = FORM) -> dict[str, str]:
    """The headers of a request that Slack sends."""
    at = str(int(workspace.now()))
    mac = hmac.new(workspace.signing_secret.encode(), b"v0:" + at.encode() + b":" + body, sha256)
    return {
        "content-type": kind,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": at,
        "x-slack-signature": f"v0={mac.hexdigest()}",
    }


class Member:
    """Somebody with a Slack account. `send` reaches tocsin's door."""

    def __init__(self, workspace: Workspace, user: str, name: str, send: Send) -> None:
        self.workspace, self.user, self.name, self._send = workspace, user, name, send
        workspace.users[user] = name

    async def press(self, channel: Channel, message: Mapping[str, Any], button: str, /, **changed: str) -> Any:  # noqa: ANN401
        """Presses a button under a message; `changed` alters what it carries, as a forger would."""
        return await self.send_interaction(self.press_payload(channel, message, button, **changed))

    def press_payload(
        self, channel: Channel, message: Mapping[str, Any], button: str, /, **changed: str
    ) -> dict[str, Any]:
        """The payload of that press."""
        pressed = next(
            one
            for block in message["blocks"]
            if block["type"] == "actions"
            for one in block["elements"]
            if one["action_id"].partition("#")[0] == button
        )
        action = {name: pressed[name] for name in ("type", "action_id", "value", "text")}
        return {
            "type": "block_actions",
            **self._who(),
            "container": {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": channel.id,
                "is_ephemeral": False,
            },
            "trigger_id": self.workspace.trigger(),
            "channel": {"id": channel.id, "name": channel.name},
            "message": dict(message),
            "response_url": "https://hooks.slack.com/actions/never-called",
            "actions": [{**action, "block_id": "b1", "action_ts": self.workspace.ts(), **changed}],
        }

    async def submit(self, view: Mapping[str, Any], text: str) -> Any:  # noqa: ANN401
        """Fills a form in and sends it."""
        (block,) = view["blocks"]
        state = {
            "values": {block["block_id"]: {block["element"]["action_id"]: {"type": "plain_text_input", "value": text}}}
        }
        payload = {
            "type": "view_submission",
            **self._who(),
            "trigger_id": self.workspace.trigger(),
            "view": {**view, "state": state},
            "response_urls": [],
        }
        return await self.send_interaction(payload)

    async def command(self, channel: Channel, text: str, command: str = "/incident") -> Any:  # noqa: ANN401
        """Types a slash command in a channel."""
        fields = {
            "token": "unused",
            "team_id": TEAM,
            "team_domain": "example",
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": self.user,
            "user_name": self.name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": "https://hooks.slack.com/commands/never-called",
            "trigger_id": self.workspace.trigger(),
        }
        return await self._post("/slack/commands", urlencode(fields).encode())

    def say(self, channel: Channel, text: str, thread: str = "") -> dict[str, Any]:
        """Says something in a channel; the event waits in `workspace.events`."""
        more = {"thread_ts": thread} if thread else {}
        return self.workspace.say(channel, self.user, text, client_msg_id=self.workspace.ts(), team=TEAM, **more)

    def pin(self, channel: Channel, ts: str) -> None:
        """Pins a message."""
        self.workspace.pinned(channel, ts, self.user)

    def join(self, channel: Channel) -> None:
        """Joins a channel."""
        channel.members.add(self.user)
        event = {"type": "member_joined_channel", "user": self.user, "channel": channel.id, "channel_type": "C"}
        self.workspace.happened({**event, "team": TEAM, "event_ts": self.workspace.ts()})

    async def send_interaction(self, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Sends an interaction as Slack does: JSON in one field of a form."""
        return await self._post("/slack/interactions", urlencode({"payload": json.dumps(payload)}).encode())

    async def tell_events(self) -> list[Any]:
        """Brings every waiting event to tocsin, in order; what it answered to each."""
        waiting, self.workspace.events = self.workspace.events, []
        return [await self.tell(one) for one in waiting]

    async def tell(self, event: Mapping[str, Any], retry: int = 0) -> Any:  # noqa: ANN401
        """Brings one event, or brings it again as Slack does after a failure."""
        body = json.dumps(event).encode()
        headers = signed(self.workspace, body, "application/json")
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"}
        return await self._send("/slack/events", body, headers)

    async def _post(self, path: str, body: bytes) -> Any:  # noqa: ANN401
        return await self._send(path, body, signed(self.workspace, body))

    def _who(self) -> dict[str, Any]:
        return {
            "user": {"id": self.user, "username": self.name, "name": self.name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "unused",
            "team": {"id": TEAM, "domain": "example"},
        }
