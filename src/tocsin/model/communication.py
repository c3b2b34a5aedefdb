"""Communication: what is written, reviewed, published and heard on an incident. One event body each, in the past tense.

Part of the timeline like the bodies in `event`; who did it stands in the event's `actor`. `narrative` folds them.
"""

from typing import Literal

from pydantic import Field

from tocsin.model.ground import Time, Value
from tocsin.model.update import Audience, Update, WordingCode, WordingViolation

Confidence = Literal["none", "low", "medium", "high"]
"""How sure somebody is of a time of recovery."""


class UpdateDrafted(Value):
    """A message was written for an audience; nobody has read it yet."""

    kind: Literal["update_drafted"] = "update_drafted"
    update: Update


class UpdateEdited(Value):
    """A person changed the words of a draft. What was approved before is approved no more."""

    kind: Literal["update_edited"] = "update_edited"
    update_id: str
    text: str
    violations: tuple[WordingViolation, ...] = ()
    facts_seq: int = 0
    """How long the timeline was that whoever edited had before them; 0: they did not look again."""
    next_update_at: Time | None = None
    """The promise that the new words make; None: the one before."""


class UpdateApproved(Value):
    """A person's yes to exactly these words. `overridden` are the rules they set aside by name, and `reason` says why."""

    kind: Literal["update_approved"] = "update_approved"
    update_id: str
    digest: str
    role: str
    overridden: tuple[WordingCode, ...] = ()
    reason: str = ""


class UpdateSigned(Value):
    """Somebody outside the desk, legal say, agreed to exactly these words. Whoever noted it stands in `actor`."""

    kind: Literal["update_signed"] = "update_signed"
    update_id: str
    digest: str
    party: str
    person: str


class UpdatePublished(Value):
    """The words went out. This event, and nothing else, is what customers are shown."""

    kind: Literal["update_published"] = "update_published"
    update_id: str
    audience: Audience
    template: str
    status: str
    text: str
    digest: str
    channels: tuple[str, ...] = ()
    """Where to, by the names of the configured channels."""
    next_update_at: Time | None = None
    due_at: Time | None = None
    corrects: str = ""
    """The published update that this one corrects."""
    no_change: bool = False
    observed: bool = False
    """Mode observe: written down, and nothing left the house."""
    title: str = ""
    components: dict[str, str] = Field(default_factory=dict)
    """What it says of each component, by public name; taken from the draft, as is `impact`."""
    impact: str = ""


class UpdateDelivered(Value):
    """A channel took it. `ref` is the channel's own name for it; a later one is edited in place or threaded by it."""

    kind: Literal["update_delivered"] = "update_delivered"
    update_id: str
    channel: str
    purpose: str
    ref: str
    link: str = ""


class UpdateRetracted(Value):
    """A published message is taken back, and why."""

    kind: Literal["update_retracted"] = "update_retracted"
    update_id: str
    reason: str


class UpdateReminded(Value):
    """A due message lies unreviewed and somebody was told: level 0 reminds whoever reviews, higher ones escalate."""

    kind: Literal["update_reminded"] = "update_reminded"
    audience: Audience
    due_at: Time
    level: int
    target: str


class UpdateMissed(Value):
    """The promised time passed and nobody published."""

    kind: Literal["update_missed"] = "update_missed"
    audience: Audience
    due_at: Time


class CadenceSet(Value):
    """A person decided another rhythm for an audience, in minutes; 0: on change only."""

    kind: Literal["cadence_set"] = "cadence_set"
    audience: Audience
    minutes: int
    reason: str


class CommunicationsActivated(Value):
    """The severity matrix says that this incident needs a communications lead; `rule` is the row."""

    kind: Literal["communications_activated"] = "communications_activated"
    rule: str
    reason: str


class ToneSet(Value):
    """A constraint on what may be said from now on: no cause speculation, legal reviews wording on customer data."""

    kind: Literal["tone_set"] = "tone_set"
    text: str


class ToneLifted(Value):
    """A constraint holds no longer. `text` is it, word for word."""

    kind: Literal["tone_lifted"] = "tone_lifted"
    text: str
    reason: str


class EtaStated(Value):
    """A named person stands behind a time of recovery; `at` None takes it back: unknown again."""

    kind: Literal["eta_stated"] = "eta_stated"
    at: Time | None
    owner: str
    confidence: Confidence
    reason: str


class SyncHeld(Value):
    """The commander's three answers: what is broken, what we know, how sure an estimate would be."""

    kind: Literal["sync_held"] = "sync_held"
    broken: str
    known: str
    eta_confidence: Confidence


class AudienceEngaged(Value):
    """An audience is being served, where, and by whom."""

    kind: Literal["audience_engaged"] = "audience_engaged"
    audience: Audience
    via: str


class UpdateAsked(Value):
    """Somebody asked for news. It was answered from the ledger, so the commander need not."""

    kind: Literal["update_asked"] = "update_asked"
    asker: str
    where: str
    to_commander: bool = False
    by_leader: bool = False
    answer: str = ""


class AskOpened(Value):
    """Something an audience needs and has not got: support needs an approved holding line."""

    kind: Literal["ask_opened"] = "ask_opened"
    ask_id: str
    text: str
    audience: Audience | None = None


class AskAnswered(Value):
    """It has got it."""

    kind: Literal["ask_answered"] = "ask_answered"
    ask_id: str
    answer: str


class RoomOpened(Value):
    """The incident has a channel of its own."""

    kind: Literal["room_opened"] = "room_opened"
    channel: str
    name: str
    ref: str
    link: str = ""
    private: bool = False


class ChatNoted(Value):
    """Words said in the incident's channel. They are kept as an untrusted note: they tell, and decide nothing."""

    kind: Literal["chat_noted"] = "chat_noted"
    author: str
    text: str
    channel: str
    ref: str
    link: str = ""


class ChatPinned(Value):
    """A person pinned words of the channel: they belong on the timeline, with author and link."""

    kind: Literal["chat_pinned"] = "chat_pinned"
    author: str
    text: str
    channel: str
    ref: str
    link: str = ""


class DataAccessRecorded(Value):
    """A person confirmed that data was accessed by somebody who should not. The notification clock runs from `accessed_at`."""

    kind: Literal["data_access_recorded"] = "data_access_recorded"
    what: str
    accessed_at: Time
    notify_by: Time


class AuthorityNotified(Value):
    """Whoever the law names was told."""

    kind: Literal["authority_notified"] = "authority_notified"
    whom: str
    said: str


class RestrictionSet(Value):
    """Who may see the incident changed: only those named in `people`, or everybody again."""

    kind: Literal["restriction_set"] = "restriction_set"
    restricted: bool
    people: tuple[str, ...] = ()
    reason: str


Communication = (
    UpdateDrafted
    | UpdateEdited
    | UpdateApproved
    | UpdateSigned
    | UpdatePublished
    | UpdateDelivered
    | UpdateRetracted
    | UpdateReminded
    | UpdateMissed
    | CadenceSet
    | CommunicationsActivated
    | ToneSet
    | ToneLifted
    | EtaStated
    | SyncHeld
    | AudienceEngaged
    | UpdateAsked
    | AskOpened
    | AskAnswered
    | RoomOpened
    | ChatNoted
    | ChatPinned
    | DataAccessRecorded
    | AuthorityNotified
    | RestrictionSet
)
