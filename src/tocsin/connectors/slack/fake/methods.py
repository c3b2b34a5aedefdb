"""The methods of Slack's Web API that tocsin uses, on a fake workspace, by Slack's own names. Refusals are Slack's, too."""

import json
from collections.abc import Mapping
from typing import Any

from tocsin.connectors.slack.fake.limits import MOST_CHARACTERS, MOST_TEXT, size, wrong_blocks, wrong_name
from tocsin.connectors.slack.fake.workspace import APP, BOT, BOT_USER, TEAM, Answer, Args, Channel, No, Workspace


def call(workspace: Workspace, method: str, token: str, args: Args) -> Answer:
    """One call, from its token to its answer."""
    return workspace.call(method, args, lambda: _do(workspace, method, token, args))


def _do(workspace: Workspace, method: str, token: str, args: Args) -> dict[str, Any]:
    if not token:
        raise No("not_authed")
    if token != workspace.token:
        raise No("invalid_auth")
    known = getattr(Methods(workspace), method.replace(".", "_"), None)
    if known is None or method.startswith("_"):
        raise No("unknown_method", req_method=method)
    done: dict[str, Any] = known(args)
    return done


class Methods:
    """One method of this class for each of the API's."""

    def __init__(self, workspace: Workspace) -> None:
        self._at = workspace

    def auth_test(self, _args: Args) -> dict[str, Any]:
        """Who the token is."""
        url = "https://example.slack.com/"
        return {"url": url, "team": "Example", "user": "tocsin", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}

    def users_info(self, args: Args) -> dict[str, Any]:
        """A member."""
        user = str(args.get("user"))
        if user not in self._at.users:
            raise No("user_not_found")
        return {"user": {"id": user, "team_id": TEAM, "name": self._at.users[user], "deleted": False, "is_bot": False}}

    def conversations_create(self, args: Args) -> dict[str, Any]:
        """A new channel with the app in it."""
        name = str(args.get("name") or "")
        if wrong := wrong_name(name):
            raise No(wrong)
        if any(one.name == name for one in self._at.channels.values()):
            raise No("name_taken")
        made = self._at.channel(name, BOT_USER, private=_true(args.get("is_private")), creator=BOT_USER)
        self._at.joined(made, BOT_USER)
        return {"channel": shown(made)}

    def conversations_list(self, args: Args) -> dict[str, Any]:
        """Every channel the app can see, in pages."""
        seen = [shown(one) for one in self._at.channels.values() if not one.is_private or BOT_USER in one.members]
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
        rest = str(start + limit) if start + limit < len(seen) else ""
        return {"channels": seen[start : start + limit], "response_metadata": {"next_cursor": rest}}

    def conversations_info(self, args: Args) -> dict[str, Any]:
        """One channel."""
        return {"channel": shown(self._visible(args))}

    def conversations_join(self, args: Args) -> dict[str, Any]:
        """The app joins an open channel."""
        channel = self._visible(args)
        if channel.is_archived:
            raise No("is_archived")
        if channel.is_private:
            raise No("method_not_supported_for_channel_type")
        if BOT_USER not in channel.members:
            self._at.joined(channel, BOT_USER)
        return {"channel": shown(channel)}

    def conversations_setTopic(self, args: Args) -> dict[str, Any]:
        """Its topic."""
        channel, topic = self._mine(args), str(args.get("topic") or "")
        if len(topic) > 250:
            raise No("too_long")
        channel.topic = topic
        return {"channel": shown(channel)}

    def conversations_setPurpose(self, args: Args) -> dict[str, Any]:
        """Its purpose."""
        channel, purpose = self._mine(args), str(args.get("purpose") or "")
        if len(purpose) > 250:
            raise No("too_long")
        channel.purpose = purpose
        return {"purpose": purpose}

    def conversations_invite(self, args: Args) -> dict[str, Any]:
        """Brings members in; with `force` those that cannot be brought are passed over."""
        channel, errors = self._mine(args), []
        for user in str(args.get("users") or "").split(","):
            if user not in self._at.users:
                errors.append({"user": user, "ok": False, "error": "user_not_found"})
            elif user in channel.members:
                errors.append({"user": user, "ok": False, "error": "already_in_channel"})
            else:
                self._at.joined(channel, user, inviter=BOT_USER)
        if errors and not _true(args.get("force")):
            raise No(str(errors[0]["error"]), errors=errors)
        return {"channel": shown(channel), **({"errors": errors} if errors else {})}

    def conversations_history(self, args: Args) -> dict[str, Any]:
        """The newest messages first, those in threads left out unless they were sent to the channel too."""
        seen = [one for one in self._mine(args).messages if _top(one)]
        return self._page(list(reversed(seen)), args)

    def conversations_replies(self, args: Args) -> dict[str, Any]:
        """A message and its thread, oldest first."""
        channel, ts = self._mine(args), str(args.get("ts"))
        found = [one for one in channel.messages if ts in (one["ts"], one.get("thread_ts"))]
        if not found:
            raise No("thread_not_found")
        return self._page(found, args)

    def chat_postMessage(self, args: Args) -> dict[str, Any]:
        """The app says something."""
        channel = self._writable(args)
        content = self._content(args)
        ts = self._at.ts()
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "ts": ts, **content}
        if args.get("thread_ts"):
            message["thread_ts"] = str(args["thread_ts"])
            message |= {"subtype": "thread_broadcast"} if _true(args.get("reply_broadcast")) else {}
        channel.messages.append(message)
        self._at.happened({**message, "channel": channel.id, "event_ts": ts, "channel_type": "channel"})
        return {"channel": channel.id, "ts": ts, "message": message}

    def chat_update(self, args: Args) -> dict[str, Any]:
        """The app says it differently."""
        channel = self._writable(args)
        message = self._at.message(channel, str(args.get("ts")))
        if message.get("bot_id") != BOT:
            raise No("cant_update_message")
        message |= self._content(args) | {"edited": {"user": BOT, "ts": self._at.ts()}}
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}

    def chat_postEphemeral(self, args: Args) -> dict[str, Any]:
        """The app says something to one member."""
        channel, user = self._writable(args), str(args.get("user"))
        if user not in channel.members:
            raise No("user_not_in_channel")
        self._at.whispers.append({"channel": channel.id, "user": user, **self._content(args)})
        return {"message_ts": self._at.ts()}

    def chat_getPermalink(self, args: Args) -> dict[str, Any]:
        """Where people find a message."""
        channel = self._visible(args)
        message = self._at.message(channel, str(args.get("message_ts")))
        return {"channel": channel.id, "permalink": self._at.permalink(channel, message["ts"])}

    def pins_add(self, args: Args) -> dict[str, Any]:
        """Pins a message."""
        channel, ts = self._mine(args), str(args.get("timestamp"))
        self._at.message(channel, ts)
        if ts in channel.pins:
            raise No("already_pinned")
        self._at.pinned(channel, ts, BOT_USER)
        return {}

    def views_open(self, args: Args) -> dict[str, Any]:
        """Opens a form, once, within three seconds of its trigger."""
        opened_at = self._at.triggers.pop(str(args.get("trigger_id")), None)
        if opened_at is None:
            raise No("invalid_trigger_id")
        if self._at.now() - opened_at > 3:
            raise No("expired_trigger_id")
        view = _json(args.get("view"))
        if faults := wrong_blocks(view.get("blocks")):
            raise No("invalid_arguments", response_metadata={"messages": faults})
        made = {**view, "id": f"V{self._at.number():08}", "hash": self._at.ts(), "state": {"values": {}}}
        self._at.views.append(made)
        return {"view": made}

    def _visible(self, args: Args) -> Channel:
        asked = str(args.get("channel") or "")
        found = self._at.channels.get(asked) or next(
            (c for c in self._at.channels.values() if f"#{c.name}" == asked), None
        )
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


def shown(channel: Channel) -> dict[str, Any]:
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


def _top(message: Mapping[str, Any]) -> bool:
    thread = message.get("thread_ts")
    return thread in (None, message["ts"]) or message.get("subtype") == "thread_broadcast"


def _true(value: object) -> bool:
    return value in (True, "true", "True", "1", 1)


def _json(value: object) -> Any:  # noqa: ANN401 - any shape JSON has
    return json.loads(value) if isinstance(value, str) else value
