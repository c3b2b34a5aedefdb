"""Models that asked to be left alone: until when, by name. Kept for one process; used by `mind`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from tocsin.ports import Clock

MOST = timedelta(minutes=10)
BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Resting:
    """Who said `Retry-After`. An unreadable or missing one asks for nothing."""

    clock: Clock
    until: dict[str, datetime] = field(default_factory=dict)

    def seconds(self, name: str) -> float:
        """How long it still wants to be left alone; 0 when it may be asked."""
        left = (self.until.get(name, self.clock.now()) - self.clock.now()).total_seconds()
        return max(0.0, left)

    def after(self, name: str, status: int, said: str) -> None:
        """It answered that status, with that `Retry-After`: seconds or a date."""
        if status not in BUSY or not said:
            return
        now = self.clock.now()
        try:
            asked = timedelta(seconds=int(said)) if said.strip().isdigit() else parsedate_to_datetime(said) - now
        except (ValueError, TypeError):
            return
        self.until[name] = now + min(asked, MOST)
