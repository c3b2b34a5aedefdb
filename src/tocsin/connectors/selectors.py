"""Label selectors as Prometheus and Loki both write them. Names of services come from alerts, so every value is escaped."""

import re
from collections.abc import Iterable

LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def quoted(value: str) -> str:
    """A string literal of PromQL or LogQL."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def one_of(label: str, values: Iterable[str]) -> str:
    """A matcher: the label is one of the values, or, without values, is there at all. An address may carry its port."""
    wanted = "|".join(re.escape(value) for value in values)
    if not wanted:
        return f'{label}!=""'
    return f"{label}=~{quoted(f'(?:{wanted})(?::[0-9]+)?' if label == 'instance' else wanted)}"
