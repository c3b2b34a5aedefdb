"""Every act of the communications desk by its name: its path in the API, the ask it takes, the function that carries it out.

Read by the command line, which names acts; a test holds the API's routes to the same table.
"""

from collections.abc import Callable
from typing import NamedTuple

from tocsin.guard.attempt import Act
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.stages.communicate import asks, lead, review
from tocsin.stages.communicate.desk import Desk


class DeskAct(NamedTuple):
    """As `Act`, but what carries it out takes the desk after the attempt."""

    path: str
    ask: type[Value] | None
    run: Callable[..., Incident]

    def at(self, desk: Desk) -> Act:
        """The act at that desk, like any other."""
        return Act(self.path, self.ask, lambda attempt, *rest: self.run(attempt, desk, *rest))


ACTS: dict[str, Act | DeskAct] = {
    "draft-updates": DeskAct("/updates", asks.WriteDrafts, review.write_drafts),
    "edit-update": DeskAct("/updates/{which}/edit", asks.Edit, review.edit),
    "approve-update": DeskAct("/updates/{which}/approve", asks.Approve, review.approve),
    "sign-update": DeskAct("/updates/{which}/sign", asks.Sign, review.sign),
    "publish-update": DeskAct("/updates/{which}/publish", asks.Publish, review.publish),
    "correct-update": DeskAct("/updates/{which}/correct", asks.Correct, review.correct),
    "retract-update": DeskAct("/updates/{which}/retract", asks.Retract, review.retract),
    "tone": Act("/tone", asks.SetTone, lead.set_tone),
    "lift-tone": Act("/tone/lift", asks.LiftTone, lead.lift_tone),
    "cadence": Act("/cadence", asks.SetCadence, lead.set_cadence),
    "engage": Act("/audiences", asks.Engage, lead.engage),
    "open-ask": Act("/asks", asks.OpenAsk, lead.open_ask),
    "answer-ask": Act("/asks/{which}/answer", asks.AnswerAsk, lead.answer_ask),
    "any-update": DeskAct("/any-update", asks.AnyUpdate, lead.any_update),
    "eta": Act("/eta", asks.StateEta, lead.state_eta),
    "sync": DeskAct("/sync", asks.HoldSync, lead.hold_sync),
}


def act_at(desk: Desk, name: str) -> Act:
    """The act of that name at that desk, to be carried out like any other."""
    found = ACTS[name]
    return found if isinstance(found, Act) else found.at(desk)
