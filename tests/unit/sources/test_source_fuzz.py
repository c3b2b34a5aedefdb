"""Whatever arrives, a source answers with alerts or with a refusal; never with another exception."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import IntakeError
from tocsin.model.alert import Alert, Delivery
from tocsin.sources import registry

BODIES = [
    (path.stem, case["body"])
    for path in sorted((Path(__file__).parent / "samples").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text())
    if "body" in case
]
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.just([[], [1, {}]]),
    st.just({"": {"value": [None]}}),
    st.just("0001-01-01T00:00:00Z"),
    st.just("{EVENT.NAME}"),
)


def answered(body: bytes, source: str, headers: dict[str, str] | None = None) -> tuple[Alert, ...]:
    arrival = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        return registry.parse(
            Delivery(id="D", source="x", received_at=arrival, body=body, headers=headers or {}), source
        )
    except IntakeError:
        return ()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in below for found in places(child, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], wrong)
    return copy


@pytest.mark.parametrize(("source", "body"), BODIES, ids=lambda part: part if isinstance(part, str) else "")
def test_a_vendor_s_body_with_any_field_of_the_wrong_type_is_read_or_refused(source: str, body: Any) -> None:
    for path in places(body):
        for wrong in (None, [], {}, 7, -1.5, "x", True, [{}], {"a": [1]}, "9" * 400):
            changed = json.dumps(replaced(body, path, wrong)).encode()
            answered(changed, source)
            answered(changed, "auto") if wrong is None else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_random_mutations_of_real_shapes_never_crash_any_source(data: st.DataObject) -> None:
    _, body = data.draw(st.sampled_from(BODIES))
    for _ in range(data.draw(st.integers(1, 3))):
        body = replaced(body, data.draw(st.sampled_from(places(body))), data.draw(WRONG))
    name = data.draw(st.sampled_from(("auto", *registry.names())))
    answered(json.dumps(body).encode(), name, {"ce-specversion": "1.0"} if data.draw(st.booleans()) else {})


FRAGMENTS = (
    b"null", b"[]", b"{}", b"1e400", b"1E-99999999999999999999", b'"\\u0000"', b"9" * 25, b"\xf0\x9f\x98\x80", b"\xff", b'"{X}"',
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(FRAGMENTS), st.integers(0, 9)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BODIES), CHANGES)
def test_bytes_changed_anywhere_in_a_body_never_crash_its_source(
    chosen: tuple[str, Any], changes: list[tuple[float, bytes, int]]
) -> None:
    source, document = chosen
    body = json.dumps(document).encode()
    for place, fragment, cut in changes:
        at = int(place * len(body))
        body = body[:at] + fragment + body[at + cut :]
    answered(body, source)
    answered(body, "auto")


def test_a_pushed_message_that_is_no_base64_is_refused() -> None:
    body = {"subscription": "s", "message": {"data": "\U0001f600"}}
    assert answered(json.dumps(body).encode(), "gcp_monitoring") == ()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(("", "application/json", "text/plain", "application/x-www-form-urlencoded", "x; y=z")),
)
def test_no_bytes_at_all_crash_the_doors(body: bytes, kind: str) -> None:
    answered(body, "auto", {"content-type": kind} if kind else {})


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        WRONG,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
        max_leaves=20,
    )
)
def test_no_json_at_all_crashes_any_source(value: Any) -> None:
    body = json.dumps(value).encode()
    for name in registry.names():
        answered(body, name)
