"""What surrounds the signals of a snapshot: its title and time, who calls whom, what was changed. Used by `Snapshot`."""

import json
from hashlib import sha256
from pathlib import Path

from tocsin.connectors.snapshot.files import ADVICE, first, json_lines, structure, validated
from tocsin.errors import DataError
from tocsin.model.change import Change, ChangeKind
from tocsin.model.ground import Time, Value


class SnapshotFacts(Value):
    """What `snapshot.yaml` may say: a title, and the time at which to pretend to be."""

    title: str = ""
    now: Time | None = None


def read_facts(folder: Path) -> SnapshotFacts:
    """`snapshot.yaml`, or nothing known."""
    path = first(folder, "snapshot.yaml", "snapshot.yml")
    if path is None:
        return SnapshotFacts()
    return validated(path, 1, lambda: SnapshotFacts.model_validate(structure(path) or {}))


def read_edges(folder: Path) -> tuple[tuple[str, str], ...] | None:
    """`topology.json` or `topology.yaml`: `edges: [...]` or `{service: {calls: [...]}}`; None when there is none."""
    path = first(folder, *(f"topology.{end}" for end in ("json", "yaml", "yml", "json.gz")))
    if path is None:
        return None
    told = structure(path)
    told = told.get("services", told) if isinstance(told, dict) and "edges" not in told else told
    if isinstance(told, dict) and "edges" not in told:
        return tuple((str(caller), str(callee)) for caller, one in told.items() for callee in _calls(path, caller, one))
    edges = told["edges"] if isinstance(told, dict) else told
    if not isinstance(edges, list):
        raise DataError(f"{path}: `edges` must be a list.", ADVICE)
    return tuple(_edge(path, number, edge) for number, edge in enumerate(edges))


def _calls(path: Path, caller: object, told: object) -> list[object]:
    calls = (told.get("calls") or told.get("depends_on") or []) if isinstance(told, dict) else told or []
    if not isinstance(calls, list):
        raise DataError(f"{path}: `{caller}.calls` must be a list of services.", ADVICE)
    return calls


def _edge(path: Path, number: int, edge: object) -> tuple[str, str]:
    if isinstance(edge, list) and len(edge) == 2:
        return str(edge[0]), str(edge[1])
    if isinstance(edge, dict):
        for caller, callee in (("caller", "callee"), ("from", "to"), ("source", "target")):
            if caller in edge and callee in edge:
                return str(edge[caller]), str(edge[callee])
    raise DataError(f"{path}: edges[{number}] is neither [caller, callee] nor {{caller, callee}}.", ADVICE)


def read_changes(folder: Path) -> tuple[Change, ...] | None:
    """`changes.json`, `changes.yaml` (a list) or `changes.jsonl`; None when there is none."""
    path = first(folder, *(f"changes.{end}" for end in ("json", "yaml", "yml", "jsonl", "json.gz", "jsonl.gz")))
    if path is None:
        return None
    if ".jsonl" in path.name:
        return tuple(_change(path, line, told) for line, told in json_lines(path))
    told = structure(path)
    told = told.get("changes") if isinstance(told, dict) else told
    if not isinstance(told, list):
        raise DataError(f"{path}: a list of changes is expected.", ADVICE)
    return tuple(_change(path, number, one) for number, one in enumerate(told, start=1))


def _change(path: Path, line: int, told: object) -> Change:
    if not isinstance(told, dict):
        raise DataError(f"{path}:{line}: a change must be a mapping.", ADVICE)
    cells = dict(told)
    cells["at"] = cells.pop("time", cells.get("at"))
    cells["kind"] = cells["kind"] if cells.get("kind") in set(ChangeKind) else ChangeKind.OTHER
    cells.setdefault("id", sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16])
    cells.setdefault("source", "snapshot")
    return validated(path, line, lambda: Change.model_validate(cells))
