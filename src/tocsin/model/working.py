"""Working: a model that works on a role just now, as people see it while they wait. Not an event, and nothing is decided by it."""

from datetime import timedelta

from tocsin.model.ground import Time, Value

LAST_WORDS = 300
"""Characters of what it has said that are shown: unchecked, without secrets, in one line."""
STALE = timedelta(seconds=30)
"""A note older than that was left behind by a process that ended."""


class Working(Value):
    """Who works on what, for how long, and how far it has come."""

    incident: str
    run_id: str
    step: str
    role: str
    model: str
    seconds: float
    tokens: int
    """Of its answer so far, by estimate."""
    text: str
    at: Time

    @property
    def told(self) -> str:
        """In one line."""
        words = f': "{self.text}"' if self.text else ""
        return f"{self.role} by {self.model}, {self.seconds:g} s, {self.tokens} tokens{words}"
