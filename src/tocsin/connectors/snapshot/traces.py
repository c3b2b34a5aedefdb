"""The traces of a snapshot: `traces/*.json`, each a download from Jaeger or a document of OTLP. Used by `Snapshot`."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from tocsin.connectors import jaeger, otlp
from tocsin.connectors.jaeger import JaegerTrace
from tocsin.connectors.snapshot.files import ADVICE, matching, structure, validated
from tocsin.errors import DataError
from tocsin.model.signals import Span

_JAEGER = TypeAdapter(list[JaegerTrace])


def read_traces(folder: Path) -> tuple[Span, ...] | None:
    """The spans of every file; None when there is none."""
    paths = matching(folder / "traces", "*.json")
    return tuple(span for path in paths for span in _read(path)) if paths else None


def _read(path: Path) -> tuple[Span, ...]:
    told = structure(path)
    if not isinstance(told, Mapping):
        raise DataError(f"{path}: a download from Jaeger or a document of OTLP is expected.", ADVICE)
    if "data" in told:
        traces = validated(path, 1, lambda: _JAEGER.validate_python(told["data"]))
        return tuple(span for trace in traces for span in jaeger.spans_of(trace))
    return otlp.spans_of(told)
