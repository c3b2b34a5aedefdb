"""The three ways the Kubernetes API changes an object: merge patch (RFC 7386), strategic merge patch, JSON patch (RFC 6902).

Used by the fake cluster. Of the strategic one: lists of named things (containers) merge by name; other lists are replaced.
"""

from typing import Any


def apply(kind: str, document: dict[str, Any], patch: Any) -> dict[str, Any]:  # noqa: ANN401 - patches have any shape
    """The changed document. Raises ValueError when a JSON patch does not fit."""
    if kind == "application/json-patch+json":
        for operation in patch:
            document = _operate(document, operation)
        return document
    merged: dict[str, Any] = _merge(document, patch, by_name=kind == "application/strategic-merge-patch+json")
    return merged


def _merge(document: Any, patch: Any, *, by_name: bool) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(patch, dict):
        kept = dict(document) if isinstance(document, dict) else {}
        for name, value in patch.items():
            if value is None:
                kept.pop(name, None)
            else:
                kept[name] = _merge(kept.get(name), value, by_name=by_name)
        return kept
    if by_name and isinstance(patch, list) and isinstance(document, list) and all(_named(one) for one in patch):
        changed = {one["name"]: one for one in patch}
        return [_merge(one, changed.get(one["name"], {}), by_name=True) for one in document]
    return patch


def _named(one: object) -> bool:
    return isinstance(one, dict) and "name" in one


def _operate(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    changed: dict[str, Any] = _merge({}, document, by_name=False)
    place: Any = changed
    for part in parents:
        place = place[part]
    if operation["op"] == "test":
        if place.get(last) != operation["value"]:
            raise ValueError(f"testing {operation['path']} failed")
    elif operation["op"] in ("add", "replace"):
        if operation["op"] == "replace" and last not in place:
            raise ValueError(f"{operation['path']} does not exist")
        place[last] = operation["value"]
    else:
        raise ValueError(f"{operation['op']} is not played by this fake")
    return changed
