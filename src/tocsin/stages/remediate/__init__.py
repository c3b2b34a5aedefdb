"""Remediation: from a proposed fix to a step carried out, the one path of every action.

`propose` chooses a runbook; `render` fills a step's slots by type; `permit` rehearses it, asks policy and takes people's
answers; `perform` is the only module of the house that runs an Executor; `due` says what is next, purely; `tool` is
`execute_runbook`. Called by `response`, the API and the command line, who all take this path.
"""

from tocsin.stages.remediate.propose import propose

__all__ = ["propose"]
