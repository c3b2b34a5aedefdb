"""Remediation: from a proposed fix to a step carried out, the one path of every action.

`propose` chooses a runbook; `missing` says which values it lacks and `vouch` takes a person's word for one; `render` fills a
step's slots by type; `permit` rehearses it, asks policy and takes people's answers; `perform` is the only module that lets an
Executor change anything; through `look` one reads, before a step what must hold (`rehearse`) and after it what it has done
(`probe`); `due` says what is next, purely, and `hands` carries it out for the loop; `stop` is the global switch; `tool` is
`execute_runbook`. The loop, the API and the command line all take this path.
"""

from tocsin.stages.remediate.card import decided
from tocsin.stages.remediate.due import Rules, due
from tocsin.stages.remediate.hands import hands
from tocsin.stages.remediate.permit import Means
from tocsin.stages.remediate.propose import propose

__all__ = ["Means", "Rules", "decided", "due", "hands", "propose"]
