"""Moves: what a response does next with an incident, decided by pure functions and carried out by `response`.

THE CONTRACT OF THE LOOP. Each stage that acts after the diagnosis owns two things and knows nothing of the others:

1. `due(incident, now, rules) -> Move | None`, a pure function in its package (`stages/paging`, `stages/verify`,
   `stages/remediate`, `stages/course` for deadlines and flags). It says what its stage would do at this moment, from the fold
   alone: at most one move; a stage with several things under way (`stages/paging`, `cadence`, `remediate`, `verify`)
   yields one for each, the most urgent first, so that none of them holds up another.
   Nothing to do now, but later: `Wait(until=...)`. Nothing at all: None.
   `course.next_move` asks them in a fixed order, takes the first that is not a wait, else the earliest wait.
2. Where a move reaches out to the world, `async carry_out(move, incident, record) -> None`, bound to its tools by `app.build`
   and put into `Desk.hands` under the move's kind. `record(key, *happenings, letters=())` (`desk.Record`) appends events in
   one fenced transaction, once for each key, and answers with the incident as it then stands. When `carry_out` returns, the
   move's own key is ticked, whatever it recorded under keys of its own.

`key` is unique within one incident and names the move, not the attempt: `page:1:oncall:primary`, `verify:ACT-1:3`. A move
whose key is already on the books is not carried out again; it then counts as `Wait(until=again_at)`. So a crash between the
move and its checkpoint doubles nothing, and a `due` that keeps asking for the same thing cannot spin.
"""

from typing import Annotated, Literal

from pydantic import Field

from tocsin.model.event import Body
from tocsin.model.ground import Time, Value
from tocsin.model.update import Audience


class Happening(Value):
    """An event about to be appended: who, and what."""

    actor: str
    body: Body


class Letter(Value):
    """Something that leaves the house with the events of its move: kept in the outbox in the same transaction, sent later.

    `kind` names who delivers it (`page`, `unpage`, `channel`, `message`), `key` makes it arrive once. The payload of a
    `message` names the configured channel, and holds the fields of ports.Message as text (`buttons` and `components` as JSON).
    """

    key: str
    kind: str
    payload: dict[str, str]


class _Keyed(Value):
    key: str
    again_at: Time | None = None
    """When to look again once this is carried out, for a move that repeats under a new key; None: at the next event."""


class Tell(_Keyed):
    """Put on the record, and out through the outbox: page, escalate, flag, expire, reject, unpage, close, all-clear."""

    kind: Literal["tell"] = "tell"
    events: tuple[Happening, ...]
    letters: tuple[Letter, ...] = ()


class Offer(_Keyed):
    """Render a step of the proposed fix, rehearse it, ask policy, and put the request before people.

    `replaces` is the expired action it renews, "" for a first offer. With `renews` it is a person's own expired request, whatever
    runbook it is of: asked for again with the values they chose, and still theirs.
    """

    kind: Literal["offer"] = "offer"
    runbook_id: str
    step_index: int
    replaces: str = ""
    renews: str = ""


class Survey(_Keyed):
    """Look which values the steps of the proposed runbook still lack, and say how to give them."""

    kind: Literal["survey"] = "survey"
    runbook_id: str
    seen: str
    """The digest of all that could give them."""


class RollBack(_Keyed):
    """Offer the rollback that the runbook declares for a step that did not help. Its permission is its own."""

    kind: Literal["roll_back"] = "roll_back"
    action_id: str


class Perform(_Keyed):
    """Carry out an action that has what policy asks for; everything is checked again at that moment.

    Also the move for an action found RUNNING after a restart: run again with its key, or `ActionUnknown`.
    """

    kind: Literal["perform"] = "perform"
    action_id: str


class Verify(_Keyed):
    """Ask the probe of a finished step whether it helped."""

    kind: Literal["verify"] = "verify"
    action_id: str


class Confirm(_Keyed):
    """Ask the world whether the incident is over: metrics normal and held, no new alerts, no user reports."""

    kind: Literal["confirm"] = "confirm"


class Play(_Keyed):
    """Steps of a playbook that are ready, to be carried out side by side; each is ticked under a key of its own."""

    kind: Literal["play"] = "play"
    run_id: str
    steps: tuple[str, ...]


class Draft(_Keyed):
    """Write messages for these audiences from what is known now; `no_change` ones say that nothing has changed."""

    kind: Literal["draft"] = "draft"
    audiences: tuple[Audience, ...]
    due_at: Time | None = None
    """When they should be out; None where the clock did not ask."""
    no_change: bool = False


class Publish(_Keyed):
    """Send a draft that policy lets go by itself: an internal one. An external one is published by a person, never by a move."""

    kind: Literal["publish"] = "publish"
    update_id: str


class Reread(_Keyed):
    """More alerts have come in: put them on the desk and see whether the severity must rise."""

    kind: Literal["reread"] = "reread"


class Rethink(_Keyed):
    """The diagnosis did not hold: investigate again with what is known now, propose anew."""

    kind: Literal["rethink"] = "rethink"
    reason: str


class Recall(_Keyed):
    """Look for past incidents like this one."""

    kind: Literal["recall"] = "recall"


class Convene(_Keyed):
    """Set the post-mortem's date, open the action items that the timeline asks for, and tell people."""

    kind: Literal["convene"] = "convene"


class WritePostMortem(_Keyed):
    """Write the post-mortem from the timeline, and open the action items that came up since it was convened."""

    kind: Literal["write_post_mortem"] = "write_post_mortem"


class Wait(Value):
    """Nothing to do before `until` (None: before somebody wakes us)."""

    kind: Literal["wait"] = "wait"
    until: Time | None = None


class Leave(Value):
    """The incident is over: nobody has to look at it any more."""

    kind: Literal["leave"] = "leave"


Deed = (
    Tell
    | Play
    | Draft
    | Publish
    | Reread
    | Rethink
    | Survey
    | Offer
    | RollBack
    | Perform
    | Verify
    | Confirm
    | Convene
    | Recall
    | WritePostMortem
)
"""A move that does something."""
Move = Annotated[Deed | Wait | Leave, Field(discriminator="kind")]
