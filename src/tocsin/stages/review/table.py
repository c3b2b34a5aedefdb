"""Every act of the review by its name: its path in the API, the ask it takes, the function that carries it out.

Read by the command line, which names acts, and by buttons; a test holds the API's routes to the same table.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from tocsin.errors import DataError
from tocsin.guard.attempt import Act
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.press import Press, Pressed
from tocsin.stages.review import acts, asks, judging, tracking
from tocsin.stages.review.settings import Rules


class RulesAct(NamedTuple):
    """As `Act`, but what carries it out takes the rules of the stage after the attempt."""

    path: str
    ask: type[Value] | None
    run: Callable[..., Incident]

    def under(self, rules: Rules) -> Act:
        """The act under these rules, like any other."""
        return Act(self.path, self.ask, lambda attempt, *rest: self.run(attempt, rules, *rest))


ACTS: dict[str, Act | RulesAct] = {
    "schedule-post-mortem": RulesAct("/post-mortem/schedule", asks.Schedule, acts.schedule),
    "edit-post-mortem": Act("/post-mortem/edit", asks.Edit, acts.edit),
    "regenerate-post-mortem": RulesAct("/post-mortem/regenerate", None, acts.regenerate),
    "approve-post-mortem": RulesAct("/post-mortem/approve", asks.Approve, acts.approve),
    "open-item": RulesAct("/items", asks.OpenItem, tracking.open_item),
    "change-item": Act("/items/{which}/change", asks.ChangeItem, tracking.change_item),
    "finish-item": Act("/items/{which}/done", None, tracking.finish_item),
    "drop-item": Act("/items/{which}/drop", asks.DropItem, tracking.drop_item),
    "export-item": RulesAct("/items/{which}/export", asks.ExportItem, tracking.export_item),
    "judge-cause": Act("/judgements/cause", asks.JudgeCause, judging.judge_cause),
    "judge-runbook": Act("/judgements/runbooks/{which}", asks.JudgeRunbook, judging.judge_runbook),
}


def act_under(rules: Rules, name: str) -> Act:
    """The act of that name, to be carried out like any other."""
    found = ACTS[name]
    return found if isinstance(found, Act) else found.under(rules)


class Meant(NamedTuple):
    """What a button of ours stands for: the act, what it is about, and its ask."""

    act: str
    which: str
    ask: Value


_VERDICTS: dict[Press, Literal["right", "partly", "wrong"]] = {
    Press.CAUSE_RIGHT: "right",
    Press.CAUSE_PARTLY: "partly",
    Press.CAUSE_WRONG: "wrong",
}
_HELPED = {Press.RUNBOOK_HELPED: True, Press.RUNBOOK_DID_NOT: False}
JUDGING = frozenset({*_VERDICTS, *_HELPED})
"""The buttons that judge."""


def meant(pressed: Pressed) -> Meant:
    """A verdict by button as the act it is. Raises DataError for a button that is none of this stage's."""
    if pressed.press in _VERDICTS:
        return Meant("judge-cause", "", asks.JudgeCause(verdict=_VERDICTS[pressed.press], digest=pressed.digest))
    if pressed.press in _HELPED and pressed.about:
        return Meant("judge-runbook", pressed.about, asks.JudgeRunbook(helped=_HELPED[pressed.press]))
    raise DataError("this button judges nothing.", "Judge with `tocsin judge`.", code="TCS-PRESS")
