"""Every source read by small bodies that we made ourselves: `samples/NAME.yaml` holds bodies and what they must become."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.model.alert import Alert, Delivery
from tocsin.model.ground import rfc3339
from tocsin.sources import registry

SAMPLES = Path(__file__).parent / "samples"
ARRIVAL = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
UNDERSTOOD_BY_ALL = ("generic", "plain_text")


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}-{number}")
        for path in sorted(SAMPLES.glob("*.yaml"))
        for number, case in enumerate(yaml.safe_load(path.read_text()))
    ]


def delivery(case: dict[str, Any]) -> Delivery:
    body = case["text"] if "text" in case else json.dumps(case["body"])
    return Delivery(id="D1", source="x", received_at=ARRIVAL, body=body.encode(), headers=case.get("headers", {}))


def spelled(alert: Alert, name: str) -> Any:
    value = getattr(alert, name)
    return rfc3339(value) if isinstance(value, datetime) else value


def check(alert: Alert, expected: dict[str, Any]) -> None:
    for name, wanted in expected.items():
        found = spelled(alert, name)
        if name == "labels":
            assert wanted.items() <= found.items()
        else:
            assert found == wanted, name


@pytest.mark.parametrize(("source", "case"), cases())
def test_each_vendor_s_body_becomes_the_alert_a_person_would_write_down(source: str, case: dict[str, Any]) -> None:
    alerts = registry.parse(delivery(case), source)
    expected = [case["expect"], *case.get("also", [])] if "expect" in case else []
    assert len(alerts) == case.get("count", len(expected))
    for alert, wanted in zip(alerts, expected, strict=True):
        check(alert, wanted)
        assert alert.delivery_id == "D1"
        assert alert.received_at == ARRIVAL


@pytest.mark.parametrize(("source", "case"), cases())
def test_auto_finds_the_one_vendor_whose_body_it_is(source: str, case: dict[str, Any]) -> None:
    vendors = [name for name in registry.names() if name not in UNDERSTOOD_BY_ALL or name == source]
    assert [name for name in vendors if registry.by_name(name).recognises(delivery(case))] == [source]
    assert registry.recognise(delivery(case)).name == source


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_resolved_alert_carries_the_fingerprint_of_its_firing_twin(path: Path) -> None:
    before = ""
    for case in yaml.safe_load(path.read_text()):
        alerts = registry.parse(delivery(case), path.stem)
        if case.get("twin"):
            assert alerts[0].fingerprint == before
        before = alerts[0].fingerprint if alerts else ""


def test_every_installed_source_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES.glob("*.yaml")} >= set(registry.names())
