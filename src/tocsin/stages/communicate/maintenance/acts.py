"""What people do about maintenance windows: plan, reword, approve, note, extend, move on, call off. Each in one transaction.

To plan and to propose words takes a responder; what customers then read takes a person who may publish, with a yes to exactly these
words. To keep alerts quiet takes the right that silences take. Called by the API and the command line.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.guard.authorize import MACHINE, authorize
from tocsin.model.action import Mode
from tocsin.model.component import public_names
from tocsin.model.ground import Value
from tocsin.model.identity import Right
from tocsin.model.maintenance import PLAN, Deed, Maintenance, MaintenanceStage, WindowNote
from tocsin.model.plain import minute
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.maintenance.asks import Approve, Cancel, Extend, Move, Reword, Schedule, Write
from tocsin.stages.communicate.maintenance.shown import violations
from tocsin.stages.communicate.maintenance.telling import services_of, tell
from tocsin.stages.communicate.refusals import refuse_unfit

_FIELD = {"in_progress": "started_at", "verifying": "verifying_at", "completed": "completed_at"}


def schedule(attempt: Attempt, desk: Desk, ask: Schedule) -> Maintenance:
    """A plan. Customers read nothing of it before a person has approved it."""
    authorize(attempt.principal, Right.ADMINISTER if ask.quiet else Right.RESPOND)
    unknown = [name for name in ask.components if name not in public_names(desk.catalogue)]
    if unknown:
        known = ", ".join(public_names(desk.catalogue)) or "none; give services of the catalogue a `public_name`"
        raise DataError(f"{unknown[0][:80]!r} is no component of the status page.", f"There are: {known}.")
    window = Maintenance(
        id=attempt.names.new("MNT"),
        title=attempt.clean(ask.title),
        text=attempt.clean(ask.text),
        components=tuple(name for name in public_names(desk.catalogue) if name in ask.components),
        starts_at=ask.starts_at,
        ends_at=ask.ends_at,
        quiet=ask.quiet,
    )
    _refuse_times(window, attempt.now)
    return _keep(attempt, window, "scheduled")


def reword(attempt: Attempt, _: Desk, window_id: str, ask: Reword) -> Maintenance:
    """Other words or times for what nobody has approved yet."""
    window = _open(attempt, window_id, Right.RESPOND)
    _refuse_quieting(attempt, window)
    _refuse_approved(window, ask.which)
    told = ask.model_dump(exclude={"which"}, exclude_none=True)
    told |= {name: attempt.clean(told[name]) for name in ("title", "text") if name in told}
    if ask.which == PLAN:
        after = window.model_copy(update=told)
    else:
        note = window.note(ask.which).model_copy(
            update={name: told[name] for name in ("text", "ends_at") if name in told}
        )
        after = _with(window, note)
    if after.digest_of(ask.which) == window.digest_of(ask.which):
        raise NotNow("these are its words already.", "Change them, or approve them.", code="TCS-ACT-DONE")
    _refuse_times(after, attempt.now)
    return _keep(attempt, after, f"reworded {ask.which}")


def approve(attempt: Attempt, desk: Desk, window_id: str, ask: Approve) -> Maintenance:
    """A person's yes to exactly the words they were shown; from then on customers read them."""
    window = _publishing(attempt, window_id)
    _refuse_approved(window, ask.which)
    if window.digest_of(ask.which) != ask.digest:
        do = f"Look at {window.id} again, then say yes to what it says now."
        raise NotNow("the words changed after they were shown to you.", do, code="TCS-MSG-CHANGED")
    found = violations(window, ask.which, desk)
    overridden = tuple(one.code for one in found if one.code in ask.overridden)
    refuse_unfit(found, overridden)
    _refuse_times(window, attempt.now)
    if overridden and not ask.reason:
        raise DataError("rules are set aside for a reason.", "Say why, with the approval.", code="TCS-MSG-REASON")
    said = f"set aside {', '.join(overridden)}: {attempt.clean(ask.reason)}" if overridden else ""
    after = _keep(
        attempt, _approved(window, ask.which, desk, attempt.now), f"approved {ask.which} {ask.digest[:12]}", said
    )
    tell(attempt.ledger, desk, after, attempt.now)
    return after


def note(attempt: Attempt, _: Desk, window_id: str, ask: Write) -> Maintenance:
    """Words for customers about it, for a person to approve."""
    return _propose(attempt, window_id, ask.text, None)


def extend(attempt: Attempt, _: Desk, window_id: str, ask: Extend) -> Maintenance:
    """A later end and what customers read about it, for a person to approve."""
    _refuse_quieting(attempt, _open(attempt, window_id, Right.RESPOND))
    return _propose(attempt, window_id, ask.text, ask.ends_at)


def move(attempt: Attempt, desk: Desk, window_id: str, ask: Move) -> Maintenance:
    """It has come so far, a person says; customers read the sentence that the clock would have said."""
    window, to = _publishing(attempt, window_id), MaintenanceStage(ask.to)
    if window.approved_at is None:
        raise NotNow("nobody has approved the plan.", f"Approve it first: `tocsin maintenance approve {window.id}`.")
    if attempt.now < window.starts_at:
        _refuse_quieting(attempt, window)
    stages = list(MaintenanceStage)
    if stages.index(window.stage(attempt.now)) >= stages.index(to):
        what = f"it is {window.stage(attempt.now).replace('_', ' ')} already."
        raise NotNow(what, "Nothing is left to do.", code="TCS-ACT-DONE")
    begun = {} if window.started_at else {"started_at": min(window.starts_at, attempt.now)}
    after = window.model_copy(update={**begun, _FIELD[ask.to]: attempt.now})
    kept = _keep(attempt, after, ask.to)
    tell(attempt.ledger, desk, kept, attempt.now)
    return kept


def cancel(attempt: Attempt, desk: Desk, window_id: str, ask: Cancel) -> Maintenance:
    """It is called off. Whoever was told of it is told that; alerts it kept quiet are judged again."""
    window = _open(attempt, window_id, Right.RESPOND)
    if window.approved_at is not None:
        window = _publishing(attempt, window_id)
    after = _keep(attempt, window.model_copy(update={"cancelled_at": attempt.now}), "called off", ask.reason)
    tell(attempt.ledger, desk, after, attempt.now)
    return after


class WindowAct(NamedTuple):
    """A row of the table: `path` comes after the window in the API (after all windows for a new one)."""

    path: str
    ask: type[Value]
    run: Callable[..., Maintenance]

    def on(self, attempt: Attempt, desk: Desk, window_id: str, ask: Value) -> Maintenance:
        """Carries it out; `window_id` is "" where the act makes the window."""
        return self.run(attempt, desk, *([window_id] if window_id else []), ask)


ACTS: dict[str, WindowAct] = {
    "schedule": WindowAct("", Schedule, schedule),
    "reword": WindowAct("/reword", Reword, reword),
    "approve": WindowAct("/approve", Approve, approve),
    "note": WindowAct("/notes", Write, note),
    "extend": WindowAct("/extend", Extend, extend),
    "move": WindowAct("/stage", Move, move),
    "cancel": WindowAct("/cancel", Cancel, cancel),
}


def _propose(attempt: Attempt, window_id: str, text: str, ends_at: datetime | None) -> Maintenance:
    window = _open(attempt, window_id, Right.RESPOND)
    if window.approved_at is None:
        what, do = "the plan itself is not approved yet.", "Reword it, or have it approved first."
        raise NotNow(what, do, code="TCS-MSG-UNAPPROVED")
    made = WindowNote(id=f"N{len(window.notes) + 1}", text=attempt.clean(text), ends_at=ends_at)
    after = _with(window, made)
    _refuse_times(after, attempt.now)
    return _keep(attempt, after, f"wrote {made.id}")


def _approved(window: Maintenance, which: str, desk: Desk, now: datetime) -> Maintenance:
    if which == PLAN:
        observed = desk.law.policy.mode_of(*services_of(window, desk)) is Mode.OBSERVE
        return window.model_copy(update={"approved_at": now, "observed": observed})
    note = window.note(which)
    after = _with(window, note.model_copy(update={"approved_at": now}))
    return after.model_copy(update={"ends_at": max(after.ends_at, note.ends_at or after.ends_at)})


def _with(window: Maintenance, note: WindowNote) -> Maintenance:
    """The window with that note in the place of the one of its name, or after all others."""
    kept = {one.id: one for one in (*window.notes, note)}
    return window.model_copy(update={"notes": tuple(kept.values())})


def _keep(attempt: Attempt, window: Maintenance, what: str, said: str = "") -> Maintenance:
    deed = Deed(at=attempt.now, by=attempt.actor, what=what, said=attempt.clean(said))
    after = window.model_copy(update={"deeds": (*window.deeds, deed)})
    attempt.ledger.maintenances.put(after)
    return after


def _open(attempt: Attempt, window_id: str, right: Right) -> Maintenance:
    """The window, which must not be over. Raises Denied, NotFound, NotNow."""
    authorize(attempt.principal, right)
    window = attempt.ledger.maintenances.get(window_id)
    if window is None:
        raise NotFound(f"there is no maintenance window {window_id[:80]!r}.", "List them: `tocsin maintenance list`.")
    if window.stage(attempt.now) is MaintenanceStage.COMPLETED:
        raise NotNow(f"{window.id} is over since {minute(window.over_at)}.", "Schedule another.", code="TCS-ACT-CLOSED")
    return window


def _publishing(attempt: Attempt, window_id: str) -> Maintenance:
    """The same, for what customers will read at once: that takes a person. Raises Denied, NotFound, NotNow."""
    window = _open(attempt, window_id, Right.COMMUNICATE)
    if attempt.principal.via in (MACHINE, "service"):
        raise Denied("this is asked of a person.", "Use the token of the person who reviews messages.")
    return window


def _refuse_approved(window: Maintenance, which: str) -> None:
    try:
        done = window.approved_at if which == PLAN else window.note(which).approved_at
    except KeyError:
        left = ", ".join(one.id for one in window.notes) or "none"
        raise NotFound(f"{window.id} has no note {which!r}.", f"There are: {left}.") from None
    if done:
        do = "Write a note, extend it, or call it off and schedule another."
        raise NotNow(f"{which} of {window.id} is approved already.", do, code="TCS-MSG-OUT")


def _refuse_quieting(attempt: Attempt, window: Maintenance) -> None:
    """Raises Denied where more alerts would be kept quiet, and whoever asks may silence none."""
    if window.quiet:
        authorize(attempt.principal, Right.ADMINISTER)


def _refuse_times(window: Maintenance, now: datetime) -> None:
    if window.ends_at <= window.starts_at:
        raise DataError("it ends before it starts.", "Give an end that is later than the start.")
    if window.ends_at <= now:
        raise DataError(f"its end, {minute(window.ends_at)}, has passed.", "Give an end that is still to come.")
    for one in window.notes:
        if one.ends_at and one.approved_at is None and one.ends_at <= window.ends_at:
            what = f"{one.id} says until {minute(one.ends_at)}, and it lasts until {minute(window.ends_at)} already."
            raise DataError(what, "Give a later end.")
