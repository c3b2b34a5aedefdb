"""Section `verify` of the configuration, and what `due` goes by."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field, model_validator

from tocsin.library.runbooks import Shelf
from tocsin.model.ground import Value


class VerifySettings(Value):
    """How often is looked, how long an effect must have held, and when an answer is too thin to be believed."""

    every_seconds: float = Field(default=30, gt=0, le=3600)
    """Between two looks at a finished step."""
    hold_seconds: float = Field(default=120, gt=0, le=86_400)
    """So long a step's effect must have held before the step counts as verified."""
    within_minutes: float = Field(default=15, gt=0, le=1440)
    """When a step without a probe of its own must have helped; otherwise the probe's `within` says it."""
    confirm_every_seconds: float = Field(default=60, gt=0, le=3600)
    """Between two looks at an incident whose harm has stopped."""
    calm_minutes: float = Field(default=10, gt=0, le=1440)
    """So long metrics must have been normal, without a new alert or a user's report, before the all-clear."""
    min_samples: int = Field(default=4, ge=2, le=1000)
    """Fewer samples of a series in that time prove nothing."""
    stale_seconds: float = Field(default=180, gt=0, le=86_400)
    """A gap longer than this, or no sample for so long, is missing data."""

    @model_validator(mode="after")
    def _calm_is_longer(self) -> "VerifySettings":
        if self.calm_minutes * 60 < self.hold_seconds:
            raise ValueError("calm_minutes must be at least as long as hold_seconds")
        return self

    @property
    def hold(self) -> timedelta:
        """`hold_seconds`."""
        return timedelta(seconds=self.hold_seconds)

    @property
    def calm(self) -> timedelta:
        """`calm_minutes`."""
        return timedelta(minutes=self.calm_minutes)


@dataclass(frozen=True, slots=True)
class Rules:
    """What verification goes by: its settings, and the runbooks with their probes and rollbacks."""

    settings: VerifySettings
    shelf: Shelf
