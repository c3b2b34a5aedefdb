"""Playing: which steps of the playbook come next, and what the run of it amounts to.

`due` is asked by `response` at every look; `plays` carries the steps out. Calls nobody.
"""

from tocsin.stages.playing.due import ACTOR, current, due, plan_of, scope_of

__all__ = ["ACTOR", "current", "due", "plan_of", "scope_of"]
