"""The incident report: the exact shape other programs rely on."""

import json
from pathlib import Path

import jsonschema
from tests.unit.cases import diagnosed, history, triage

from tocsin.model.event import Triaged
from tocsin.model.ground import IncidentType
from tocsin.model.incident import fold
from tocsin.model.report import json_schema, report_of

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "incident-report.schema.json"


def test_a_report_validates_against_the_published_schema():
    incident, events = diagnosed()
    jsonschema.validate(report_of(incident, events).model_dump(mode="json"), json.loads(PUBLISHED.read_text()))


def test_the_published_schema_is_the_one_the_code_keeps():
    assert json.loads(PUBLISHED.read_text()) == json_schema()


def test_the_report_has_exactly_the_agreed_top_level_fields():
    incident, events = diagnosed()
    assert list(report_of(incident, events).model_dump()) == [
        "incidentId",
        "severity",
        "type",
        "rootCause",
        "diagnosis",
        "proposedFix",
        "statusUpdate",
        "timeline",
    ]


def test_an_unknown_cause_is_an_empty_string_and_times_are_utc():
    events = history(Triaged(triage=triage()))
    report = report_of(fold("INC-1", events), events).model_dump(mode="json")
    assert report["rootCause"] == ""
    assert report["timeline"][0]["timestamp"] == "2026-03-04T02:42:00Z"


def test_four_types_fold_infrastructure_into_the_nearest_of_the_others():
    scores = {IncidentType.INFRASTRUCTURE: 0.6, IncidentType.NETWORK: 0.3, IncidentType.DATABASE: 0.1}
    events = history(Triaged(triage=triage(type=IncidentType.INFRASTRUCTURE, type_scores=scores)))
    incident = fold("INC-1", events)
    assert report_of(incident, events).type is IncidentType.INFRASTRUCTURE
    assert report_of(incident, events, types=4).type is IncidentType.NETWORK
