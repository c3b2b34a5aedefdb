"""Playing: which steps of the playbook come next, and what the run of it amounts to.

`due` is asked by `response` at every look; `plays` carries the steps out. Calls nobody.
"""

from tocsin.guard.attempt import Act
from tocsin.stages.playing.due import ACTOR, current, due, plan_of, scope_of
from tocsin.stages.playing.gates import AnswerGate, answer_gate

ACTS = {"gate": Act("/gates/{which}", AnswerGate, answer_gate)}

__all__ = ["ACTOR", "ACTS", "AnswerGate", "answer_gate", "current", "due", "plan_of", "scope_of"]
