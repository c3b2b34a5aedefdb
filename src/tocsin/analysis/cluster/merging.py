"""Two partial views of one object become one: the first says what it knows, the second fills in the rest.

Objects have the shape of the Kubernetes API here (nested dicts), whichever answer they came from. Used by `reading`.
"""

from typing import Any

Tree = dict[str, Any]


def merged(first: Any, second: Any) -> Any:  # noqa: ANN401 - trees of outside data
    """Both views united; where both speak, `first` is believed. Lists of named members are united by name."""
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [*first, *(key for key in second if key not in first)]
        return {key: _either(first, second, key) for key in keys}
    if isinstance(first, list) and isinstance(second, list):
        return _united(first, second)
    return second if first in (None, "", [], {}) else first


def _either(first: Tree, second: Tree, key: str) -> Any:  # noqa: ANN401 - as above
    if key not in second:
        return first[key]
    return merged(first[key], second[key]) if key in first else second[key]


def _united(first: list[Any], second: list[Any]) -> list[Any]:
    key = next((key for key in ("containerPort", "port", "name", "mountPath") if _all_have(first, key)), "")
    if not key:
        return first or second
    others = {str(one[key]): one for one in second if isinstance(one, dict) and key in one}
    return [merged(one, others.get(str(one[key]), {})) for one in first]


def _all_have(some: list[Any], key: str) -> bool:
    return bool(some) and all(isinstance(one, dict) and key in one for one in some)


def tree(value: object) -> Tree:
    """The value if it is a dict with text keys, else an empty one: outside data is never trusted to have its shape."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Tree]:
    """The dicts in a list, else nothing."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: object) -> dict[str, str]:
    """A dict of texts: labels, selectors, quantities."""
    return {str(key): "" if one is None else str(one) for key, one in tree(value).items()}


def strings(value: object) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def number(value: object) -> int | None:
    """A whole number, also when written as text; None for anything else."""
    try:
        return int(str(value).strip())
    except ValueError:
        return None
