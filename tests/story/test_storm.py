"""A storm through the composition root: 42 alerts in one delivery, one incident, the first cause named everywhere."""

import asyncio
import json

import pytest

from tocsin import config
from tocsin.app import once
from tocsin.model.storm import StormJudged
from tocsin.web.document import document
from tocsin.web.document_markdown import document_markdown

FRONTS = [f"front-{at}" for at in range(38)]
NEEDS = {"payments-db": [], "payments": ["payments-db"], "checkout": ["payments"], "cart": ["payments-db"]}
NEEDS |= {name: ["checkout", "cart"] for name in FRONTS}
TITLES = {"payments-db": "DatabaseConnectionsExhausted"}


def body() -> bytes:
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": TITLES.get(name, "HighLatency"), "service": name, "severity": "critical"},
            "annotations": {"summary": "no connections left" if name in TITLES else "p99 latency above 2s"},
            "fingerprint": f"{at:016x}",
            "startsAt": f"2026-11-21T12:00:{at:02d}Z",
        }
        for at, name in enumerate(NEEDS)
    ]
    return json.dumps({"version": "4", "status": "firing", "alerts": alerts[::-1]}).encode()


@pytest.fixture(scope="module")
def storm():
    services = [{"name": name, "depends_on": needed} for name, needed in NEEDS.items()]
    loaded = config.Config(config.merged({"catalogue": {"services": services}}), {}, "test")
    return asyncio.run(once.respond_once(body(), config=loaded))


def test_forty_two_alerts_are_one_incident_and_the_timeline_says_where_it_began(storm):
    assert len(storm.incident.services) == 42
    (said,) = [event.body for event in storm.events if isinstance(event.body, StormJudged)]
    assert said.cause.service == "payments-db"
    assert "39 others depend on it, it alerted first (12:00:00 UTC), it speaks of its own state" in said.cause.text


def test_the_diagnosis_is_placed_where_the_storm_began_and_cites_the_alerts(storm):
    finding = next(one for one in storm.incident.findings if one.id == "storm-1")
    assert finding.quotes[0].text
    first = storm.incident.diagnosis.hypotheses[0]
    assert (first.cause, first.service) == ("connection_pool_exhaustion", "payments-db")


def test_document_and_internal_message_name_it(storm):
    shown = document_markdown(document(storm.incident, storm.events))
    assert "**Where it began:** 42 alerts of 42 services" in shown
    internal = next(one for one in storm.incident.updates if one.template == "internal")
    assert "payments-db" in internal.text
