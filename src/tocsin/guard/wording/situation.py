"""The incident as far as wording depends on it: what is confirmed, what is public, who is who. Made by communicate."""

from tocsin.model.ground import Value
from tocsin.model.update import Audience


class Situation(Value):
    """`status` is the external word (investigating, identified, monitoring, resolved), in any case.

    `internal_names` are service and host names customers must not read; `people` are names and `vendors` other companies'.
    """

    audience: Audience = Audience.EXTERNAL
    status: str = "investigating"
    root_cause_confirmed: bool = False
    recovery_confirmed: bool = False
    eta_approved: bool = False
    """A named person stands behind the time of recovery that the text gives."""
    internal_names: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()

    @property
    def is_external(self) -> bool:
        """Written for people outside the company."""
        return self.audience is Audience.EXTERNAL

    @property
    def is_resolved(self) -> bool:
        """The incident's own state, not what the text claims."""
        return self.status.lower() == "resolved"
