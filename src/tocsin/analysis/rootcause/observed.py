"""What a root cause is sought in: two stretches of time, the call graph, and what is known of the alarm.

Used by every witness of this package and by whoever asks for a ranking. Everything may be missing: an empty tuple says that
nobody looked, and each witness then abstains. Names of services are opaque keys here; nothing is ever read out of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.analysis.meaning import Signal
from tocsin.analysis.topology import Edge
from tocsin.model.signals import Series, Span


@dataclass(frozen=True, slots=True)
class Line:
    """One log entry with the trace and span it was written in, as far as the source tells. `at` is epoch seconds."""

    service: str
    at: float
    text: str
    trace: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was seen in one stretch of time."""

    series: tuple[Series, ...] = ()
    spans: tuple[Span, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything known. `reference` is a stretch that is known to be healthy; `recent` holds the trouble and maybe its eve.

    `onset` is epoch seconds, None when nobody knows it. `alarm` is the service and the signal that raised the alert.
    `changes` gives for a service the epoch seconds at which it was changed.
    """

    recent: Stretch
    reference: Stretch = Stretch()
    edges: tuple[Edge, ...] = ()
    onset: float | None = None
    alarm: tuple[str, Signal] | None = None
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service is suspected: the witness, its strength (0-100, robust standard deviations or alike), and one sentence."""

    witness: str
    strength: float
    text: str


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one witness says: how much each service itself misbehaves, and how sure the witness is that anything is wrong.

    `weights` are not negative and compare within this witness only; `sure` is 0-1. `reasons` go to the people.
    """

    witness: str
    weights: Mapping[str, float]
    sure: float
    reasons: Mapping[str, Reason] = field(default_factory=dict)
