"""The narrative: where the messages of an incident stand. The part of the fold that `communication` feeds. Pure."""

from typing import TYPE_CHECKING

from pydantic import Field

from tocsin.model import communication as said
from tocsin.model.ground import Time, Value
from tocsin.model.update import Audience, Update

if TYPE_CHECKING:
    from tocsin.model.event import Event

NEWEST_NOTES = 50
"""So many words of the channel are kept at hand; the timeline has them all."""


class Draft(Value):
    """A message that is not out yet. One for each template; a newer one takes its place."""

    update: Update
    drafted_at: Time
    edited_by: str = ""
    approved_by: str = ""
    approved_at: Time | None = None
    approved_digest: str = ""
    overridden: tuple[str, ...] = ()
    signed: dict[str, str] = Field(default_factory=dict)
    """Who outside the desk agreed, by party, to the words of which digest."""

    @property
    def is_approved(self) -> bool:
        """Somebody said yes to exactly these words."""
        return self.update.is_meant_by(self.approved_digest)


class Place(Value):
    """Where a message can be found: the channel, and the channel's own name for it."""

    channel: str
    purpose: str
    ref: str
    link: str = ""
    update_id: str = ""


class Published(Value):
    """A message that is out."""

    update_id: str
    audience: Audience
    template: str
    status: str
    text: str
    at: Time
    by: str
    next_update_at: Time | None = None
    due_at: Time | None = None
    corrects: str = ""
    no_change: bool = False
    observed: bool = False
    facts_seq: int = 0
    """How long the timeline was when its draft was written: what changed after that it does not say."""
    retracted: str = ""
    """Why it was taken back, or ""."""
    channels: tuple[str, ...] = ()
    title: str = ""
    components: dict[str, str] = Field(default_factory=dict)
    impact: str = ""


class Reminder(Value):
    """Somebody was told that a message is due."""

    audience: Audience
    due_at: Time
    level: int
    at: Time


class Missed(Value):
    """A promise that was not kept."""

    audience: Audience
    due_at: Time
    at: Time
    """When that was written down."""


class Asked(Value):
    """Somebody asked for news."""

    asker: str
    at: Time
    to_commander: bool
    by_leader: bool


class Estimate(Value):
    """A time of recovery, and who stands behind it."""

    at: Time
    owner: str
    confidence: said.Confidence
    stated_at: Time


class Sync(Value):
    """What the commander last answered."""

    broken: str
    known: str
    eta_confidence: said.Confidence
    at: Time
    by: str


class OpenAsk(Value):
    """Something an audience needs."""

    id: str
    text: str
    audience: Audience | None
    opened_at: Time
    answer: str = ""


class ChatNote(Value):
    """Words of the channel."""

    author: str
    text: str
    at: Time
    link: str = ""
    pinned: bool = False


class Narrative(Value):
    """Everything said, and to be said, about one incident."""

    drafts: tuple[Draft, ...] = ()
    published: tuple[Published, ...] = ()
    places: tuple[Place, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    missed: tuple[Missed, ...] = ()
    cadence: dict[Audience, int] = Field(default_factory=dict)
    """Minutes that a person set; 0: on change only."""
    activated_at: Time | None = None
    activation_rule: str = ""
    tone: tuple[str, ...] = ()
    estimate: Estimate | None = None
    sync: Sync | None = None
    engaged: dict[Audience, str] = Field(default_factory=dict)
    engaged_at: dict[Audience, Time] = Field(default_factory=dict)
    """Since when each is served, the first time."""
    asked: tuple[Asked, ...] = ()
    asks: tuple[OpenAsk, ...] = ()
    rooms: tuple[said.RoomOpened, ...] = ()
    notes: tuple[ChatNote, ...] = ()
    data_access: said.DataAccessRecorded | None = None
    authority_notified_at: Time | None = None
    restriction: said.RestrictionSet | None = None
    """What a person decided about who may see it; None: the default of its type."""

    def draft(self, update_id: str) -> Draft | None:
        """The unpublished message of that id."""
        return next((one for one in self.drafts if one.update.id == update_id), None)

    def last(self, audience: Audience) -> Published | None:
        """What that audience heard last and still stands."""
        return next((one for one in reversed(self.published) if one.audience is audience and not one.retracted), None)

    def promised(self, audience: Audience, since: Time) -> Time | None:
        """When that audience was last told that it will hear again; None when no promise was made since then or outlives it."""
        for one in reversed([one for one in self.published if one.audience is audience]):
            if one.next_update_at and max(one.at, one.next_update_at) >= since:
                return one.next_update_at
            if one.at < since:
                return None
        return None

    def unended(self, ended_at: Time, *, drill: bool = False) -> frozenset[Audience]:
        """Audiences that heard of it and have neither heard the end nor been written off as missed.

        What mode observe kept in the house nobody heard; in a drill it counts, for the end is practised, too.
        Words that slip out after the end but promise more are not the last ones.
        """
        heard = [one for one in self.published if (drill or not one.observed) and not one.retracted]
        last = {one.audience: one for one in heard}
        waiting = {who: max(one.at, ended_at) for who, one in last.items() if one.at < ended_at or one.next_update_at}
        given_up = {one.audience for one in self.missed if one.audience in waiting and one.at >= waiting[one.audience]}
        return frozenset(waiting) - given_up

    def refs(self, channel: str) -> dict[str, str]:
        """What a channel called the newest message of each purpose, and of each purpose and audience (`summary/internal`)."""
        here = [one for one in self.places if one.channel == channel]
        heard = {one.update_id: one.audience for one in self.published}
        for_one = {f"{one.purpose}/{heard[one.update_id]}": one.ref for one in here if one.update_id in heard}
        return {one.purpose: one.ref for one in here} | for_one


def narrated(  # noqa: C901 - one case for each kind of communication
    narrative: Narrative, body: said.Communication, event: "Event"
) -> Narrative:
    """The narrative after one more event."""
    match body:
        case said.UpdateDrafted() | said.UpdateEdited() | said.UpdateApproved() | said.UpdateSigned():
            return _set(narrative, drafts=_drafts(narrative.drafts, body, event))
        case said.UpdatePublished():
            return _published(narrative, body, event)
        case said.UpdateDelivered():
            return _set(narrative, places=_places(narrative.places, body))
        case said.UpdateRetracted():
            return _set(narrative, published=_retracted(narrative.published, body))
        case said.UpdateReminded():
            made = Reminder(audience=body.audience, due_at=body.due_at, level=body.level, at=event.at)
            return _set(narrative, reminders=(*narrative.reminders, made))
        case said.UpdateMissed():
            lost = Missed(audience=body.audience, due_at=body.due_at, at=event.at)
            return _set(narrative, missed=(*narrative.missed, lost))
        case said.CadenceSet():
            return _set(narrative, cadence={**narrative.cadence, body.audience: body.minutes})
        case said.CommunicationsActivated():
            first = narrative.activated_at or event.at
            return _set(narrative, activated_at=first, activation_rule=narrative.activation_rule or body.rule)
        case said.ToneSet() | said.ToneLifted():
            return _set(narrative, tone=_tone(narrative.tone, body))
        case said.EtaStated() | said.SyncHeld():
            return _set(narrative, **_answers(body, event))
        case said.AudienceEngaged():
            since = {body.audience: event.at} | narrative.engaged_at
            return _set(narrative, engaged={**narrative.engaged, body.audience: body.via}, engaged_at=since)
        case said.UpdateAsked() | said.AskOpened() | said.AskAnswered():
            return _asked(narrative, body, event)
        case said.RoomOpened():
            return _set(narrative, rooms=(*narrative.rooms, body))
        case said.ChatNoted() | said.ChatPinned():
            return _set(narrative, notes=_notes(narrative.notes, body, event))
        case said.DataAccessRecorded():
            return _set(narrative, data_access=narrative.data_access or body)
        case said.AuthorityNotified():
            return _set(narrative, authority_notified_at=narrative.authority_notified_at or event.at)
        case said.RestrictionSet():
            return _set(narrative, restriction=body)


def _set(narrative: Narrative, **changes: object) -> Narrative:
    return narrative.model_copy(update=changes)


def _drafts(
    known: tuple[Draft, ...],
    body: said.UpdateDrafted | said.UpdateEdited | said.UpdateApproved | said.UpdateSigned,
    event: "Event",
) -> tuple[Draft, ...]:
    if isinstance(body, said.UpdateDrafted):
        named = {"id": body.update.id or f"U{event.seq}", "facts_seq": body.update.facts_seq or event.seq - 1}
        update = body.update.model_copy(update=named)
        return (*(one for one in known if not _replaces(update, one.update)), Draft(update=update, drafted_at=event.at))
    return tuple(
        one.model_copy(update=_reviewed(one, body, event)) if one.update.id == body.update_id else one for one in known
    )


def _replaces(newer: Update, older: Update) -> bool:
    return (newer.template, newer.audience, newer.corrects) == (older.template, older.audience, older.corrects)


def _reviewed(
    draft: Draft, body: said.UpdateEdited | said.UpdateApproved | said.UpdateSigned, event: "Event"
) -> dict[str, object]:
    """What a person's act changes of a draft. Edited words are approved by nobody, even where they are the old ones again."""
    match body:
        case said.UpdateEdited():
            seen = max(body.facts_seq, draft.update.facts_seq)
            promised = body.next_update_at or draft.update.next_update_at
            words = {"text": body.text, "violations": body.violations, "facts_seq": seen, "next_update_at": promised}
            unapproved = {"approved_by": "", "approved_at": None, "approved_digest": "", "overridden": ()}
            return {"update": draft.update.model_copy(update=words), "edited_by": event.actor, **unapproved}
        case said.UpdateSigned():
            return {"signed": {**draft.signed, body.party: body.digest}}
        case said.UpdateApproved():
            return {
                "approved_by": event.actor,
                "approved_at": event.at,
                "approved_digest": body.digest,
                "overridden": tuple(body.overridden),
            }


def _tone(known: tuple[str, ...], body: said.ToneSet | said.ToneLifted) -> tuple[str, ...]:
    others = tuple(one for one in known if one != body.text)
    return (*others, body.text) if isinstance(body, said.ToneSet) else others


def _answers(body: said.EtaStated | said.SyncHeld, event: "Event") -> dict[str, object]:
    """What somebody answered for, with when."""
    if isinstance(body, said.SyncHeld):
        return {"sync": Sync(**body.model_dump(exclude={"kind"}), at=event.at, by=event.actor)}
    if body.at is None:
        return {"estimate": None}
    return {
        "estimate": Estimate(at=body.at, owner=body.owner, confidence=body.confidence, stated_at=event.at),
    }


def _published(narrative: Narrative, body: said.UpdatePublished, event: "Event") -> Narrative:
    fields = body.model_dump(exclude={"kind", "digest"})
    draft = narrative.draft(body.update_id)
    knew = draft.update.facts_seq if draft else event.seq - 1
    out = Published(**fields, facts_seq=knew, at=event.at, by=event.actor)
    left = tuple(one for one in narrative.drafts if not _overtaken(one, draft))
    return _set(narrative, published=(*narrative.published, out), drafts=left)


def _overtaken(draft: Draft, out: Draft | None) -> bool:
    """It is out itself, or it was written for the same audience before the one that is out. A correction stands by itself."""
    if out is None or draft.update.id == out.update.id:
        return out is not None
    plain = not (draft.update.corrects or out.update.corrects)
    return plain and draft.update.audience is out.update.audience and draft.drafted_at <= out.drafted_at


def _retracted(known: tuple[Published, ...], body: said.UpdateRetracted) -> tuple[Published, ...]:
    return tuple(
        one.model_copy(update={"retracted": body.reason}) if one.update_id == body.update_id else one for one in known
    )


def _places(known: tuple[Place, ...], body: said.UpdateDelivered) -> tuple[Place, ...]:
    made = Place(**body.model_dump(exclude={"kind"}))
    return (
        *(one for one in known if (one.channel, one.ref, one.purpose) != (made.channel, made.ref, made.purpose)),
        made,
    )


def _asked(
    narrative: Narrative, body: said.UpdateAsked | said.AskOpened | said.AskAnswered, event: "Event"
) -> Narrative:
    match body:
        case said.UpdateAsked():
            made = Asked(asker=body.asker, at=event.at, to_commander=body.to_commander, by_leader=body.by_leader)
            return _set(narrative, asked=(*narrative.asked, made))
        case said.AskOpened():
            ask = OpenAsk(id=body.ask_id, text=body.text, audience=body.audience, opened_at=event.at)
            return _set(narrative, asks=(*narrative.asks, ask))
        case said.AskAnswered():
            answered = tuple(
                one.model_copy(update={"answer": body.answer}) if one.id == body.ask_id else one
                for one in narrative.asks
            )
            return _set(narrative, asks=answered)


def _notes(known: tuple[ChatNote, ...], body: said.ChatNoted | said.ChatPinned, event: "Event") -> tuple[ChatNote, ...]:
    pinned = isinstance(body, said.ChatPinned)
    made = ChatNote(author=body.author, text=body.text, at=event.at, link=body.link, pinned=pinned)
    return (*known, made)[-NEWEST_NOTES:]
