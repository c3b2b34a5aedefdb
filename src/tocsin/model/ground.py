"""What every noun stands on: frozen values, UTC times, the shared scales. Used by all of `model`; does no I/O."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A value that never changes once made; an unknown field is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _utc(moment: datetime) -> datetime:
    """Naive times are refused: guessing a time zone is how timelines start to lie."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset; tocsin keeps UTC")
    return moment.astimezone(UTC)


Time = Annotated[datetime, AfterValidator(_utc)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A fraction from 0 to 1 (of users, of requests, of confidence)."""


def rfc3339(moment: datetime) -> str:
    """The one spelling of a time on the wire: `2026-11-21T03:04:05Z`, with microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class IncidentType(StrEnum):
    """Which specialist takes the incident."""

    DATABASE = "database"
    NETWORK = "network"
    APPLICATION = "application"
    SECURITY = "security"
    INFRASTRUCTURE = "infrastructure"


class Severity(StrEnum):
    """SEV1 is the worst. The words sort by urgency, so `min()` of two severities is the higher one."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class RiskLevel(StrEnum):
    """How much harm a step can do, as the report says it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
