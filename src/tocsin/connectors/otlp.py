"""OTLP in JSON, as Tempo answers it and as collectors write it to files, read into spans. Used by `tempo` and the snapshot.

Identities come in base64 (Tempo's protobuf JSON) or in hexadecimal (the OTLP specification); both become hexadecimal.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tocsin.model.signals import Span

_FAILED = {2, "2", "STATUS_CODE_ERROR"}
_HEX = frozenset("0123456789abcdef")
_STATUS = ("http.response.status_code", "http.status_code", "rpc.grpc.status_code")


def spans_of(document: Mapping[str, Any]) -> tuple[Span, ...]:
    """The spans of one document: `batches`, `resourceSpans`, or either inside `trace`. Parts of another shape are passed over."""
    inner = document.get("trace")
    told = inner if isinstance(inner, Mapping) else document
    return tuple(
        span
        for batch in _many(told.get("resourceSpans") or told.get("batches"))
        for scope in _many(batch.get("scopeSpans") or batch.get("instrumentationLibrarySpans"))
        for one in _many(scope.get("spans"))
        if (span := _span(one, _attributes(batch.get("resource") or {}).get("service.name", "")))
    )


def _span(one: Mapping[str, Any], service: str) -> Span | None:
    try:
        start, end = int(one["startTimeUnixNano"]), int(one["endTimeUnixNano"])
    except (KeyError, ValueError, TypeError):
        return None
    status = one.get("status") or {}
    attributes = _attributes(one)
    said = (str(status.get("message") or ""), next((attributes[name] for name in _STATUS if name in attributes), ""))
    return Span(
        trace=_identity(one.get("traceId")),
        id=_identity(one.get("spanId")),
        parent=_identity(one.get("parentSpanId")),
        service=service,
        operation=str(one.get("name") or ""),
        start=start / 1e9,
        seconds=max(0, end - start) / 1e9,
        failed=status.get("code") in _FAILED,
        status=" ".join(filter(None, reversed(said)))[:200],
    )


def _attributes(holder: Mapping[str, Any]) -> dict[str, str]:
    pairs = (one for one in _many(holder.get("attributes")) if isinstance(one.get("value"), Mapping))
    return {str(one.get("key")): str(next(iter(one["value"].values()), "")) for one in pairs}


def _identity(written: object) -> str:
    text = str(written or "").strip()
    if set(text.lower()) <= _HEX and len(text) in (16, 32):
        return text.lower()
    try:
        return b64decode(text, validate=True).hex()
    except (Error, ValueError):
        return text


def _many(found: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, Iterable) and not isinstance(found, str | bytes | Mapping):
        yield from (one for one in found if isinstance(one, Mapping))
