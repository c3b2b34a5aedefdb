"""A whole incident in which traces are kept: what they show is on the record, with its page, and the map knows their calls."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fake_traces import jaeger, tempo
from tests.unit.test_trace_analyst import ALERT, calm, trouble

from tocsin import config
from tocsin.app import once
from tocsin.app.build import open_house
from tocsin.app.settings import Settings
from tocsin.connectors.system import PretendClock
from tocsin.model.evidence import FindingKind, page_of, resolves

BODY = {"version": "4", "groupKey": "g", "status": "firing", "receiver": "tocsin", "externalURL": "http://am:9093", "alerts": [
    {"status": "firing", "labels": {"alertname": "OrdersSlow", "service": "till", "severity": "critical"},
     "annotations": {"summary": "orders take seconds"}, "startsAt": ALERT.isoformat(),
     "generatorURL": "http://prom/graph"}]}  # fmt: skip
GRAFANA = {"grafana": {"url": "https://grafana.test", "datasource": "t"}}


async def responded(connectors):
    """The whole response to the alert, six minutes after it."""
    settings = Settings.read(config.load().with_section("connectors", connectors))
    settings = replace(settings, store=settings.store.model_copy(update={"url": "memory:"}))
    async with open_house(settings, clock=PretendClock(ALERT + timedelta(minutes=6))) as house:
        return await once.through(house, house.desk, json.dumps(BODY).encode(), "auto")


@pytest.mark.parametrize("kind", ["jaeger", "tempo"])
def test_a_slow_operation_in_the_traces_becomes_a_finding_with_its_page_and_its_evidence(kind):
    spans = calm() + trouble(charge=2.0)
    with (jaeger if kind == "jaeger" else tempo)(spans) as address:
        named = {"url": address} if kind == "jaeger" else {"url": address, **GRAFANA}
        told = asyncio.run(responded({kind: named}))
    changed = [one for one in told.incident.findings if one.kind is FindingKind.SPAN_CHANGE]
    assert changed[0].service == "till" and changed[0].text.startswith("till POST /charge took 2 s of its own")
    kept = {one.id: one for one in told.evidence}
    assert all(resolves(quote, kept[quote.evidence_id]) for one in changed for quote in one.quotes)
    assert page_of(changed[0]).startswith(f"{address}/trace/" if kind == "jaeger" else "https://grafana.test/explore?")
    (map_,) = [one for one in told.incident.findings if one.kind is FindingKind.BLAST_RADIUS]
    assert map_.data["upstream"] == ["shop"] and map_.data["downstream"] == ["ledger-db"]
