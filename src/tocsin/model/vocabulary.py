"""One state, four vocabularies: how each audience hears where the incident stands. Pure; read by messages and reports."""

from typing import NamedTuple

from tocsin.model.state import State


class Words(NamedTuple):
    """The same state in the update, on the public page, and in the internal summary."""

    status: str
    external: str
    internal: str


WORDS: dict[State, Words] = {
    State.DECLARED: Words("Investigating", "Investigating", "Triaging"),
    State.TRIAGED: Words("Investigating", "Investigating", "Triaging"),
    State.INVESTIGATING: Words("Investigating", "Investigating", "Diagnosing"),
    State.IDENTIFIED: Words("Identified", "Identified", "Diagnosing"),
    State.MITIGATING: Words("Mitigating", "Identified", "Fixing"),
    State.MONITORING: Words("Monitoring", "Monitoring", "Verifying"),
    State.RESOLVED: Words("Resolved", "Resolved", "Verifying"),
    State.REVIEWED: Words("Resolved", "Resolved", "Closed"),
    State.CLOSED: Words("Resolved", "Resolved", "Closed"),
}
