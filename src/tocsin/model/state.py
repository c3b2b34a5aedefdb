"""Where an incident stands on its way from the alert to the review. Read by the fold and by whoever decides by it."""

from enum import StrEnum


class State(StrEnum):
    """Where the incident stands on its way down the corridor."""

    DECLARED = "declared"
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    REVIEWED = "reviewed"
    CLOSED = "closed"


OPEN = frozenset(State) - {State.RESOLVED, State.REVIEWED, State.CLOSED}
