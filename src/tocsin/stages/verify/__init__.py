"""Verification: whether a step helped, and whether the incident is over.

`due` says purely what is to be looked at now; `look` asks the world and puts its answer on the record; `judge` decides from
samples alone; `watched` says which series and what counts as normal for them; `word` is a person's word where no probe can
tell. Nothing here changes a system: a rollback is only asked for, and takes the one path of every action.
"""

from tocsin.stages.verify.due import due
from tocsin.stages.verify.gauges import Gauges
from tocsin.stages.verify.look import Means, carry_out, hands
from tocsin.stages.verify.settings import Rules, VerifySettings
from tocsin.stages.verify.word import say_whether_it_helped

__all__ = ["Gauges", "Means", "Rules", "VerifySettings", "carry_out", "due", "hands", "say_whether_it_helped"]
