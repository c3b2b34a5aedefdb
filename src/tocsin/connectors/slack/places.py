"""Channels of a workspace: found by name, joined, looked at; and the links to messages in them. Used by this package only."""

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.connectors.slack.calls import Calls, Refused
from tocsin.errors import SourceError

_KINDS = "public_channel,private_channel"
_PAGES = 50


class Places:
    """Names to ids are remembered: a channel keeps its id for life."""

    def __init__(self, call: Calls) -> None:
        self._call = call
        self._ids: dict[str, str] = {}
        self._me: Mapping[str, Any] | None = None

    async def find(self, place: str) -> str:
        """The id of a channel given by name or id, joined where it is public. Raises SourceError when there is none."""
        if place[:1] in "CG" and place.isupper():
            return place
        if place not in self._ids:
            found = await self.named(place.lstrip("#"))
            if found is None:
                what = f"There is no channel {place} that the app can see."
                raise SourceError(what, "Create it, or invite the app to it.", code="TCS-SOURCE-SLACK-PLACE")
            self._ids[place] = await self.joined(found)
        return self._ids[place]

    async def named(self, name: str) -> Mapping[str, Any] | None:
        """The channel of that name, archived ones too; private ones only where the app is a member."""
        cursor = ""
        for _ in range(_PAGES):
            page = await self._page(cursor)
            for one in _channels(page):
                if one.get("name") == name:
                    return one
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return None

    async def joined(self, channel: Mapping[str, Any]) -> str:
        """Its id, once the app is in it."""
        place = str(channel["id"])
        if not channel.get("is_member") and not channel.get("is_private"):
            await self._call(lambda slack: slack.conversations_join(channel=place))
        return place

    async def is_private(self, place: str) -> bool:
        """Whether only its members can read it."""
        answer = await self._call(lambda slack: slack.conversations_info(channel=place))
        return bool((answer.get("channel") or {}).get("is_private"))

    async def must_be_private(self, place: str) -> None:
        """Raises SourceError for a channel that everybody can read: what is restricted does not go there."""
        if not await self.is_private(place):
            what = "This incident is restricted, and its channel in Slack is open to everybody."
            raise SourceError(what, "Make that channel private in Slack.", code="TCS-SOURCE-SLACK-PRIVATE")

    async def message(self, place: str, ts: str) -> Mapping[str, Any] | None:
        """One message as it stands, in a thread or not; None when it is gone."""
        answer = await self._call(
            lambda slack: slack.conversations_replies(
                channel=place, ts=ts, latest=ts, inclusive=True, limit=1, include_all_metadata=True
            )
        )
        return next((one for one in answer.get("messages") or [] if one.get("ts") == ts), None)

    async def link(self, place: str, ts: str) -> str:
        """Where people find a message; "" where Slack does not say."""
        try:
            answer = await self._call(lambda slack: slack.chat_getPermalink(channel=place, message_ts=ts))
        except Refused:
            return ""
        return str(answer.get("permalink") or "")

    async def me(self) -> Mapping[str, Any]:
        """Who the app is in this workspace, and the workspace's own address."""
        if self._me is None:
            self._me = await self._call(lambda slack: slack.auth_test())
        return self._me

    async def _page(self, cursor: str) -> Mapping[str, Any]:
        return await self._call(
            lambda slack: slack.conversations_list(types=_KINDS, exclude_archived=False, limit=1000, cursor=cursor)
        )


def _channels(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in page.get("channels") or [] if isinstance(one, dict))
