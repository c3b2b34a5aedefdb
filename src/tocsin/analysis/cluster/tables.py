"""`kubectl get` tables into objects shaped like the Kubernetes API. Used by `reading`.

Columns are told by the header. A row with an empty cell is cut at the header's columns, moved by as much as the first
name shifts the row, so a table whose names were replaced by longer or shorter ones still reads.
"""

import re
from collections.abc import Callable, Iterator

from tocsin.analysis.cluster.merging import Tree, number
from tocsin.analysis.cluster.objects import Event

_COLUMN = re.compile(r"\S+(?: \S+)*")
_EVENT = re.compile(r"(?:\S+\s+)?\S+(?: \(x\d+ over \S+\))?\s+(Normal|Warning)\s+(\S+)\s+(\S+)\s+(.*)")
Row = dict[str, str]


def table_kind(text: str) -> str:
    """Which kind a table can only list; "" when its header does not tell."""
    head = set(_COLUMN.findall(text.partition("\n")[0]))
    return next((kind for kind, needed in _HEADERS if needed <= head), "")


_HEADERS: tuple[tuple[str, set[str]], ...] = (
    ("Pod", {"READY", "STATUS", "RESTARTS"}),
    ("Deployment", {"READY", "UP-TO-DATE", "AVAILABLE"}),
    ("DaemonSet", {"DESIRED", "CURRENT", "READY", "UP-TO-DATE"}),
    ("Job", {"COMPLETIONS", "DURATION"}),
    ("ReplicaSet", {"DESIRED", "CURRENT", "READY"}),
    ("Service", {"CLUSTER-IP", "PORT(S)"}),
    ("Endpoints", {"ENDPOINTS"}),
    ("PersistentVolume", {"RECLAIM POLICY", "CLAIM"}),
    ("PersistentVolumeClaim", {"VOLUME", "ACCESS MODES"}),
    ("StorageClass", {"PROVISIONER"}),
    ("ResourceQuota", {"REQUEST", "LIMIT"}),
    ("ServiceAccount", {"SECRETS", "AGE"}),
    ("Secret", {"TYPE", "DATA"}),
    ("Node", {"STATUS", "ROLES", "VERSION"}),
    ("HorizontalPodAutoscaler", {"REFERENCE", "MAXPODS"}),
)


def prefix(text: str) -> str:
    """What `kubectl get all` writes before a name: `statefulset` of `statefulset.apps/db`; "" for other tables."""
    kind, apart, _ = text.partition("\n")[2].partition(" ")[0].partition("/")
    return kind.partition(".")[0] if apart else ""


def rows(text: str) -> Iterator[Row]:
    """The rows below the header, cell by column name."""
    lines = text.splitlines()
    head = list(_COLUMN.finditer(lines[0])) if lines else []
    names = [one[0] for one in head]
    if not names or not names[0].isupper():
        return
    for line in lines[1:]:
        cells = re.split(r"\s{2,}", line.strip())
        if line.strip():
            yield dict(zip(names, cells if len(cells) == len(names) else _cut(line, head), strict=False))


def _cut(line: str, head: list[re.Match[str]]) -> list[str]:
    second = re.search(r"\s{2,}\S", line)
    shift = second.end() - 1 - head[1].start() if second and len(head) > 1 else 0
    starts = [0, *(one.start() + shift for one in head[1:])]
    return [line[start:end].strip() for start, end in zip(starts, [*starts[1:], len(line)], strict=True)]


def tabled(kind: str, text: str, namespace: str) -> list[Tree]:
    """The objects of a table. Nothing is raised for rows that are cut."""
    read = _ROWS.get(kind)
    return [_object(kind, row, namespace, read) for row in rows(text) if row.get("NAME")]


def _object(kind: str, row: Row, namespace: str, read: Callable[[Row], Tree] | None) -> Tree:
    labels = (pair.partition("=") for pair in row.get("LABELS", "").split(","))
    meta: Tree = {
        "name": row["NAME"].rpartition("/")[2].removesuffix(" (default)"),
        "namespace": row.get("NAMESPACE", namespace),
        "labels": {key: value for key, apart, value in labels if apart},
    }
    if kind == "Node":
        roles = row.get("ROLES", "").split(",")
        meta["labels"] |= {f"node-role.kubernetes.io/{role}": "" for role in roles if _none(role)}
    return {"kind": kind, "metadata": meta, **(read(row) if read else {})}


def listed_events(text: str) -> list[Event]:
    """The rows of `kubectl get events`, with or without a header."""
    if "SUBOBJECT" in text.partition("\n")[0]:
        return [
            Event(row.get("TYPE", ""), row["REASON"], row.get("MESSAGE", ""), *_subject(row.get("OBJECT", "")))
            for row in rows(text)
            if row.get("REASON")
        ]
    found = (_EVENT.match(line) for line in text.splitlines())
    return [
        Event(one[1], one[2], one[4].strip(), *_subject(one[3]), line=one[0].strip())
        for one in found
        if one is not None
    ]


def _subject(cell: str) -> tuple[str, str]:
    kind, _, name = cell.partition("/")
    return kind.lower(), name


def _none(cell: str | None) -> str:
    return "" if cell in (None, "<none>", "<unset>", "<unknown>") else str(cell)


def _half(cell: str, which: int) -> int | None:
    parts = cell.split("/")
    return number(parts[which]) if len(parts) == 2 else None


def _pod(row: Row) -> Tree:
    status = row.get("STATUS", "")
    ready = row.get("READY", "")
    return {
        "spec": {"nodeName": _none(row.get("NODE"))},
        "status": {
            "phase": status if status in ("Running", "Pending", "Succeeded", "Failed", "Unknown") else "",
            "reason": status,
            "restarts": number(row.get("RESTARTS", "0").split(" ")[0]) or 0,
            "allReady": _half(ready, 0) == _half(ready, 1) if "/" in ready else None,
        },
    }


def _workload(row: Row) -> Tree:
    ready = row.get("READY", "")
    desired = _half(ready, 1) if "/" in ready else number(row.get("DESIRED", ""))
    have = _half(ready, 0) if "/" in ready else number(ready)
    selector = (pair.partition("=") for pair in row.get("SELECTOR", "").split(","))
    return {
        "spec": {"replicas": desired, "selector": {"matchLabels": {k: v for k, apart, v in selector if apart}}},
        "status": {"readyReplicas": have},
    }


def _job(row: Row) -> Tree:
    failed = row.get("STATUS") == "Failed"
    return {"status": {"conditions": [{"type": "Failed", "status": "True"}]} if failed else {}}


def _service(row: Row) -> Tree:
    selector = (pair.partition("=") for pair in row.get("SELECTOR", "").split(","))
    ports = re.findall(r"(\d+)(?::\d+)?/(\w+)", row.get("PORT(S)", ""))
    return {
        "spec": {
            "type": row.get("TYPE", ""),
            "clusterIP": _none(row.get("CLUSTER-IP")),
            "selector": {key: value for key, apart, value in selector if apart},
            "ports": [{"port": int(port), "targetPort": "", "protocol": protocol} for port, protocol in ports],
        }
    }


def _endpoints(row: Row) -> Tree:
    found = _none(row.get("ENDPOINTS"))
    return {"subsets": [{"addresses": [{"ip": one} for one in found.split(",") if one]}]}


def _claim(row: Row) -> Tree:
    spec: Tree = {"volumeName": _none(row.get("VOLUME"))}
    if _none(row.get("STORAGECLASS")):
        spec["storageClassName"] = row["STORAGECLASS"]
    return {"spec": spec, "status": {"phase": row.get("STATUS", "")}}


def _quota(row: Row) -> Tree:
    cells = re.findall(r"([\w./-]+): ([\w.]+)/([\w.]+)", f"{row.get('REQUEST', '')} {row.get('LIMIT', '')}")
    return {"status": {"used": {n: used for n, used, _ in cells}, "hard": {n: hard for n, _, hard in cells}}}


def _node(row: Row) -> Tree:
    states = row.get("STATUS", "").split(",")
    ready = "True" if "Ready" in states else "False" if "NotReady" in states else "Unknown"
    return {
        "spec": {"unschedulable": "SchedulingDisabled" in states},
        "status": {"conditions": [{"type": "Ready", "status": ready, "reason": ""}]},
    }


def _autoscaler(row: Row) -> Tree:
    return {
        "spec": {
            "scaleTargetRef": {"name": row.get("REFERENCE", "").partition("/")[2]},
            "maxReplicas": number(row.get("MAXPODS", "")),
        },
        "status": {"currentReplicas": number(row.get("REPLICAS", ""))},
    }


def _secret(row: Row) -> Tree:
    return {"type": row.get("TYPE", "")}


_ROWS: dict[str, Callable[[Row], Tree]] = {
    "Pod": _pod,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "Job": _job,
    "Service": _service,
    "Endpoints": _endpoints,
    "PersistentVolumeClaim": _claim,
    "ResourceQuota": _quota,
    "Node": _node,
    "Secret": _secret,
    "HorizontalPodAutoscaler": _autoscaler,
}
