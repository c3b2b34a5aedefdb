"""What comes after: the post-mortem, its action items, and what people say of the diagnosis. Event bodies and their fold."""

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tocsin.model.ground import IncidentType, Time, Value
from tocsin.model.update import WordingViolation

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
    blame: tuple[WordingViolation, ...] = ()
    """Where it holds a person responsible; such a version is not approved without a reason."""


class Lesson(Value):
    """What an approved post-mortem teaches whoever meets the next incident: its own sections, and what helped."""

    title: str
    type: IncidentType | None = None
    services: tuple[str, ...] = ()
    summary: str = ""
    impact: str = ""
    root_cause: str = ""
    contributing: str = ""
    helped: tuple[str, ...] = ()
    """Steps that were verified, and runbooks that people say helped."""
    did_not_help: tuple[str, ...] = ()


class PostMortemApproved(Value):
    """A person stands behind this version; only then does the incident feed the library. The incident is reviewed."""

    kind: Literal["post_mortem_approved"] = "post_mortem_approved"
    version: int
    digest: str
    reason: str = ""
    """Why it was approved although the blame check found something."""
    lesson: Lesson | None = None


class ActionItemOpened(Value):
    """Something specific, owned and dated that follows from the incident."""

    kind: Literal["action_item_opened"] = "action_item_opened"
    item_id: str
    text: str
    owner: str
    due_at: Time | None = None
    origin: str = ""
    """What on the timeline asks for it, such as `gap:log-analyst`; the same is not asked twice. "" for a person's own."""


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
    by_release: float | None = None
    """The confidence before the house's own verdicts moved it; None in verdicts of older releases."""
    analysts: tuple[str, ...] = ()
    """The roles whose findings spoke for it."""
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
    opened_at: Time | None = None
    done_at: Time | None = None
    dropped: str = ""
    origin: str = ""
    exported: dict[str, str] = Field(default_factory=dict)
    """System to link."""
    refs: dict[str, str] = Field(default_factory=dict)
    """System to its own name of the item."""

    def is_overdue(self, now: Time) -> bool:
        """Its date has passed, and nobody has done or dropped it."""
        return self.done_at is None and self.due_at is not None and self.due_at < now


THE_POST_MORTEM = "PM"
"""Id of the item that is the post-mortem itself; it is done when a version is approved."""


class Debt(StrEnum):
    """What a resolved incident still owes by itself."""

    DATE = "date"
    DRAFT = "draft"


class Review(Value):
    """Everything after the all-clear."""

    owed: tuple[Debt, ...] = ()
    """What must still be done without anybody's asking; while it lasts the incident is walked."""
    scheduled_at: Time | None = None
    scheduled_on: Time | None = None
    """When that date was set."""
    schedules: int = 0
    """How often a date was set: the sequence number of the calendar entry."""
    owner: str = ""
    version: int = 0
    """The version that stands: the newest a person wrote, else the newest generated one."""
    text: str = ""
    generated: bool = False
    blame: tuple[WordingViolation, ...] = ()
    offered_version: int = 0
    """A newer one, generated after a person's edit; their words stand until somebody takes it. 0: none."""
    newest_version: int = 0
    approved_version: int = 0
    approved_at: Time | None = None
    approved_by: str = ""
    lesson: Lesson | None = None
    """What the approved version teaches."""
    items: tuple[ActionItem, ...] = ()
    cause: CauseJudged | None = None
    runbooks: dict[str, bool] = Field(default_factory=dict)

    def item(self, item_id: str) -> ActionItem | None:
        """The action item of that id."""
        return next((one for one in self.items if one.id == item_id), None)

    def after_the_all_clear(self, *, wanted: bool) -> "Review":
        """From here on a date and a draft are owed, where a post-mortem is wanted."""
        return self.model_copy(update={"owed": tuple(Debt) if wanted else ()})


def reviewed(review: Review, act: ReviewAct, event: "Event") -> Review:
    """The review after one more act. Pure."""
    return review.model_copy(update=_changes(review, act, event))


def _changes(review: Review, act: ReviewAct, event: "Event") -> dict[str, object]:
    match act:
        case PostMortemScheduled():
            dated = {"scheduled_at": act.at, "owner": act.owner, "schedules": review.schedules + 1}
            return {**dated, "scheduled_on": event.at, "owed": _without(review, Debt.DATE)}
        case PostMortemWritten():
            return _written(review, act)
        case PostMortemApproved():
            by = {"approved_at": event.at, "approved_by": event.actor}
            return {"approved_version": act.version, "lesson": act.lesson, **by}
        case CauseJudged():
            return {"cause": act}
        case RunbookJudged():
            return {"runbooks": {**review.runbooks, act.runbook_id: act.helped}}
        case _:
            return {"items": _items(review.items, act, event)}


def _written(review: Review, act: PostMortemWritten) -> dict[str, object]:
    """A person's words stand; what is generated after them is an offer. Where nobody wrote, the newest stands."""
    newest = {"newest_version": act.version}
    if act.generated and review.version and not review.generated:
        return {**newest, "offered_version": act.version, "owed": _without(review, Debt.DRAFT)}
    stands = {"version": act.version, "text": act.text, "generated": act.generated, "blame": act.blame}
    return {**newest, **stands, "offered_version": 0, "owed": _without(review, Debt.DRAFT)}


def _without(review: Review, debt: Debt) -> tuple[Debt, ...]:
    return tuple(one for one in review.owed if one is not debt)


def _items(known: tuple[ActionItem, ...], act: ReviewAct, event: "Event") -> tuple[ActionItem, ...]:
    match act:
        case ActionItemOpened():
            fields = act.model_dump(exclude={"kind", "item_id"})
            made = ActionItem(id=act.item_id, opened_at=event.at, **fields)
            return (*(one for one in known if one.id != made.id), made)
        case ActionItemChanged():
            return _with(known, act.item_id, {"owner": act.owner, "due_at": act.due_at})
        case ActionItemDone():
            return _with(known, act.item_id, {"done_at": event.at, "dropped": act.dropped})
        case ActionItemExported():
            return tuple(_exported(one, act) if one.id == act.item_id else one for one in known)
        case _:
            return known


def _exported(item: ActionItem, act: ActionItemExported) -> ActionItem:
    links = {**item.exported, act.system: act.link or act.ref}
    return item.model_copy(update={"exported": links, "refs": {**item.refs, act.system: act.ref}})


def _with(known: tuple[ActionItem, ...], item_id: str, update: dict[str, object]) -> tuple[ActionItem, ...]:
    return tuple(one.model_copy(update=update) if one.id == item_id else one for one in known)
