"""The incident as far as wording depends on it: what is confirmed, what is public, who is who. Made by communicate."""

from tocsin.model.ground import Time, Value
from tocsin.model.update import Audience


class Situation(Value):
    """`status` is the external word (investigating, identified, monitoring, resolved), in any case.

    `internal_names` are service and host names customers must not read; `people` are names and `vendors` other companies'.
    """

    audience: Audience = Audience.EXTERNAL
    status: str = "investigating"
    root_cause_confirmed: bool = False
    """A person confirmed the cause. A machine's diagnosis never does."""
    recovery_confirmed: bool = False
    eta_approved: bool = False
    """A named person stands behind the time of recovery that the text gives."""
    next_update_at: Time | None = None
    """When the desk will speak next; a text that promises another time is wrong. None: not decided, any time will do."""
    now: Time | None = None
    """When the text would go out; a promise for an earlier time is none. None: not checked."""
    internal_names: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()
    customer_words: frozenset[str] = frozenset()
    """Technical words that these customers do use (their product is a database, say): not jargon for them."""

    @property
    def reaches_customers(self) -> bool:
        """Read by people outside the company, or read out to them."""
        return self.audience in (Audience.EXTERNAL, Audience.SUPPORT)

    @property
    def is_resolved(self) -> bool:
        """The incident's own state, not what the text claims."""
        return self.status.lower() in ("resolved", "postmortem")
