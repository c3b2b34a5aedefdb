"""A storm, as it is told: many alerts of one incident, and the service at which the trouble most likely began."""

from typing import Literal

from tocsin.model.ground import Share, Value

MOST_SHOWN = 50
"""Services kept by name; the rest is counted."""


class FirstCause(Value):
    """The service most likely to be the first cause of a storm, and why."""

    service: str
    confidence: Share
    alerts: int
    """Alerts of the incident that were weighed."""
    services: int
    """Services they came from."""
    needed_by: tuple[str, ...] = ()
    """Alerting services that depend on it, nearest first, at most MOST_SHOWN."""
    explains: int = 0
    """How many do, all counted."""
    heard: bool = True
    """False: no alert of its own came, it is what the others have in common."""
    text: str
    """All of it in one sentence."""
    others: tuple[str, ...] = ()
    """The next likely services."""


class StormJudged(Value):
    """Where a storm most likely began, said anew whenever later alerts change the answer."""

    kind: Literal["storm_judged"] = "storm_judged"
    cause: FirstCause
    before: str = ""
    """The service that was named before, "" the first time."""
    why: str = ""
    """What changed the answer."""
