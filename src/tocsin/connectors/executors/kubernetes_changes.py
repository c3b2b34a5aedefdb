"""What each changing verb sends to the Kubernetes API: the same requests for the rehearsal (with `dryRun=All`) and the deed.

Called by `kubernetes`. Each function reads what it needs and answers with a Plan; it changes nothing itself.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import Field

from tocsin.connectors.executors import kubernetes_objects as objects
from tocsin.connectors.executors.call import refused
from tocsin.connectors.executors.kubernetes_objects import Document, dig
from tocsin.connectors.executors.sending import Request
from tocsin.model.ground import Value

MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
RESTARTED_FOR, UNDONE_FOR = "tocsin/restarted-for", "tocsin/undone-for"
"""Annotations that hold the key of the action: the same action again finds its own mark and changes nothing."""
ROLLED = ("deployment", "statefulset", "daemonset")
QUANTITY = r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?"
Get = Callable[..., Awaitable[Document]]
"""`await get(path, as_table=False, **query)`: an object, a list of them, or the server's own table of them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The one object a call is about."""

    kind: str
    name: str
    namespace: str

    @property
    def path(self) -> str:
        """Its path in the API."""
        return objects.path_of(self.kind, self.namespace, self.name)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" in {self.namespace}" if self.namespace else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests in order, what they come to in words, and what was read while planning. No request: nothing is left to do."""

    said: str
    requests: tuple[Request, ...] = ()
    preconditions: tuple[tuple[str, bool, str], ...] = ()


class NoOptions(Value):
    """The verb has no settings."""


class ScaleOptions(Value):
    """How many copies."""

    replicas: int = Field(ge=0, le=10_000)


class UndoOptions(Value):
    """To which revision; 0 means the one before."""

    to_revision: int = Field(default=0, ge=0)


class ResourceOptions(Value):
    """`memory=512Mi,cpu=500m`; for one container, or for all when none is named."""

    limits: str = Field(default="", pattern=rf"^((cpu|memory)={QUANTITY}(,(cpu|memory)={QUANTITY})?)?$")
    requests: str = Field(default="", pattern=rf"^((cpu|memory)={QUANTITY}(,(cpu|memory)={QUANTITY})?)?$")
    container: str = Field(default="", pattern=rf"^({objects.NAME})?$")


class DrainOptions(Value):
    """What kubectl asks to be told before it drains: pods of daemon sets stay, data in empty directories is lost."""

    ignore_daemonsets: bool = False
    delete_emptydir_data: bool = False


async def scale(get: Get, subject: Subject, options: ScaleOptions, key: str) -> Plan:  # noqa: ARG001 - the number is the key
    """Sets the number of copies."""
    path = f"{subject.path}/scale"
    now = dig(await get(path), "spec", "replicas") or 0
    if now == options.replicas:
        return Plan(f"{subject} already has {now} copies")
    request = _patch(path, MERGE, {"spec": {"replicas": options.replicas}})
    return Plan(f"scale {subject} from {now} to {options.replicas} copies", (request,))


async def restart(get: Get, subject: Subject, options: NoOptions, key: str) -> Plan:  # noqa: ARG001 - every verb has options
    """Restarts in a rolling fashion, by a mark in the pod template, as kubectl does."""
    _must_roll(subject)
    template = dig(await get(subject.path), "spec", "template")
    if key and (dig(template, "metadata", "annotations") or {}).get(RESTARTED_FOR) == key:
        return Plan(f"{subject} was already restarted for this action")
    mark = {"metadata": {"annotations": {RESTARTED_FOR: key or "rehearsal"}}}
    request = _patch(subject.path, STRATEGIC, {"spec": {"template": mark}})
    return Plan(f"restart {subject} ({objects.images(template)}) in a rolling fashion", (request,))


async def rollout_undo(get: Get, subject: Subject, options: UndoOptions, key: str) -> Plan:
    """Brings back the pod template of an earlier revision, if nobody changed the deployment meanwhile."""
    if subject.kind != "deployment":
        raise refused(f"A rollout of a {subject.kind} is not undone by tocsin.", "Let a person do it by a manual step.")
    deployment = await get(subject.path)
    if key and (dig(deployment, "metadata", "annotations") or {}).get(UNDONE_FOR) == key:
        return Plan(f"{subject} was already taken back for this action")
    if dig(deployment, "spec", "paused"):
        raise refused(f"{subject} is paused, so it cannot be rolled back.", "Resume its rollout first.")
    sets = await get(objects.path_of("replicaset", subject.namespace), labelSelector=objects.selector_text(deployment))
    target = _earlier(deployment, sets, options.to_revision)
    template = _template_of(target)
    if template == dig(deployment, "spec", "template"):
        return Plan(f"{subject} already runs the template of revision {objects.revision_of(target)}")
    before = objects.images(dig(deployment, "spec", "template"))
    said = f"take {subject} back to revision {objects.revision_of(target)}: {before} becomes {objects.images(template)}"
    return Plan(said, (_undo_request(subject, deployment, template, key),))


async def set_resources(get: Get, subject: Subject, options: ResourceOptions, key: str) -> Plan:  # noqa: ARG001 - as scale
    """Sets limits and requests of containers; this starts a rollout."""
    _must_roll(subject)
    asked = {name: _pairs(text) for name, text in (("limits", options.limits), ("requests", options.requests)) if text}
    if not asked:
        raise refused("set_resources was given nothing to set.", "Give `limits`, `requests` or both.")
    containers = dig(await get(subject.path), "spec", "template", "spec", "containers") or []
    names = [str(one["name"]) for one in containers if options.container in ("", one["name"])]
    if not names:
        raise refused(f"{subject} has no container {options.container!r}.", "Name one of its containers.")
    changed = [{"name": name, "resources": asked} for name in names]
    patch = {"spec": {"template": {"spec": {"containers": changed}}}}
    told = " and ".join(f"{name} {','.join(f'{k}={v}' for k, v in pairs.items())}" for name, pairs in asked.items())
    return Plan(f"give {', '.join(names)} of {subject} {told}", (_patch(subject.path, STRATEGIC, patch),))


async def cordon(get: Get, subject: Subject, options: NoOptions, key: str) -> Plan:  # noqa: ARG001 - the state is the key
    """Keeps new pods off a node."""
    return await _schedulable(get, subject, closed=True)


async def uncordon(get: Get, subject: Subject, options: NoOptions, key: str) -> Plan:  # noqa: ARG001 - the state is the key
    """Lets pods onto a node again."""
    return await _schedulable(get, subject, closed=False)


async def delete_pod(get: Get, subject: Subject, options: NoOptions, key: str) -> Plan:  # noqa: ARG001 - bound by its uid
    """Deletes exactly the pod that was read, so that its controller starts another."""
    pod = await get(subject.path)
    owners = [f"{one.get('kind')} {one.get('name')}" for one in dig(pod, "metadata", "ownerReferences") or []]
    must = ("a controller starts it again", bool(owners), ", ".join(owners) or "nothing owns this pod")
    body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": dig(pod, "metadata", "uid")}}
    request = Request("DELETE", subject.path, json.dumps(body).encode())
    return Plan(f"delete {subject}", (request,), (must,))


async def drain(get: Get, subject: Subject, options: DrainOptions, key: str) -> Plan:
    """Closes the node and evicts its pods one by one; budgets for disruption are heeded by the API itself."""
    closing = await cordon(get, subject, NoOptions(), key)
    pods = (await get("/api/v1/pods", fieldSelector=f"spec.nodeName={subject.name}")).get("items") or []
    leaving = [pod for pod in pods if not _stays(pod)]
    checks = _drain_checks(pods, leaving, options)
    requests = (*closing.requests, *(_eviction(pod) for pod in leaving))
    return Plan(f"close {subject} and evict {len(leaving)} pods: {_listed(leaving)}", requests, checks)


def _must_roll(subject: Subject) -> None:
    if subject.kind not in ROLLED:
        raise refused(f"A {subject.kind} has no rollout.", f"Name one of {', '.join(ROLLED)}.")


def _patch(path: str, kind: str, patch: object) -> Request:
    return Request("PATCH", path, json.dumps(patch).encode(), kind, {"fieldManager": "tocsin"})


def _earlier(deployment: Document, sets: Document, wanted: int) -> Document:
    """The ReplicaSet of the wanted revision, or of the newest one before the present."""
    present = objects.revision_of(deployment)
    own = [one for one in sets.get("items") or [] if objects.owned_by(one, deployment)]
    fitting = [
        one for one in own if (objects.revision_of(one) == wanted if wanted else 0 < objects.revision_of(one) < present)
    ]
    if not fitting:
        what = f"revision {wanted}" if wanted else f"revision before {present}"
        raise refused(f"No {what} of this deployment is kept.", "Deploy the earlier version by your own pipeline.")
    return max(fitting, key=objects.revision_of)


def _template_of(replica_set: Document) -> Document:
    """Its pod template without the hash that the controller put in."""
    template: Document = json.loads(json.dumps(dig(replica_set, "spec", "template")))
    (dig(template, "metadata", "labels") or {}).pop("pod-template-hash", None)
    return template


def _undo_request(subject: Subject, deployment: Document, template: Document, key: str) -> Request:
    """A JSON patch that fails when the deployment is no longer the one that was read."""
    mark = {**(dig(deployment, "metadata", "annotations") or {}), UNDONE_FOR: key or "rehearsal"}
    patch = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": dig(deployment, "metadata", "resourceVersion")},
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "add", "path": "/metadata/annotations", "value": mark},
    ]
    return _patch(subject.path, JSON_PATCH, patch)


def _pairs(text: str) -> dict[str, str]:
    return {name: amount for name, _, amount in (pair.partition("=") for pair in text.split(","))}


async def _schedulable(get: Get, subject: Subject, *, closed: bool) -> Plan:
    if subject.kind != "node":
        raise refused(f"Only nodes are cordoned, not a {subject.kind}.", "Give `kind: node`.")
    word = "close" if closed else "open"
    if bool(dig(await get(subject.path), "spec", "unschedulable")) is closed:
        return Plan(f"{subject} is already {'closed to' if closed else 'open to'} new pods")
    patch = {"spec": {"unschedulable": True if closed else None}}
    return Plan(f"{word} {subject} to new pods", (_patch(subject.path, STRATEGIC, patch),))


def _stays(pod: Document) -> bool:
    """Finished pods, static pods and pods of daemon sets are not evicted."""
    static = "kubernetes.io/config.mirror" in (dig(pod, "metadata", "annotations") or {})
    return static or dig(pod, "status", "phase") in ("Succeeded", "Failed") or _of_daemon_set(pod)


def _of_daemon_set(pod: Document) -> bool:
    return any(one.get("kind") == "DaemonSet" for one in dig(pod, "metadata", "ownerReferences") or [])


def _drain_checks(
    pods: list[Document], leaving: list[Document], options: DrainOptions
) -> tuple[tuple[str, bool, str], ...]:
    """The same questions that kubectl asks before it drains."""
    daemons = [pod for pod in pods if _of_daemon_set(pod)]
    orphans = [pod for pod in leaving if not dig(pod, "metadata", "ownerReferences")]
    emptied = [pod for pod in leaving if any("emptyDir" in one for one in dig(pod, "spec", "volumes") or [])]
    return (
        ("every pod has a controller that starts it elsewhere", not orphans, _listed(orphans)),
        ("pods of daemon sets may stay", options.ignore_daemonsets or not daemons, _listed(daemons)),
        ("no data in empty directories is lost", options.delete_emptydir_data or not emptied, _listed(emptied)),
    )


def _eviction(pod: Document) -> Request:
    name, namespace = str(dig(pod, "metadata", "name")), str(dig(pod, "metadata", "namespace"))
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
        "deleteOptions": {"preconditions": {"uid": dig(pod, "metadata", "uid")}},
    }
    return Request("POST", objects.path_of("pod", namespace, name, "eviction"), json.dumps(body).encode())


def _listed(pods: list[Document]) -> str:
    names = [f"{dig(pod, 'metadata', 'namespace')}/{dig(pod, 'metadata', 'name')}" for pod in pods]
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return (", ".join(names[:20]) or "none") + more
