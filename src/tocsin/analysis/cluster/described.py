"""`kubectl describe` text into objects shaped like the Kubernetes API, and the events it lists. Used by `reading`.

Only what describe really says is filled in; affinity, pull secrets and requests of claims are not in it.
"""

import re
from collections.abc import Callable

from tocsin.analysis.cluster.described_rules import budget, ingress, network_policy
from tocsin.analysis.cluster.merging import Tree, number
from tocsin.analysis.cluster.objects import Event
from tocsin.analysis.cluster.outline import Entry, outline, rows

_PROBE = re.compile(r"(?P<handler>http-get|tcp-socket|grpc|exec)\s*(?P<target>.*?)\s+delay=(?P<delay>\d+)s")
_TIMING = re.compile(r"(timeout|period)=(\d+)s|#(failure)=(\d+)")
_PORT = re.compile(r":([\w-]+)(/\S*)?$")
_REPLICAS = re.compile(r"(\d+) (desired|total|available|current)")
_CONTROLLER = re.compile(r"(\w+)/(\S+)")


def kind_of(text: str) -> str:
    """Which kind a description can only be of; "" when that cannot be told."""
    keys = {entry.key for entry in outline(text).children}
    return next((kind for kind, needed in _SIGNS if needed <= keys), "")


_SIGNS: tuple[tuple[str, set[str]], ...] = (
    ("Pod", {"Name", "Containers", "Status"}),
    ("Node", {"Name", "Allocatable"}),
    ("Deployment", {"Name", "Pod Template", "StrategyType"}),
    ("StatefulSet", {"Name", "Pod Template", "Update Strategy"}),
    ("ReplicaSet", {"Name", "Pod Template", "Pods Status", "Replicas"}),
    ("DaemonSet", {"Name", "Pod Template", "Desired Number of Nodes Scheduled"}),
    ("Job", {"Name", "Pod Template", "Completions"}),
    ("NetworkPolicy", {"Name", "Spec"}),
    ("Service", {"Name", "Selector", "Session Affinity"}),
    ("Endpoints", {"Name", "Subsets"}),
    ("PersistentVolume", {"Name", "Reclaim Policy", "Claim"}),
    ("PersistentVolumeClaim", {"Name", "StorageClass", "Volume"}),
    ("StorageClass", {"Name", "Provisioner"}),
    ("ResourceQuota", {"Name", "Resource"}),
    ("ServiceAccount", {"Name", "Mountable secrets"}),
    ("HorizontalPodAutoscaler", {"Name", "Min replicas", "Max replicas"}),
    ("Ingress", {"Name", "Rules"}),
    ("PodDisruptionBudget", {"Name", "Selector", "Status", "Events"}),
)


def described(kind: str, text: str) -> tuple[Tree, list[Event]]:
    """The object and its events. Parts that are cut or strange are left out; nothing is raised."""
    root = outline(text)
    meta: Tree = {
        "name": root.get("Name").value,
        "namespace": root.get("Namespace").value,
        "labels": root.get("Labels").pairs(),
        "annotations": root.get("Annotations").pairs(": "),
    }
    owner = _CONTROLLER.match(root.get("Controlled By").value)
    if owner:
        meta["ownerReferences"] = [{"kind": owner[1], "name": owner[2]}]
    body = _BODIES[kind](root, text) if kind in _BODIES else {}
    return {"kind": kind, "metadata": meta, **body}, _events(root, kind, meta["name"])


def _events(root: Entry, kind: str, name: str) -> list[Event]:
    found = []
    for line in root.get("Events").lines:
        cells = re.split(r"\s{2,}", line, maxsplit=4)
        if len(cells) == 5 and cells[0] in ("Warning", "Normal"):
            found.append(Event(cells[0], cells[1], cells[4], kind.lower(), name, line))
    return found


def _pod(root: Entry, _text: str) -> Tree:
    statuses: list[Tree] = []
    spec = _pod_spec(root, statuses)
    spec["nodeName"] = root.get("Node").value.partition("/")[0]
    conditions = [row for line in root.get("Conditions").lines if len(row := line.split()) == 2]
    status: Tree = {
        "phase": root.get("Status").value,
        "reason": root.get("Reason").value,
        "message": root.get("Message").value,
        "podIP": root.get("IP").value,
        "conditions": [{"type": kind, "status": state} for kind, state in conditions],
        "containerStatuses": statuses,
    }
    return {"spec": spec, "status": status}


def _pod_spec(root: Entry, statuses: list[Tree] | None = None) -> Tree:
    told = statuses if statuses is not None else []
    return {
        "containers": [_container(entry, told) for entry in root.get("Containers").children],
        "initContainers": [_container(entry, told) for entry in root.get("Init Containers").children],
        "serviceAccountName": root.get("Service Account").value,
        "nodeSelector": root.get("Node-Selectors").pairs(),
        "tolerations": [one for value in root.get("Tolerations").values if (one := _toleration(value))],
        "volumes": [_volume(entry) for entry in root.get("Volumes").children],
    }


def _container(entry: Entry, statuses: list[Tree]) -> Tree:
    statuses.append(_status(entry))
    probes = {f"{word.lower()}Probe": _probe(entry.get(word).value) for word in ("Liveness", "Readiness", "Startup")}
    ports = [*entry.get("Port").values, *entry.get("Ports").values]
    return {
        "name": entry.key,
        "image": entry.get("Image").value,
        "ports": [_port(cell.strip()) for line in ports for cell in line.split(",") if cell.strip()[:1].isdigit()],
        "resources": {"limits": _amounts(entry.get("Limits")), "requests": _amounts(entry.get("Requests"))},
        "command": entry.get("Command").lines,
        "args": entry.get("Args").lines,
        "env": [_variable(one) for one in entry.get("Environment").children],
        "envFrom": [one for line in entry.get("Environment Variables from").lines if (one := _all_from(line))],
        "volumeMounts": [_mount(line) for line in entry.get("Mounts").lines if " from " in line],
        **{name: probe for name, probe in probes.items() if probe},
    }


def _amounts(entry: Entry) -> Tree:
    return {child.key: child.value for child in entry.children}


def _port(cell: str) -> Tree:
    digits, _, protocol = cell.partition("/")
    return {"containerPort": number(digits) or 0, "protocol": protocol.split()[0] if protocol else "TCP"}


def _variable(entry: Entry) -> Tree:
    secret = re.match(r"<set to the key '([^']*)' (?:in|of) (secret|config map) '([^']*)'>", entry.value)
    if not secret:
        return {"name": entry.key, "value": entry.value}
    source = "secretKeyRef" if secret[2] == "secret" else "configMapKeyRef"
    optional = "Optional: true" in entry.value or any("Optional: true" in value for value in entry.values)
    return {"name": entry.key, "valueFrom": {source: {"name": secret[3], "key": secret[1], "optional": optional}}}


def _all_from(line: str) -> Tree:
    cells = re.split(r"\s{2,}", line)
    if len(cells) < 2 or cells[1] not in ("Secret", "ConfigMap"):
        return {}
    source = "secretRef" if cells[1] == "Secret" else "configMapRef"
    return {source: {"name": cells[0], "optional": "Optional: true" in line}}


def _mount(line: str) -> Tree:
    path, _, rest = line.partition(" from ")
    return {"mountPath": path, "name": rest.split(" ")[0]}


def _probe(text: str) -> Tree:
    found = _PROBE.match(text)
    if not found:
        return {}
    timing = {name or other: int(value or count) for name, value, other, count in _TIMING.findall(text)}
    where = _PORT.search(found["target"])
    target: Tree = {"port": where[1] if where else "", "path": (where[2] or "") if where else ""}
    handler = {"http-get": "httpGet", "tcp-socket": "tcpSocket"}.get(found["handler"], found["handler"])
    return {
        handler: target,
        "initialDelaySeconds": int(found["delay"]),
        "timeoutSeconds": timing.get("timeout", 1),
        "periodSeconds": timing.get("period", 10),
        "failureThreshold": timing.get("failure", 3),
    }


def _status(entry: Entry) -> Tree:
    state, last = entry.get("State"), entry.get("Last State")
    ready = entry.get("Ready").value
    return {
        "name": entry.key,
        "ready": ready == "True" if ready else None,
        "restartCount": number(entry.get("Restart Count").value) or 0,
        "state": _state(state),
        "lastState": _state(last),
    }


def _state(entry: Entry) -> Tree:
    if not entry.value:
        return {}
    told = {
        "reason": entry.get("Reason").value,
        "message": entry.get("Message").value,
        "exitCode": number(entry.get("Exit Code").value),
    }
    return {entry.value.lower(): told}


def _toleration(text: str) -> Tree:
    """`key=value:Effect`, `key:Effect op=Exists for 300s`, `op=Exists`."""
    head = text.split(" ")[0]
    if not head or head == "<none>":
        return {}
    exists = "op=Exists" in text
    head = "" if head.startswith("op=") else head
    pair, _, effect = head.rpartition(":") if ":" in head else (head, "", "")
    key, _, value = pair.partition("=")
    return {"key": key, "operator": "Exists" if exists else "Equal", "value": value, "effect": effect}


def _volume(entry: Entry) -> Tree:
    kind = entry.get("Type").value.split(" ")[0]
    named: Tree = {"name": entry.key}
    optional = entry.get("Optional").value == "true"
    if kind == "PersistentVolumeClaim":
        return named | {"persistentVolumeClaim": {"claimName": entry.get("ClaimName").value}}
    if kind == "ConfigMap":
        return named | {"configMap": {"name": entry.get("Name").value, "optional": optional}}
    if kind == "Secret":
        return named | {"secret": {"secretName": entry.get("SecretName").value, "optional": optional}}
    if kind == "HostPath":
        return named | {"hostPath": {"path": entry.get("Path").value}}
    return named


def _workload(root: Entry, _text: str) -> Tree:
    replicas = root.get("Replicas").value
    counts = {name: int(count) for count, name in _REPLICAS.findall(replicas)}
    template = root.get("Pod Template")
    spec: Tree = {
        "selector": {"matchLabels": root.get("Selector").pairs()},
        "template": {"metadata": {"labels": template.get("Labels").pairs()}, "spec": _pod_spec(template)},
    }
    if "desired" in counts:
        spec["replicas"] = counts["desired"]
    return {"spec": spec, "status": {"readyReplicas": counts["available"]} if "available" in counts else {}}


def _service(root: Entry, _text: str) -> Tree:
    ports: list[Tree] = []
    for entry in root.children:
        if entry.key == "Port" and entry.value:
            *name, written = entry.value.split()
            digits, _, protocol = written.partition("/")
            ports.append({"name": name[0] if name else "", "port": number(digits) or 0, "protocol": protocol})
        elif entry.key == "TargetPort" and ports:
            ports[-1]["targetPort"] = entry.value.partition("/")[0]
    for port in ports:
        port["name"] = "" if port["name"] == "<unset>" else port["name"]
    return {
        "spec": {
            "selector": root.get("Selector").pairs(),
            "type": root.get("Type").value,
            "clusterIP": root.get("IP").value,
            "ports": ports,
        }
    }


def _endpoints(root: Entry, _text: str) -> Tree:
    subsets = root.get("Subsets")
    ready = [one for one in subsets.get("Addresses").value.split(",") if one]
    waiting = [one for one in subsets.get("NotReadyAddresses").value.split(",") if one]
    return {
        "subsets": [{"addresses": [{"ip": one} for one in ready], "notReadyAddresses": [{"ip": w} for w in waiting]}]
    }


def _node(root: Entry, _text: str) -> Tree:
    conditions = [
        {"type": row[0], "status": row[1], "reason": row[4], "message": row[5]}
        for row in rows(root.get("Conditions").lines)
        if len(row) >= 6
    ]
    used = [line.split() for line in root.get("Allocated resources").lines]
    return {
        "spec": {
            "unschedulable": root.get("Unschedulable").value == "true",
            "taints": [one for value in root.get("Taints").values if (one := _taint(value))],
        },
        "status": {
            "conditions": conditions,
            "allocatable": _amounts(root.get("Allocatable")),
            "requested": {row[0]: row[1] for row in used if len(row) > 2 and row[0] in ("cpu", "memory")},
            "nodeInfo": {"architecture": root.get("System Info").get("Architecture").value},
        },
    }


def _taint(text: str) -> Tree:
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect} if key else {}


def _claim(root: Entry, _text: str) -> Tree:
    spec: Tree = {"volumeName": root.get("Volume").value}
    if root.get("StorageClass").value:
        spec["storageClassName"] = root.get("StorageClass").value
    modes = [_MODES.get(one, one) for one in root.get("Access Modes").value.split(",") if one]
    return {"spec": spec | ({"accessModes": modes} if modes else {}), "status": {"phase": root.get("Status").value}}


_MODES = {"RWO": "ReadWriteOnce", "ROX": "ReadOnlyMany", "RWX": "ReadWriteMany", "RWOP": "ReadWriteOncePod"}


def _persistent_volume(root: Entry, _text: str) -> Tree:
    namespace, _, name = root.get("Claim").value.partition("/")
    return {
        "spec": {
            "storageClassName": root.get("StorageClass").value,
            "accessModes": [_MODES.get(one, one) for one in root.get("Access Modes").value.split(",") if one],
            "capacity": {"storage": root.get("Capacity").value},
            "claimRef": {"namespace": namespace, "name": name} if name else {},
        },
        "status": {"phase": root.get("Status").value},
    }


def _quota(_root: Entry, text: str) -> Tree:
    cells = [
        row for line in text.splitlines() if len(row := line.split()) == 3 and row[0] not in ("Resource", "--------")
    ]
    return {"status": {"used": {row[0]: row[1] for row in cells}, "hard": {row[0]: row[2] for row in cells}}}


def _autoscaler(root: Entry, _text: str) -> Tree:
    conditions = [
        {"type": row[0], "status": row[1], "reason": row[2], "message": row[3] if len(row) > 3 else ""}
        for row in rows(root.get("Conditions").lines)
        if len(row) >= 3
    ]
    target = root.get("Reference").value.partition("/")[2]
    current = re.match(
        r"(\d+) current", root.get(next((c.key for c in root.children if c.key.endswith("pods")), "")).value
    )
    return {
        "spec": {"scaleTargetRef": {"name": target}, "maxReplicas": number(root.get("Max replicas").value)},
        "status": {"conditions": conditions, "currentReplicas": int(current[1]) if current else None},
    }


def _config(_root: Entry, text: str) -> Tree:
    """Keys stand over a line of dashes, their values below it."""
    lines = text.partition("\nData\n====\n")[2].partition("\nBinaryData\n")[0].splitlines()
    data: dict[str, list[str]] = {}
    key = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if following == "----" and line.endswith(":"):
            key = line[:-1]
            data[key] = []
        elif key and line != "----":
            data[key].append(line)
    return {"data": {name: "\n".join(told).strip() for name, told in data.items()}}


_BODIES: dict[str, Callable[[Entry, str], Tree]] = {
    "Pod": _pod,
    "Node": _node,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "Job": _workload,
    "NetworkPolicy": network_policy,
    "Ingress": ingress,
    "PodDisruptionBudget": budget,
    "Service": _service,
    "Endpoints": _endpoints,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _persistent_volume,
    "ResourceQuota": _quota,
    "HorizontalPodAutoscaler": _autoscaler,
    "ConfigMap": _config,
}
