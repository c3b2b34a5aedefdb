"""The fake workspace: its channels, messages and members. Everything that happens in it becomes an event for the app.

`methods` is its Web API. It can be told to ask for patience, to refuse, or to do a thing and lose the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

TEAM, APP, BOT_USER, BOT = "T0TOCSIN01", "A0TOCSIN01", "U0TOCSINBT", "B0TOCSIN01"
Args = Mapping[str, Any]
Answer = tuple[int, dict[str, str], dict[str, Any] | None]
"""Status, headers, and the body; None loses the answer after the work is done."""


class No(Exception):
    """`ok: false`, with Slack's word for why."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}


@dataclass(slots=True)
class Channel:
    """A channel and all that was said in it, oldest first."""

    id: str
    name: str
    creator: str
    is_private: bool = False
    members: set[str] = field(default_factory=set)
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next calls of one method: `rate` (seconds in `value`), `error`, `down`, or `cut` after the work."""

    kind: str
    value: str = ""
    left: int = 1


class Workspace:
    """One workspace with one app in it. `now` tells epoch seconds; message times count on from there."""

    def __init__(
        self,
        token: str = "xoxb-fake-token",  # noqa: S107 - a fake's token opens nothing
        signing_secret: str = "fake-signing-secret-of-the-app",  # noqa: S107 - likewise
        now: Callable[[], float] = lambda: 1_772_366_400.0,
    ) -> None:
        self.token, self.signing_secret, self.now = token, signing_secret, now
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, str] = {BOT_USER: "tocsin"}
        self.whispers: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.triggers: dict[str, float] = {}
        self.faults: dict[str, Fault] = {}
        self._next = count(1)

    def channel(self, name: str, *members: str, private: bool = False, creator: str = "U0SOMEBODY") -> Channel:
        """A channel that somebody made, with these members."""
        made = Channel(f"C{next(self._next):08}", name, creator, is_private=private, members=set(members))
        self.channels[made.id] = made
        return made

    def named(self, name: str) -> Channel:
        """The channel of that name. Raises StopIteration when there is none."""
        return next(one for one in self.channels.values() if one.name == name)

    def fail(self, method: str, kind: str, value: str = "", times: int = 1) -> None:
        """Makes the next calls of a method go wrong."""
        self.faults[method] = Fault(kind, value, times)

    def say(self, channel: Channel, user: str, text: str, **more: object) -> dict[str, Any]:
        """Puts a message into a channel and the event of it on its way."""
        ts = self.ts()
        message = {"type": "message", "user": user, "text": text, "ts": ts, **more}
        channel.messages.append(message)
        self.happened({**message, "channel": channel.id, "event_ts": ts, "channel_type": "channel"})
        return message

    def happened(self, event: dict[str, Any]) -> None:
        """Something that Slack tells the app."""
        number = next(self._next)
        self.events.append(
            {
                "token": "unused",
                "team_id": TEAM,
                "api_app_id": APP,
                "event": event,
                "type": "event_callback",
                "event_id": f"Ev{number:08}",
                "event_time": int(self.now()),
                "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            }
        )

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self._next)

    def ts(self) -> str:
        """A time that no other message has."""
        return f"{int(self.now())}.{next(self._next):06}"

    def trigger(self) -> str:
        """A trigger for a form, good for three seconds and one use."""
        made = f"{next(self._next)}.{TEAM}.{next(self._next):x}"
        self.triggers[made] = self.now()
        return made

    def call(self, method: str, args: Args, do: Callable[[], dict[str, Any]]) -> Answer:
        """One call of the Web API: `do` does the work, unless something goes wrong first."""
        self.calls.append((method, dict(args)))
        fault = self._fault(method)
        if fault is not None and fault.kind == "rate":
            return 429, {"Retry-After": fault.value}, {"ok": False, "error": "ratelimited"}
        if fault is not None and fault.kind == "error":
            return 200, {}, {"ok": False, "error": fault.value}
        if fault is not None and fault.kind == "down":
            return 503, {}, {}
        try:
            body = {"ok": True, **do()}
        except No as no:
            body = no.body
        return 200, {}, None if fault is not None else body

    def _fault(self, method: str) -> Fault | None:
        fault = self.faults.get(method)
        if fault is None or fault.left <= 0:
            return None
        fault.left -= 1
        return fault

    def pinned(self, channel: Channel, ts: str, user: str) -> None:
        """Somebody pinned a message."""
        channel.pins.append(ts)
        message = self.message(channel, ts)
        shown = {**message, "permalink": self.permalink(channel, ts)}
        item = {
            "type": "message",
            "channel": channel.id,
            "message": shown,
            "created": int(self.now()),
            "created_by": user,
        }
        event = {"type": "pin_added", "user": user, "channel_id": channel.id, "item": item}
        self.happened({**event, "item_user": message.get("user"), "event_ts": self.ts()})

    def permalink(self, channel: Channel, ts: str) -> str:
        """As Slack builds it."""
        return f"https://example.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"

    def joined(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Somebody came into a channel."""
        channel.members.add(user)
        event = {
            "type": "memberjoined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "C",
            "team": TEAM,
        }
        self.happened({**event, **({"inviter": inviter} if inviter else {}), "event_ts": self.ts()})

    def message(self, channel: Channel, ts: str) -> dict[str, Any]:
        """One message. Raises No."""
        found = next((one for one in channel.messages if one["ts"] == ts), None)
        if found is None:
            raise No("message_not_found")
        return found
