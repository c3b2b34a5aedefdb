"""What comes after: the post-mortem, its action items, and what people say of the diagnosis. Event bodies and their fold."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tocsin.model.ground import Time, Value

if TYPE_CHECKING:
    from tocsin.model.event import Event


class PostMortemScheduled(Value):
    """It is on somebody's calendar."""

    kind: Literal["post_mortem_scheduled"] = "post_mortem_scheduled"
    at: Time
    owner: str


class PostMortemWritten(Value):
    """A version of the document, whole: generated from the timeline, or edited by a person."""

    kind: Literal["post_mortem_written"] = "post_mortem_written"
    version: int
    text: str
    """Markdown."""
    generated: bool


class PostMortemApproved(Value):
    """A person stands behind this version; only then does the incident feed the library. The incident is reviewed."""

    kind: Literal["post_mortem_approved"] = "post_mortem_approved"
    version: int
    digest: str


class ActionItemOpened(Value):
    """Something specific, owned and dated that follows from the incident."""

    kind: Literal["action_item_opened"] = "action_item_opened"
    item_id: str
    text: str
    owner: str
    due_at: Time | None = None


class ActionItemChanged(Value):
    """Another owner or another date."""

    kind: Literal["action_item_changed"] = "action_item_changed"
    item_id: str
    owner: str
    due_at: Time | None = None


class ActionItemDone(Value):
    """Done, or dropped for a reason."""

    kind: Literal["action_item_done"] = "action_item_done"
    item_id: str
    dropped: str = ""


class ActionItemExported(Value):
    """It lives in a tracker too."""

    kind: Literal["action_item_exported"] = "action_item_exported"
    item_id: str
    system: str
    ref: str
    link: str = ""


class CauseJudged(Value):
    """What people say of the diagnosis, once they know. It feeds calibration."""

    kind: Literal["cause_judged"] = "cause_judged"
    verdict: Literal["right", "partly", "wrong"]
    specialist: str
    cause: str = ""
    confidence: float = 0.0
    said: str = ""


class RunbookJudged(Value):
    """Whether a runbook helped."""

    kind: Literal["runbook_judged"] = "runbook_judged"
    runbook_id: str
    helped: bool


ReviewAct = (
    PostMortemScheduled
    | PostMortemWritten
    | PostMortemApproved
    | ActionItemOpened
    | ActionItemChanged
    | ActionItemDone
    | ActionItemExported
    | CauseJudged
    | RunbookJudged
)


class ActionItem(Value):
    """An action item as it stands."""

    id: str
    text: str
    owner: str
    due_at: Time | None = None
    done_at: Time | None = None
    dropped: str = ""
    exported: dict[str, str] = Field(default_factory=dict)
    """System to link."""


class Review(Value):
    """Everything after the all-clear."""

    scheduled_at: Time | None = None
    owner: str = ""
    version: int = 0
    text: str = ""
    generated: bool = False
    approved_version: int = 0
    approved_at: Time | None = None
    approved_by: str = ""
    items: tuple[ActionItem, ...] = ()
    cause: CauseJudged | None = None
    runbooks: dict[str, bool] = Field(default_factory=dict)


def reviewed(review: Review, act: ReviewAct, event: "Event") -> Review:
    """The review after one more act. Pure."""
    return review.model_copy(update=_changes(review, act, event))


def _changes(review: Review, act: ReviewAct, event: "Event") -> dict[str, object]:
    match act:
        case PostMortemScheduled():
            return {"scheduled_at": act.at, "owner": act.owner}
        case PostMortemWritten():
            return {"version": act.version, "text": act.text, "generated": act.generated}
        case PostMortemApproved():
            return {"approved_version": act.version, "approved_at": event.at, "approved_by": event.actor}
        case CauseJudged():
            return {"cause": act}
        case RunbookJudged():
            return {"runbooks": {**review.runbooks, act.runbook_id: act.helped}}
        case _:
            return {"items": _items(review.items, act, event)}


def _items(known: tuple[ActionItem, ...], act: ReviewAct, event: "Event") -> tuple[ActionItem, ...]:
    match act:
        case ActionItemOpened():
            made = ActionItem(id=act.item_id, text=act.text, owner=act.owner, due_at=act.due_at)
            return (*(one for one in known if one.id != made.id), made)
        case ActionItemChanged():
            return _with(known, act.item_id, {"owner": act.owner, "due_at": act.due_at})
        case ActionItemDone():
            return _with(known, act.item_id, {"done_at": event.at, "dropped": act.dropped})
        case ActionItemExported():
            before = next((one.exported for one in known if one.id == act.item_id), {})
            return _with(known, act.item_id, {"exported": {**before, act.system: act.link or act.ref}})
        case _:
            return known


def _with(known: tuple[ActionItem, ...], item_id: str, update: dict[str, object]) -> tuple[ActionItem, ...]:
    return tuple(one.model_copy(update=update) if one.id == item_id else one for one in known)
