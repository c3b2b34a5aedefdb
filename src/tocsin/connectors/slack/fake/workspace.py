"""The fake workspace: its channels, messages and members, and the methods of the Web API that tocsin uses, refusals included.

Answers as Slack's method reference documents. It can be told to ask for patience, to refuse, or to do a thing and lose the
answer. Everything that happens in it becomes an event that Slack would send to the app.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tocsin.connectors.slack.fake.limits import MOST_CHARACTERS, MOST_TEXT, size, wrong_blocks, wrong_name

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

    def ts(self) -> str:
        """A time that no other message has."""
        return f"{int(self.now())}.{next(self._next):06}"

    def trigger(self) -> str:
        """A trigger for a form, good for three seconds and one use."""
        made = f"{next(self._next)}.{TEAM}.{next(self._next):x}"
        self.triggers[made] = self.now()
        return made

    def call(self, method: str, token: str, args: Args) -> Answer:
        """One call of the Web API."""
        self.calls.append((method, dict(args)))
        fault = self._fault(method)
        if fault is not None and fault.kind == "rate":
            return 429, {"Retry-After": fault.value}, {"ok": False, "error": "ratelimited"}
        if fault is not None and fault.kind == "error":
            return 200, {}, {"ok": False, "error": fault.value}
        if fault is not None and fault.kind == "down":
            return 503, {}, {}
        try:
            body = {"ok": True, **self._do(method, token, args)}
        except No as no:
            body = no.body
        return 200, {}, None if fault is not None else body

    def _fault(self, method: str) -> Fault | None:
        fault = self.faults.get(method)
        if fault is None or fault.left <= 0:
            return None
        fault.left -= 1
        return fault

    def _do(self, method: str, token: str, args: Args) -> dict[str, Any]:
        if not token:
            raise No("not_authed")
        if token != self.token:
            raise No("invalid_auth")
        known = getattr(self, "do_" + method.replace(".", "_"), None)
        if known is None:
            raise No("unknown_method", req_method=method)
        done: dict[str, Any] = known(args)
        return done

    # The methods, by Slack's own names.

    def do_auth_test(self, _args: Args) -> dict[str, Any]:
        """Who the token is."""
        url = "https://example.slack.com/"
        return {"url": url, "team": "Example", "user": "tocsin", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}

    def do_users_info(self, args: Args) -> dict[str, Any]:
        """A member."""
        user = str(args.get("user"))
        if user not in self.users:
            raise No("user_not_found")
        return {"user": {"id": user, "team_id": TEAM, "name": self.users[user], "deleted": False, "is_bot": False}}

    def do_conversations_create(self, args: Args) -> dict[str, Any]:
        """A new channel with the app in it."""
        name = str(args.get("name") or "")
        if wrong := wrong_name(name):
            raise No(wrong)
        if any(one.name == name for one in self.channels.values()):
            raise No("name_taken")
        made = self.channel(name, BOT_USER, private=_true(args.get("is_private")), creator=BOT_USER)
        self._joined(made, BOT_USER)
        return {"channel": self.shown(made)}

    def do_conversations_list(self, args: Args) -> dict[str, Any]:
        """Every channel the app can see, in pages."""
        seen = [self.shown(one) for one in self.channels.values() if not one.is_private or BOT_USER in one.members]
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
        rest = str(start + limit) if start + limit < len(seen) else ""
        return {"channels": seen[start : start + limit], "response_metadata": {"next_cursor": rest}}

    def do_conversations_info(self, args: Args) -> dict[str, Any]:
        """One channel."""
        return {"channel": self.shown(self._visible(args))}

    def do_conversations_join(self, args: Args) -> dict[str, Any]:
        """The app joins an open channel."""
        channel = self._visible(args)
        if channel.is_archived:
            raise No("is_archived")
        if channel.is_private:
            raise No("method_not_supported_for_channel_type")
        if BOT_USER not in channel.members:
            self._joined(channel, BOT_USER)
        return {"channel": self.shown(channel)}

    def do_conversations_setTopic(self, args: Args) -> dict[str, Any]:
        """Its topic."""
        channel, topic = self._mine(args), str(args.get("topic") or "")
        if len(topic) > 250:
            raise No("too_long")
        channel.topic = topic
        return {"channel": self.shown(channel)}

    def do_conversations_setPurpose(self, args: Args) -> dict[str, Any]:
        """Its purpose."""
        channel, purpose = self._mine(args), str(args.get("purpose") or "")
        if len(purpose) > 250:
            raise No("too_long")
        channel.purpose = purpose
        return {"purpose": purpose}

    def do_conversations_invite(self, args: Args) -> dict[str, Any]:
        """Brings members in; with `force` those that cannot be brought are passed over."""
        channel, errors = self._mine(args), []
        for user in str(args.get("users") or "").split(","):
            if user not in self.users:
                errors.append({"user": user, "ok": False, "error": "user_not_found"})
            elif user in channel.members:
                errors.append({"user": user, "ok": False, "error": "already_in_channel"})
            else:
                self._joined(channel, user, inviter=BOT_USER)
        if errors and not _true(args.get("force")):
            raise No(str(errors[0]["error"]), errors=errors)
        return {"channel": self.shown(channel), **({"errors": errors} if errors else {})}

    def do_conversations_history(self, args: Args) -> dict[str, Any]:
        """The newest messages first, those in threads left out unless they were sent to the channel too."""
        seen = [one for one in self._mine(args).messages if _top(one)]
        return self._page(list(reversed(seen)), args)

    def do_conversations_replies(self, args: Args) -> dict[str, Any]:
        """A message and its thread, oldest first."""
        channel, ts = self._mine(args), str(args.get("ts"))
        found = [one for one in channel.messages if ts in (one["ts"], one.get("thread_ts"))]
        if not found:
            raise No("thread_not_found")
        return self._page(found, args)

    def do_chat_postMessage(self, args: Args) -> dict[str, Any]:
        """The app says something."""
        channel = self._writable(args)
        content = self._content(args)
        ts = self.ts()
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "ts": ts, **content}
        if args.get("thread_ts"):
            message["thread_ts"] = str(args["thread_ts"])
            message |= {"subtype": "thread_broadcast"} if _true(args.get("reply_broadcast")) else {}
        channel.messages.append(message)
        self.happened({**message, "channel": channel.id, "event_ts": ts, "channel_type": "channel"})
        return {"channel": channel.id, "ts": ts, "message": message}

    def do_chat_update(self, args: Args) -> dict[str, Any]:
        """The app says it differently."""
        channel = self._writable(args)
        message = self._message(channel, str(args.get("ts")))
        if message.get("bot_id") != BOT:
            raise No("cant_update_message")
        message |= self._content(args) | {"edited": {"user": BOT, "ts": self.ts()}}
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}

    def do_chat_postEphemeral(self, args: Args) -> dict[str, Any]:
        """The app says something to one member."""
        channel, user = self._writable(args), str(args.get("user"))
        if user not in channel.members:
            raise No("user_not_in_channel")
        self.whispers.append({"channel": channel.id, "user": user, **self._content(args)})
        return {"message_ts": self.ts()}

    def do_chat_getPermalink(self, args: Args) -> dict[str, Any]:
        """Where people find a message."""
        channel = self._visible(args)
        message = self._message(channel, str(args.get("message_ts")))
        return {"channel": channel.id, "permalink": self.permalink(channel, message["ts"])}

    def do_pins_add(self, args: Args) -> dict[str, Any]:
        """Pins a message."""
        channel, ts = self._mine(args), str(args.get("timestamp"))
        self._message(channel, ts)
        if ts in channel.pins:
            raise No("already_pinned")
        self.pinned(channel, ts, BOT_USER)
        return {}

    def do_views_open(self, args: Args) -> dict[str, Any]:
        """Opens a form, once, within three seconds of its trigger."""
        opened_at = self.triggers.pop(str(args.get("trigger_id")), None)
        if opened_at is None:
            raise No("invalid_trigger_id")
        if self.now() - opened_at > 3:
            raise No("expired_trigger_id")
        view = _json(args.get("view"))
        if faults := wrong_blocks(view.get("blocks")):
            raise No("invalid_arguments", response_metadata={"messages": faults})
        made = {**view, "id": f"V{next(self._next):08}", "hash": self.ts(), "state": {"values": {}}}
        self.views.append(made)
        return {"view": made}

    def pinned(self, channel: Channel, ts: str, user: str) -> None:
        """Somebody pinned a message."""
        channel.pins.append(ts)
        message = self._message(channel, ts)
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

    def shown(self, channel: Channel) -> dict[str, Any]:
        """A channel as the API shows it."""
        said = {"creator": channel.creator, "last_set": 0}
        return {
            "id": channel.id,
            "name": channel.name,
            "is_channel": True,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_member": BOT_USER in channel.members,
            "creator": channel.creator,
            "num_members": len(channel.members),
            "topic": {"value": channel.topic, **said},
            "purpose": {"value": channel.purpose, **said},
        }

    def _joined(self, channel: Channel, user: str, inviter: str = "") -> None:
        channel.members.add(user)
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "C",
            "team": TEAM,
        }
        self.happened({**event, **({"inviter": inviter} if inviter else {}), "event_ts": self.ts()})

    def _visible(self, args: Args) -> Channel:
        asked = str(args.get("channel") or "")
        found = self.channels.get(asked) or next((c for c in self.channels.values() if f"#{c.name}" == asked), None)
        if found is None or (found.is_private and BOT_USER not in found.members):
            raise No("channel_not_found")
        return found

    def _mine(self, args: Args) -> Channel:
        channel = self._visible(args)
        if BOT_USER not in channel.members:
            raise No("not_in_channel")
        return channel

    def _writable(self, args: Args) -> Channel:
        channel = self._mine(args)
        if channel.is_archived:
            raise No("is_archived")
        return channel

    def _message(self, channel: Channel, ts: str) -> dict[str, Any]:
        found = next((one for one in channel.messages if one["ts"] == ts), None)
        if found is None:
            raise No("message_not_found")
        return found

    def _content(self, args: Args) -> dict[str, Any]:
        """What a message holds, or Slack's refusal of it."""
        text, blocks = str(args.get("text") or ""), _json(args.get("blocks") or [])
        if not text and not blocks:
            raise No("no_text")
        if len(text) > MOST_TEXT:
            raise No("msg_too_long")
        if faults := wrong_blocks(blocks):
            raise No("invalid_blocks", response_metadata={"messages": faults})
        if size(blocks) > MOST_CHARACTERS:
            raise No("msg_blocks_too_long")
        metadata = {"metadata": _json(args["metadata"])} if args.get("metadata") else {}
        return {"text": text, "blocks": blocks, **metadata}

    def _page(self, found: list[dict[str, Any]], args: Args) -> dict[str, Any]:
        limit = int(args.get("limit") or 100)
        whole = _true(args.get("include_all_metadata"))
        told = [one if whole else {k: v for k, v in one.items() if k != "metadata"} for one in found[:limit]]
        return {"messages": told, "has_more": len(found) > limit}


def _top(message: Mapping[str, Any]) -> bool:
    thread = message.get("thread_ts")
    return thread in (None, message["ts"]) or message.get("subtype") == "thread_broadcast"


def _true(value: object) -> bool:
    return value in (True, "true", "True", "1", 1)


def _json(value: object) -> Any:  # noqa: ANN401 - any shape JSON has
    return json.loads(value) if isinstance(value, str) else value
