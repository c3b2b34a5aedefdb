"""Playing: which steps of the playbook come next, and what the run of it amounts to.

`due` is asked by `response` at every look; `plays` carries the steps out. Calls nobody.
"""

from tocsin.guard.attempt import Act
from tocsin.stages.playing.applying import KIND, Applied, apply, checked_of, knock, set_off, shelf_of
from tocsin.stages.playing.due import ACTOR, current, due, plan_of, scope_of
from tocsin.stages.playing.gates import AnswerGate, answer_gate
from tocsin.stages.playing.start import must_be_new, start
from tocsin.stages.playing.ticks import see_to, tick, ticks_due

ACTS = {"gate": Act("/gates/{which}", AnswerGate, answer_gate)}

__all__ = [
    "ACTOR",
    "ACTS",
    "KIND",
    "AnswerGate",
    "Applied",
    "answer_gate",
    "apply",
    "checked_of",
    "current",
    "due",
    "knock",
    "must_be_new",
    "plan_of",
    "scope_of",
    "see_to",
    "set_off",
    "shelf_of",
    "start",
    "tick",
    "ticks_due",
]
