"""JSON of any sender, read by expressions that the user writes; and how a source is found by name."""

import json
from datetime import UTC, datetime

import pytest

from tocsin.config import Config
from tocsin.errors import ConfigError, NotFound, Unreadable
from tocsin.model.alert import Alert, Delivery
from tocsin.model.ground import rfc3339
from tocsin.sources import registry
from tocsin.sources.mapping import Mappings

BODY = {
    "batch": [
        {
            "what": {"head": "Kettle is hot"},
            "bad": 9,
            "phase": "ON",
            "since": "2026-07-05 12:00:00",
            "who": "kitchen",
            "tags": ["env:home"],
        },
        {
            "what": {"head": "Kettle is hot"},
            "bad": 1,
            "phase": "OFF",
            "since": 1783245600,
            "who": "kitchen",
            "ref": "https://k.example.org",
        },
    ]
}
RULES = {
    "when": "batch[0].what.head",
    "list": "batch",
    "title": "what.head",
    "severity": "bad",
    "status": "phase",
    "service": "who",
    "starts_at": "since",
    "labels": "tags",
    "links": "ref",
    "fingerprint": "join('/', [who, what.head])",
    "timezone": "Europe/Berlin",
    "severities": {"9": "critical", "1": "low"},
    "statuses": {"ON": "firing", "OFF": "resolved"},
}


def mappings(**changes: object) -> Mappings:
    return Config({"mappings": {"kettle": RULES | changes}}, {}).section("mappings", Mappings)


def parsed(body: object, source: str, rules: Mappings) -> tuple[Alert, ...]:
    arrival = datetime(2026, 1, 1, tzinfo=UTC)
    return registry.parse(
        Delivery(id="D", source=source, received_at=arrival, body=json.dumps(body).encode()), source, rules
    )


@pytest.mark.parametrize("source", ["kettle", "auto"])
def test_a_few_expressions_make_any_json_into_alerts(source: str) -> None:
    firing, resolved = parsed(BODY, source, mappings())
    assert (firing.source, firing.title, firing.status, firing.severity) == (
        "kettle",
        "Kettle is hot",
        "firing",
        "critical",
    )
    assert (firing.service, firing.environment, rfc3339(firing.onset)) == ("kitchen", "home", "2026-07-05T10:00:00Z")
    assert (resolved.status, resolved.severity, resolved.links[0].url) == ("resolved", "low", "https://k.example.org")
    assert firing.fingerprint == resolved.fingerprint


def test_a_body_that_the_mapping_does_not_fit_is_refused_with_the_reason() -> None:
    with pytest.raises(Unreadable, match="no title"):
        parsed({"batch": [{}]}, "kettle", mappings(fingerprint="ref"))
    with pytest.raises(Unreadable, match="no list"):
        parsed({"batch": 5}, "kettle", mappings())
    with pytest.raises(Unreadable, match="does not fit"):
        parsed(BODY, "kettle", mappings(title="abs(what)"))


def test_a_misspelt_expression_is_found_when_the_configuration_is_read() -> None:
    with pytest.raises(ConfigError, match=r"mappings.kettle.title.*JMESPath"):
        mappings(title="what.[")
    with pytest.raises(ConfigError, match=r"mappings.kettle.colour"):
        mappings(colour="x")


def test_a_source_is_found_by_any_usual_spelling_of_its_name() -> None:
    spellings = {
        "Alertmanager": "alertmanager",
        "azure-monitor": "azure_monitor",
        "Uptime Kuma": "uptimekuma",
        "SNS": "aws_sns",
    }
    spellings |= {
        "cloudwatch": "aws_cloudwatch",
        "icinga": "icinga2",
        "new_relic": "newrelic",
        "prometheus": "alertmanager",
    }
    for spelling, name in spellings.items():
        assert registry.by_name(spelling).name == name


def test_an_unknown_source_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="alertmanager"):
        registry.by_name("nosuch")
    with pytest.raises(NotFound):
        parsed({}, "nosuch", mappings())


def test_every_entry_point_is_a_source_of_its_own_name() -> None:
    for name in registry.names():
        assert registry.by_name(name).name == name
