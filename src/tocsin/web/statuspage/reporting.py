"""The report form: customers say what does not work for them, in their own words. It goes the way of `POST /hooks/reports`.

The words are data: bounded, redacted, put on the incident of the component they chose, never read for meaning and never shown on
the page. Whether there is such an incident is not said.
"""

import json
import secrets
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tocsin.errors import IntakeError
from tocsin.guard.redact import Redact, redact
from tocsin.model.alert import Delivery
from tocsin.ports import KeptDelivery, Ledger
from tocsin.stages.verify.reports import Report, parse_report, receive_report
from tocsin.web.statuspage.forms import Counter, Here, first, refusal

router = APIRouter(include_in_schema=False)
ORIGIN = "status page"
_MOST = 1000
_redact: Redact = partial(redact, key=secrets.token_bytes(32))


@router.get("/status/report")
async def ask(request: Request, counter: Here) -> Response:
    """The form."""
    if not counter.reports:
        return counter.told(request, "Not here", "Please write to our support.", 404)
    return await counter.form(request, "report", most=_MOST)


@router.post("/status/report")
async def reported(request: Request, counter: Here) -> Response:
    """A report. What is thanked for is committed."""
    try:
        fields = await counter.taken(request, "report") if counter.reports else None
        if fields is not None:
            told = {"origin": ORIGIN, "service": next(iter(counter.chosen(fields)), "")}
            report = _report(first(fields, "text")[:_MOST], told)
            await counter.store.write(lambda ledger: _keep(ledger, counter, report))
    except IntakeError as error:
        return refusal(counter, request, error)
    return counter.told(request, "Thank you", "Your report has reached the people who look into it.")


def _report(text: str, told: dict[str, str]) -> Report:
    return parse_report(json.dumps({**told, "text": text}).encode())


def _keep(ledger: Ledger, counter: Counter, report: Report) -> None:
    """As the hook keeps it; the delivery, which hooks keep as it came, without secrets."""
    now, harmless = counter.clock.now(), report.model_copy(update={"text": _redact(report.text).text})
    body = harmless.model_dump_json().encode()
    delivery = Delivery(id=counter.names.new("DLV"), source="reports", received_at=now, body=body, headers={})
    ledger.deliveries.put(KeptDelivery(delivery, "accepted"))
    receive_report(ledger, report, counter.catalogue, _redact, now)
