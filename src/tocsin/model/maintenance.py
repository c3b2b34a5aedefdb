"""Maintenance windows: work that customers are told of beforehand. Public text: it counts once a person approved it. Pure."""

from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from tocsin.model.ground import Time, Value, rfc3339


class MaintenanceStage(StrEnum):
    """Where a window stands, in the words of status page clients; nobody sets it, the clock does."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Deed(Value):
    """Somebody did something about it."""

    at: Time
    by: str
    what: str


class Maintenance(Value):
    """A window. `title` and `text` are what customers read; `components` are public names of the catalogue."""

    id: str
    title: str
    text: str
    components: tuple[str, ...] = ()
    starts_at: Time
    ends_at: Time
    quiet: bool = False
    """Alerts of the services behind the components open nothing meanwhile."""
    approved_at: Time | None = None
    cancelled_at: Time | None = None
    deeds: tuple[Deed, ...] = Field(default=())
    """Everything done about it, oldest first."""

    @property
    def digest(self) -> str:
        """What an approval binds to: exactly what customers would read."""
        times = (rfc3339(self.starts_at), rfc3339(self.ends_at))
        return sha256("\x1f".join((self.title, self.text, *self.components, *times)).encode()).hexdigest()

    @property
    def is_public(self) -> bool:
        """Approved, and not called off."""
        return self.approved_at is not None and self.cancelled_at is None

    def stage(self, now: Time) -> MaintenanceStage:
        """By the clock alone."""
        if now < self.starts_at:
            return MaintenanceStage.SCHEDULED
        return MaintenanceStage.IN_PROGRESS if now < self.ends_at else MaintenanceStage.COMPLETED
