"""Every act by its name: the path it has in the API, the ask it takes, the function that carries it out.

Read by the command line, which names acts; a test holds the API's routes to the same table.
"""

from collections.abc import Callable
from typing import NamedTuple

from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.stages.people import asks
from tocsin.stages.people.attempt import Attempt
from tocsin.stages.people.beginning import acknowledge, assign, change_severity, declare, set_next_action
from tocsin.stages.people.ending import all_clear, close_as_false_alarm, mark_mitigated, merge, reopen
from tocsin.stages.people.thinking import end_line, note, open_line, raise_hypothesis, rule_out


class Act(NamedTuple):
    """`path` comes after the incident in the API; `{which}` in it names one thing on the incident.

    `run` takes the attempt, then the incident (not for a declaration), then `which` where the path has one, then the ask
    (where there is one).
    """

    path: str
    ask: type[Value] | None
    run: Callable[..., Incident]

    def on(self, attempt: Attempt, incident_id: str, which: str, ask: Value | None) -> Incident:
        """Carries it out."""
        names = (incident_id, which if "{which}" in self.path else "")
        return self.run(attempt, *(name for name in names if name), *(() if ask is None else (ask,)))


ACTS: dict[str, Act] = {
    "declare": Act("", asks.Declare, declare),
    "acknowledge": Act("/acknowledge", None, acknowledge),
    "severity": Act("/severity", asks.ChangeSeverity, change_severity),
    "assign": Act("/roles", asks.Assign, assign),
    "note": Act("/notes", asks.Note, note),
    "hypothesis": Act("/hypotheses", asks.RaiseHypothesis, raise_hypothesis),
    "rule-out": Act("/hypotheses/{which}/rule-out", asks.RuleOut, rule_out),
    "line": Act("/lines", asks.OpenLine, open_line),
    "end-line": Act("/lines/{which}/end", asks.EndLine, end_line),
    "next-action": Act("/next-action", asks.SetNextAction, set_next_action),
    "mitigated": Act("/mitigated", asks.MarkMitigated, mark_mitigated),
    "all-clear": Act("/all-clear", asks.AllClear, all_clear),
    "reopen": Act("/reopen", asks.Reopen, reopen),
    "merge": Act("/merge", asks.Merge, merge),
    "close": Act("/close", asks.CloseAsFalseAlarm, close_as_false_alarm),
}
