"""Approvals: one person's yes to exactly one rendered step and its rehearsal. Issued, and checked again when the step begins.

Used by `stages.remediate`. Pure but for the Hourglass, which remembers when this process first saw an approval, because a
wall clock can be set back. Text is never an approval: one is issued to an authenticated Principal, or not at all.
"""

import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from tocsin.errors import Denied, NotNow
from tocsin.guard.authorize import MACHINE, authorize
from tocsin.guard.policy import ApprovalSettings
from tocsin.model.action import Approval, Decision, approval_digest
from tocsin.model.ground import Value
from tocsin.model.identity import RIGHTS, Principal, Right, Role
from tocsin.model.standing import Action, ActionState

_SHORTEST_REASON = 10
Over = Callable[[Approval, datetime], bool]
"""Whether an approval's time has run out."""


class Standing(Value):
    """How an action stands with its approvals. `refused` says for each that does not count why not."""

    needed: int
    valid: tuple[Approval, ...] = ()
    refused: tuple[str, ...] = ()
    glass: str = ""
    """The reason of a break-glass among them, or ""."""

    @property
    def enough(self) -> bool:
        """As many different people as needed have said yes."""
        return len(self.valid) >= self.needed


class Hourglass:
    """Time that cannot be set back: an approval seen once in this process is over when its life has run out by either clock.

    `monotonic` counts seconds and never goes back, as `time.monotonic` does.
    """

    def __init__(self, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._monotonic = monotonic
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._most = most

    def over(self, approval: Approval, now: datetime) -> bool:
        """True when it has expired by the wall clock or by ours, whichever is stricter."""
        life = (approval.expires_at - approval.issued_at).total_seconds()
        left = min(life, (approval.expires_at - now).total_seconds())
        end = self._ends.setdefault(approval.id, self._monotonic() + left)
        if len(self._ends) > self._most:
            self._ends.popitem(last=False)
        return left <= 0 or self._monotonic() >= end


def by_the_wall(approval: Approval, now: datetime) -> bool:
    """The same by the wall clock alone."""
    return now >= approval.expires_at


def issue(
    action: Action,
    principal: Principal,
    *,
    approval_id: str,
    now: datetime,
    settings: ApprovalSettings,
    digest: str = "",
    break_glass: str = "",
) -> Approval:
    """The approval of this action by that person. Raises Denied, NotNow.

    `digest` is what the person was shown; another one than the action's means that they saw something else.
    `break_glass` is the reason for doing with one yes where policy asks for two.
    """
    right = Right.BREAK_GLASS if break_glass else Right.APPROVE
    authorize(principal, right)
    bound = approval_digest(action.step, action.rehearsal)
    _must_be_open(action, now)
    for refusal in (_not_shown(digest, bound), _not_theirs(action, principal, break_glass, now)):
        if refusal:
            raise Denied(*refusal)
    life = settings.break_glass_minutes if break_glass else settings.minutes
    return Approval(
        id=approval_id,
        action_id=action.id,
        digest=bound,
        approver=principal.id,
        role=_role(principal, right),
        issued_at=now,
        expires_at=min(now + timedelta(minutes=life), action.expires_at),
        break_glass=break_glass.strip(),
    )


def check(action: Action, decision: Decision, now: datetime, over: Over = by_the_wall) -> Standing:
    """Which of an action's approvals count at this moment, and how many are needed. Says nothing of stop, mode or limits.

    A break-glass lowers two to one. It is no yes to a `never`, and nobody's yes to what they asked for themselves.
    """
    valid: dict[str, Approval] = {}
    refused = []
    for one in action.approvals:
        why = _void(one, action, now, over)
        if why:
            refused.append(f"{one.approver}: {why}")
        else:
            known = valid.get(person(one.approver))
            valid[person(one.approver)] = known if known and not one.break_glass else one
    glass = next((one.break_glass for one in valid.values() if one.break_glass), "")
    if decision is Decision.NEVER:
        return Standing(needed=1, refused=(*refused, "policy never allows it"), glass=glass)
    needed = {Decision.AUTO: 0, Decision.ONE: 1, Decision.TWO: 1 if glass else 2}[decision]
    counting = tuple(valid.values())
    if len(counting) == 1 and person(counting[0].approver) in proposers(action):
        why = f"{counting[0].approver}: asked for it, or vouched for a value in it, and cannot be the only approver"
        counting, refused = (), [*refused, why]
    return Standing(needed=needed, valid=counting, refused=tuple(refused), glass=glass)


def person(name: str) -> str:
    """One spelling for one person: case, width and blanks make nobody a second person."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def requester(action: Action) -> str:
    """The person who asked for it, in that spelling; a role of ours is nobody's twin."""
    return _person_of(action.requested_by)


def proposers(action: Action) -> frozenset[str]:
    """Whoever asked for it or vouched for a value in it, in that spelling: none of them approves it alone."""
    return frozenset(map(_person_of, (action.requested_by, *action.step.vouched_by))) - {""}


def _person_of(actor: str) -> str:
    kind, _, name = actor.partition(":")
    return person(name) if kind == "person" else ""


def _void(one: Approval, action: Action, now: datetime, over: Over) -> str:
    """Why this approval does not count, or ""."""
    if one.action_id != action.id or one.digest != approval_digest(action.step, action.rehearsal):
        return "the approval is for another step than this one"
    if now < one.issued_at:
        return "the approval is from the future; the clock was set back"
    if over(one, now):
        return "the approval has expired"
    return ""


def _role(principal: Principal, right: Right) -> Role:
    """The role by which they may."""
    return next(role for role in Role if role in principal.roles and right in RIGHTS[role])


def _must_be_open(action: Action, now: datetime) -> None:
    """Raises NotNow when nobody's yes would help, Denied when policy forbids the step."""
    again = "Look at the incident's actions; an expired step is offered again with a fresh dry run."
    if action.verdict.decision is Decision.NEVER:
        what = f"Policy never allows {action.id}: {action.verdict.reason}."
        raise Denied(what, "Do it by hand, or change the policy.")
    if action.state is not ActionState.REQUESTED:
        raise NotNow(f"{action.id} is {action.state} and takes no approval any more.", again)
    if now >= action.expires_at:
        raise NotNow(f"{action.id} expired and takes no approval any more.", again)
    if action.rehearsal is None or not action.rehearsal.ok:
        raise NotNow(
            f"The dry run of {action.id} did not succeed.", "Ask for the step again when what it needs is there."
        )


def _not_shown(digest: str, bound: str) -> tuple[str, str] | None:
    if digest and digest != bound:
        return "What you were shown is not what would run now.", "Look at the action again, then approve what you see."
    return None


def _not_theirs(action: Action, principal: Principal, break_glass: str, now: datetime) -> tuple[str, str] | None:
    """Who said yes may still break the glass when no second person comes; nobody says the same twice while it counts."""
    if principal.via == MACHINE:
        return "A role of tocsin approves nothing.", "A person must."
    mine = person(principal.id)
    alone = action.verdict.decision is not Decision.TWO or bool(break_glass)
    if mine in proposers(action) and alone:
        said = "asked for" if mine == requester(action) else "vouched for a value of"
        return f"{principal.id} {said} {action.id} and cannot approve it alone.", "Somebody else must."
    given = [
        one for one in action.approvals if person(one.approver) == mine and not _void(one, action, now, by_the_wall)
    ]
    if any(one.break_glass or not break_glass for one in given):
        return f"{principal.id} has approved {action.id} already.", "Another person must be the second."
    if break_glass and len(break_glass.strip()) < _SHORTEST_REASON:
        return "Breaking the glass needs a reason in words.", "Say why nobody else can be asked."
    return None
