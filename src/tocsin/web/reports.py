"""Where users' reports come in: `POST /hooks/reports`, from a support tool, a form or a chat. Answers 2xx only after the commit.

Each sender may report so often and no more: a crowd is welcome, one address that shouts is not. Opens no incident.
"""

from collections import OrderedDict

from fastapi import APIRouter, Request

from tocsin.errors import TocsinError
from tocsin.model.alert import Delivery
from tocsin.model.ground import Value
from tocsin.stages.verify.reports import Report
from tocsin.web import letters, problems
from tocsin.web.auth import Whole
from tocsin.web.hooks import received, sender_of

router = APIRouter(prefix="/hooks", tags=["hooks"], responses=problems.of(400, 401, 403, 408, 413, 422, 429, 503))
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": Report.model_json_schema()}}}}


class TooOften(TocsinError):
    """One sender sends more than anybody could mean. Nothing was kept."""

    code = "TCS-INTAKE-429"
    status = 429


class ReportDelivered(Value):
    """A report that is committed; `incident` is where it was put, "" when it was only kept and counted."""

    delivery: str
    incident: str = ""


class Senders:
    """How much each sender may still send: a bucket that holds `burst` reports and fills by `per_minute`."""

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
            raise TooOften("This sender reports too often.", "Send it again in a minute, or several as one.")


@router.post("/reports", openapi_extra=_BODY)
async def take_report(request: Request, rooms: Whole) -> ReportDelivered:
    """A user's report: their words, where they came from, and the incident or service they are about."""
    senders: Senders = request.app.state.senders
    senders.take(request.client.host if request.client else "", rooms.clock.now().timestamp())

    async def understand(delivery: Delivery) -> ReportDelivered:
        return ReportDelivered(delivery=delivery.id, incident=await letters.accept_report(rooms, delivery))

    return await received(request, rooms, letters.REPORTS, sender_of(request), understand)
