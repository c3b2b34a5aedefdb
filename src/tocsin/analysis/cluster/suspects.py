"""What a check suspects, and how surely: the words between the checks and whoever ranks or tells."""

from dataclasses import dataclass

PROVEN = 0.95
"""The relation is broken, and the cluster itself says that this is why."""
BROKEN = 0.85
"""The relation is broken, and what it would cause is seen."""
LIKELY = 0.65
"""What is seen has few other explanations."""
SUSPECTED = 0.4
"""The relation is broken, but nothing seen comes of it."""
WEAK = 0.15
"""A symptom without a broken relation, or a broken relation that seems to hurt nobody."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One possible root cause: `fault_object` is `app/x`, `node/x` or `namespace/x`, `root_cause` a code of `remedies`.

    `score` 0-1; `quotes` are lines that stand word for word in the answers; `relation` names the row of the table that
    found it.
    """

    fault_object: str
    root_cause: str
    score: float
    sentence: str
    quotes: tuple[str, ...] = ()
    fix: str = ""
    relation: str = ""
