"""Intake: which incident does an alert belong to. Called by the hooks, the CLI and the watch, always inside one write transaction.

It declares incidents and joins alerts to them; it never judges severity, never closes an incident, never waits.
"""

from tocsin.stages.intake.changes import parse_changes, receive_changes
from tocsin.stages.intake.desk import Decision, Outcome
from tocsin.stages.intake.quiet import alertmanager_silences, put_silences
from tocsin.stages.intake.receive import receive
from tocsin.stages.intake.rejudge import rejudge
from tocsin.stages.intake.rules import IntakeRules

__all__ = [
    "Decision",
    "IntakeRules",
    "Outcome",
    "alertmanager_silences",
    "parse_changes",
    "put_silences",
    "receive",
    "receive_changes",
    "rejudge",
]
