"""What people do on an incident. One function for each act: it authorises, checks that it makes sense now, and appends.

Called by the API, and by the command line on a local store, always inside one write transaction; they wake the response when
that is committed. A refused act leaves nothing. Nothing here reaches out to the world: to be told is others' work.
"""

from tocsin.guard.attempt import Act, Attempt, Done, PeopleRules, carry_out
from tocsin.stages.people import asks
from tocsin.stages.people.beginning import TWO_HATS, acknowledge, assign, change_severity, declare, set_next_action
from tocsin.stages.people.ending import all_clear, close_as_false_alarm, mark_mitigated, merge, reopen
from tocsin.stages.people.practice import Turn, Turns, practise, turns
from tocsin.stages.people.security import notify_authority, record_data_access, restrict, unrestrict
from tocsin.stages.people.sending import retry_delivery
from tocsin.stages.people.table import ACTS, PRACTICE
from tocsin.stages.people.thinking import confirm, end_line, note, open_line, raise_hypothesis, rule_out

__all__ = [
    "ACTS",
    "PRACTICE",
    "TWO_HATS",
    "Act",
    "Attempt",
    "Done",
    "PeopleRules",
    "Turn",
    "Turns",
    "acknowledge",
    "all_clear",
    "asks",
    "assign",
    "carry_out",
    "change_severity",
    "close_as_false_alarm",
    "confirm",
    "declare",
    "end_line",
    "mark_mitigated",
    "merge",
    "note",
    "notify_authority",
    "open_line",
    "practise",
    "raise_hypothesis",
    "record_data_access",
    "reopen",
    "restrict",
    "retry_delivery",
    "rule_out",
    "set_next_action",
    "turns",
    "unrestrict",
]
