"""Where users' reports come in: `POST /hooks/reports`, from a support tool, a form or a chat. Answers 2xx only after the commit.

Each sender may report so often and no more: a crowd is welcome, one address that shouts is not. Opens no incident.
"""

from fastapi import APIRouter, Request

from tocsin.model.alert import Delivery
from tocsin.model.ground import Value
from tocsin.stages.verify.reports import Report
from tocsin.web import letters, problems
from tocsin.web.auth import Whole
from tocsin.web.hooks import received, sender_of
from tocsin.web.limits import Senders

router = APIRouter(prefix="/hooks", tags=["hooks"], responses=problems.of(400, 401, 403, 408, 413, 422, 429, 503))
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": Report.model_json_schema()}}}}


class ReportDelivered(Value):
    """A report that is committed; `incident` is where it was put, "" when it was only kept and counted."""

    delivery: str
    incident: str = ""


@router.post("/reports", openapi_extra=_BODY)
async def take_report(request: Request, rooms: Whole) -> ReportDelivered:
    """A user's report: their words, where they came from, and the incident or service they are about."""
    senders: Senders = request.app.state.senders
    senders.take(request.client.host if request.client else "", rooms.clock.now().timestamp())

    async def understand(delivery: Delivery) -> ReportDelivered:
        return ReportDelivered(delivery=delivery.id, incident=await letters.accept_report(rooms, delivery))

    return await received(request, rooms, letters.REPORTS, sender_of(request), understand)
