"""A small healthy cluster of our own, as the Kubernetes API tells it, to be broken in one place by each test."""

import copy
import json

from tocsin.model.signals import ClusterAnswer

SPACE = "stall"


def thing(kind, name, **parts):
    meta = {"name": name, "uid": f"u-{name}", **parts.pop("metadata", {})}
    if kind not in ("Node", "PersistentVolume", "StorageClass"):
        meta.setdefault("namespace", SPACE)
    return {"kind": kind, "metadata": meta, **parts}


def node(name, **labels):
    return thing(
        "Node",
        name,
        metadata={"labels": {"kubernetes.io/hostname": name, **labels}},
        spec={},
        status={
            "allocatable": {"cpu": "4", "memory": "8Gi"},
            "requested": {"cpu": "1", "memory": "1Gi"},
            "conditions": [
                {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "posting ready status"}
            ],
        },
    )


def app(name, port, image, env=(), **spec):
    """A Deployment with one ready pod, and its Service."""
    container = {
        "name": "main",
        "image": image,
        "ports": [{"containerPort": port, "name": "main", "protocol": "TCP"}],
        "env": [{"name": key, "value": value} for key, value in env],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "128Mi"}},
        "readinessProbe": {"tcpSocket": {"port": port}, "initialDelaySeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": port}, "initialDelaySeconds": 15},
        "volumeMounts": [],
    }
    inner = {"containers": [container], "serviceAccountName": "runner", **spec}
    labels = {"run": name}
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "main", "ready": True, "restartCount": 0, "state": {"running": {}}}],
    }
    template = {"metadata": {"labels": labels}, "spec": copy.deepcopy(inner)}
    workload = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    service = {
        "selector": labels,
        "type": "ClusterIP",
        "ports": [{"port": port, "targetPort": port, "protocol": "TCP"}],
    }
    return {
        f"deployment/{name}": thing(
            "Deployment", name, metadata={"labels": labels}, spec=workload, status={"readyReplicas": 1}
        ),
        f"pod/{name}": thing(
            "Pod",
            f"{name}-7f9c6d5b48-x2x9k",
            metadata={"labels": labels},
            spec={**inner, "nodeName": "east"},
            status=status,
        ),
        f"service/{name}": thing("Service", name, metadata={"labels": labels}, spec=service),
        f"endpoints/{name}": thing("Endpoints", name, subsets=[{"addresses": [{"ip": "10.1.1.7"}]}]),
    }


def healthy():
    """Everything well: a page that calls a till, the till that keeps its books in MySQL on a volume."""
    disk = {"name": "disk", "persistentVolumeClaim": {"claimName": "books"}}
    objects = {
        "node/east": node("east", zone="a"),
        "node/west": node("west", zone="b"),
        "node/head": node("head", **{"node-role.kubernetes.io/control-plane": ""}),
        **app("page", 8080, "reg.example/page:1", [("TILL_ADDR", "till:9000")]),
        **app(
            "till", 9000, "reg.example/till:1", [("DB_HOST", "ledger"), ("DB_PORT", "3306"), ("DB_PASSWORD", "right")]
        ),
        **app("ledger", 3306, "mysql:8", [("MYSQL_PASSWORD", "right")], volumes=[disk]),
        "claim/books": thing(
            "PersistentVolumeClaim",
            "books",
            spec={
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "plain",
                "volumeName": "shelf",
                "selector": {"matchLabels": {"use": "books"}},
            },
            status={"phase": "Bound"},
        ),
        "volume/shelf": thing(
            "PersistentVolume",
            "shelf",
            metadata={"labels": {"use": "books"}},
            spec={
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Gi"},
                "storageClassName": "plain",
                "claimRef": {"namespace": SPACE, "name": "books"},
            },
            status={"phase": "Bound"},
        ),
        "class/plain": thing("StorageClass", "plain", provisioner="none"),
        "account/runner": thing("ServiceAccount", "runner"),
        "secret/key": thing("Secret", "key", data={}),
        "config/settings": thing("ConfigMap", "settings", data={}),
        "quota/room": thing(
            "ResourceQuota",
            "room",
            status={"hard": {"pods": "9", "services": "9"}, "used": {"pods": "3", "services": "3"}},
        ),
    }
    objects["node/head"]["spec"] = {
        "taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    }
    objects["pod/ledger"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "disk", "mountPath": "/var/lib/books"}]
    return Broken(objects)


class Broken:
    """The cluster to be broken: objects by `kind/name`, events, and answers of other sorts."""

    def __init__(self, objects):
        self.objects = objects
        self.events = [event("page", "Normal", "Started", "Started container main")]
        self.others = []

    def __getitem__(self, key):
        return self.objects[key]

    def __setitem__(self, key, one):
        self.objects[key] = one

    def drop(self, *keys):
        for key in keys:
            del self.objects[key]

    def happen(self, name, reason, message, kind="Pod", sort="Warning"):
        self.events.append(event(name, sort, reason, message, kind))

    def waits(self, name, message=""):
        """The app's pod has no node, and the scheduler says why."""
        pod = self[f"pod/{name}"]
        del pod["spec"]["nodeName"]
        pod["status"] = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]}
        self[f"endpoints/{name}"]["subsets"] = []
        if message:
            self.happen(name, "FailedScheduling", message)

    def stands(self, name, reason, message="", restarts=0, last=None):
        """The app's container does not run."""
        state = {"waiting": {"reason": reason, "message": message}}
        one = {"name": "main", "ready": False, "restartCount": restarts, "state": state, "lastState": last or {}}
        status = {
            "phase": "Pending" if not restarts else "Running",
            "conditions": [{"type": "Ready", "status": "False"}],
        }
        self[f"pod/{name}"]["status"] = {**status, "containerStatuses": [one]}

    def restarts(self, name, times=3, ready=True):
        status = self[f"pod/{name}"]["status"]
        status["containerStatuses"][0] |= {"restartCount": times, "ready": ready}
        status["conditions"] = [{"type": "Ready", "status": str(ready)}]

    def both(self, name):
        """The pod's and the template's container: what somebody changes in a Deployment."""
        template = self[f"deployment/{name}"]["spec"]["template"]["spec"]
        return [self[f"pod/{name}"]["spec"]["containers"][0], template["containers"][0]]

    def specs(self, name):
        return [self[f"pod/{name}"]["spec"], self[f"deployment/{name}"]["spec"]["template"]["spec"]]

    def say(self, question, text):
        self.others.append(ClusterAnswer(question, text))

    def answers(self):
        kept = [*self.objects.values(), *self.events]
        empty = [
            ClusterAnswer(f"get-{kind}", "No resources found") for kind in ("pods", "services", "secrets", "configmaps")
        ]
        whole = ClusterAnswer("all", json.dumps({"kind": "List", "items": kept}, indent=1))
        return [whole, *empty, *self.others]


def event(name, sort, reason, message, kind="Pod"):
    full = f"{name}-7f9c6d5b48-x2x9k" if kind == "Pod" else f"{name}-7f9c6d5b48" if kind == "ReplicaSet" else name
    about = {"kind": kind, "name": full}
    return {
        "kind": "Event",
        "type": sort,
        "reason": reason,
        "message": message,
        "involvedObject": about,
        "metadata": {},
    }
