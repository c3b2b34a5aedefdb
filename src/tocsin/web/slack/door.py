"""What the Slack routes need, in one value, and the proof that a request came from Slack, now, for the first time.

Built by `app`. A signature is checked on the raw body in constant time, before anything in the body is read. Who somebody is
comes from the configuration alone: a member who is not named there is nobody, whatever they say they are.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.errors import Denied, NotNow, Unauthentic
from tocsin.model.identity import Principal
from tocsin.ports import Chat, KeptAnswer, Ledger

WINDOW = 300
"""Seconds that a request may be old, or ahead of our clock."""
KEPT = timedelta(hours=24)
_CALLER = "slack"
_DO = "Check channels.slack.signing_secret, and the clock of this machine."


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the workspace whom the configuration names."""

    principal: Principal
    leader: bool = False


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """`name` is the configured channel's; `people` maps members' ids."""

    secret: str
    people: Mapping[str, Member]
    chat: Chat
    name: str = "slack"
    notes_per_minute: int = 20
    rooms: dict[str, str] = field(default_factory=dict)
    """Rooms that were looked up, and their incidents: a room keeps its incident for life."""
    elsewhere: dict[str, datetime] = field(default_factory=dict)
    """Channels that were no incident's room a moment ago, and when."""

    def member(self, user: str) -> Member:
        """Raises Denied for somebody whom the configuration does not name."""
        known = self.people.get(user)
        if known is None:
            what = f"tocsin does not know you: the Slack user {user[:30]} is nobody it has been told of."
            raise Denied(what, "Ask whoever runs tocsin to add you under channels.slack.people.", code="TCS-SLACK-WHO")
        return known

    def leads(self, principal: Principal) -> bool:
        """Whether the configuration calls them a leader."""
        return any(one.leader for one in self.people.values() if one.principal.id == principal.id)

    def called(self, user: str) -> str:
        """How somebody is called on a timeline."""
        known = self.people.get(user)
        return known.principal.id if known else f"slack:{user}"


def prove(secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Returns when Slack signed this body lately. Raises Unauthentic. `headers` are lower-case."""
    sent, stamp = headers.get("x-slack-signature", ""), headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Unauthentic("This request is not signed as Slack signs.", _DO)
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256)
    if not hmac.compare_digest(f"v0={mac.hexdigest()}".encode(), sent.encode("utf-8", "surrogateescape")):
        raise Unauthentic("The signature of this request is wrong.", _DO)
    if abs(now.timestamp() - int(stamp)) > WINDOW:
        raise Unauthentic("This request is older than five minutes, or from the future.", _DO)


def first_time(ledger: Ledger, name: str, now: datetime) -> bool:
    """True the first time a request of that name is seen, in this transaction; every process asks the same store.

    A name is remembered for a day: longer than Slack tries again, and much longer than a signature is good for.
    """
    ledger.answers.trim(now - KEPT)
    key = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    if ledger.answers.get(_CALLER, key) is not None:
        return False
    ledger.answers.put(KeptAnswer(caller=_CALLER, key=key, request="", body="", at=now))
    return True


def refuse_replay(ledger: Ledger, name: str, now: datetime) -> None:
    """Raises NotNow for a request that was seen before."""
    if not first_time(ledger, name, now):
        raise NotNow("This was received before, and counts once.", "Do it again in Slack.", code="TCS-SLACK-REPLAY")
