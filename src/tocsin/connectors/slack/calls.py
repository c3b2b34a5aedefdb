"""One call to Slack's Web API through Slack's own client, and its refusals in plain words with what to do.

The client waits in a thread: its asynchronous twin needs a library of its own, and a message now and then does not. It does not
try again by itself, because the outbox does, with a key that finds what arrived.
"""

import asyncio
import http.client
import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from tocsin.errors import SourceError

Answer = Mapping[str, Any]
_WORD = re.compile(r"[a-z0-9_]{1,80}")
_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"}
)
_AWAY = frozenset({"channel_not_found", "not_in_channel", "is_archived", "method_not_supported_for_channel_type"})
_PREFERENCE = frozenset(
    {"restricted_action", "cannot_create_channel", "posting_to_general_channel_denied", "ekm_access_denied"}
)
_PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited"}
)
"""Slack's own troubles; anything else it refuses again."""


class Refused(SourceError):
    """Slack said no. `error` is its own word for why."""

    code = "TCS-SOURCE-SLACK"

    def __init__(self, error: str, what: str, do: str, *, code: str = "") -> None:
        super().__init__(what, do, code=code, refused=error not in _PASSING)
        self.error = error


class Calls:
    """A workspace as one app's bot sees it."""

    def __init__(self, url: str, token: str, timeout_seconds: int) -> None:
        self._client = WebClient(token=token, base_url=url, timeout=timeout_seconds, retry_handlers=[])

    async def __call__(self, ask: Callable[[WebClient], SlackResponse]) -> Answer:
        """Slack's answer. Raises Refused with Slack's word, SourceError when Slack cannot be reached."""
        return await asyncio.to_thread(self._once, ask)

    def _once(self, ask: Callable[[WebClient], SlackResponse]) -> Answer:
        try:
            answer = ask(self._client)
        except SlackApiError as refusal:
            raise _told(refusal) from None  # the refusal holds the request, and with it the token
        except (OSError, SlackClientError, http.client.HTTPException, ValueError) as failure:
            what = f"Slack cannot be reached: {type(failure).__name__}."
            raise SourceError(what, "Check the network and channels.slack.url.", code="TCS-SOURCE-SLACK-DOWN") from None
        return answer.data if isinstance(answer.data, dict) else {}


def _told(refusal: SlackApiError) -> SourceError:
    """What Slack's answer means for whoever runs this."""
    response = refusal.response
    said: dict[str, Any] = response.data if isinstance(getattr(response, "data", None), dict) else {}
    status, error = int(getattr(response, "status_code", 0) or 0), str(said.get("error") or "")
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return _too_often(getattr(response, "headers", {}))
    if not _WORD.fullmatch(error):  # no word of Slack's: a proxy's page, which may repeat what we sent
        what = f"Slack answered {status} and no reason." if status else "Slack's answer cannot be read."
        return SourceError(what, "It is tried again; see status.slack.com.", code="TCS-SOURCE-SLACK-DOWN")
    return Refused(error, f"Slack refused: {error}{_more(said)}.", _advice(error))


def _too_often(headers: Mapping[str, str]) -> SourceError:
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    wait = float(given) if str(given).isdigit() else 30.0
    what = f"Slack asks us to wait {wait:g} seconds."
    return SourceError(what, "It is sent again by itself.", code="TCS-SOURCE-SLACK-RATE", wait_seconds=wait)


def _more(said: Mapping[str, Any]) -> str:
    """What Slack adds: the scope that is missing, or the block that is wrong."""
    if said.get("needed"):
        return f" (it needs {str(said['needed'])[:100]})"
    messages = (said.get("response_metadata") or {}).get("messages") or []
    return f" ({str(messages[0])[:200]})" if messages else ""


def _advice(error: str) -> str:
    if error in _TOKEN:
        return "Check channels.slack.token: install the app again and copy its bot token."
    if error == "missing_scope":
        return "Add the scope to the app as docs/slack.md has it, and install it again."
    if error in _AWAY:
        return "Check that the channel exists, is not archived, and that the app has been added to it."
    if error in _PREFERENCE:
        return "A setting of the workspace forbids it: ask whoever administers it."
    return "See this error at docs.slack.dev, and report it if it is ours."
