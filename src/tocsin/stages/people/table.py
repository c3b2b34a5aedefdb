"""Every act by its name: the path it has in the API, the ask it takes, the function that carries it out.

Read by the command line, which names acts; a test holds the API's routes to the same table.
"""

from tocsin.guard.attempt import Act
from tocsin.stages.people import asks
from tocsin.stages.people.beginning import acknowledge, assign, change_severity, declare, set_next_action
from tocsin.stages.people.ending import all_clear, close_as_false_alarm, mark_mitigated, merge, reopen
from tocsin.stages.people.practice import practise
from tocsin.stages.people.security import notify_authority, record_data_access, restrict, unrestrict
from tocsin.stages.people.sending import retry_delivery
from tocsin.stages.people.thinking import confirm, end_line, note, open_line, raise_hypothesis, rule_out

ACTS: dict[str, Act] = {
    "declare": Act("", asks.Declare, declare),
    "acknowledge": Act("/acknowledge", None, acknowledge),
    "severity": Act("/severity", asks.ChangeSeverity, change_severity),
    "assign": Act("/roles", asks.Assign, assign),
    "note": Act("/notes", asks.Note, note),
    "hypothesis": Act("/hypotheses", asks.RaiseHypothesis, raise_hypothesis),
    "rule-out": Act("/hypotheses/{which}/rule-out", asks.RuleOut, rule_out),
    "rule-in": Act("/hypotheses/{which}/rule-in", asks.Confirm, confirm),
    "line": Act("/lines", asks.OpenLine, open_line),
    "end-line": Act("/lines/{which}/end", asks.EndLine, end_line),
    "next-action": Act("/next-action", asks.SetNextAction, set_next_action),
    "mitigated": Act("/mitigated", asks.MarkMitigated, mark_mitigated),
    "all-clear": Act("/all-clear", asks.AllClear, all_clear),
    "reopen": Act("/reopen", asks.Reopen, reopen),
    "merge": Act("/merge", asks.Merge, merge),
    "retry": Act("/outbox/retry", asks.RetryDelivery, retry_delivery),
    "restrict": Act("/restrict", asks.Restrict, restrict),
    "unrestrict": Act("/unrestrict", asks.Unrestrict, unrestrict),
    "data-access": Act("/data-access", asks.RecordDataAccess, record_data_access),
    "authority-notified": Act("/authority-notified", asks.NotifyAuthority, notify_authority),
    "close": Act("/close", asks.CloseAsFalseAlarm, close_as_false_alarm),
}
PRACTICE: dict[str, Act] = {"gameday": Act("/drills", asks.Practise, practise)}
"""What is only an exercise."""
