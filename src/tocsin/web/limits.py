"""How often one sender may ask. Used by the hook and the form for users' reports, and by subscriptions."""

from collections import OrderedDict

from tocsin.errors import IntakeError


class TooOften(IntakeError):
    """One sender sends more than anybody could mean. Nothing was kept."""

    code = "TCS-INTAKE-429"
    status = 429


class Senders:
    """How much each sender may still send: a bucket that holds `burst` and fills by `per_minute`."""

    def __init__(self, burst: int = 20, per_minute: float = 30.0, most: int = 10_000) -> None:
        self._burst, self._rate, self._most = burst, per_minute / 60, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, sender: str, now: float) -> None:
        """One more from that sender at `now` (epoch seconds). Raises TooOften. Those heard longest ago are forgotten first."""
        left, at = self._buckets.pop(sender, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, now - at) * self._rate)
        self._buckets[sender] = (max(left - 1, 0.0) if left >= 1 else left, max(now, at))
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooOften("This sender sends too often.", "Send it again in a minute, or several as one.")
