"""Where things are in the Kubernetes API, and how to say in a line what they are. Pure; used by `kubernetes` and its fake.

Only kinds named here can be reached; secrets are not among them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
"""An object's name: a DNS subdomain, so it stays inside its place in a path."""
Document = dict[str, Any]
"""An object as the API writes it; its shape is the cluster's, so its parts are read with care."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: the root of its API, its plural, whether it lives in a namespace."""

    root: str
    plural: str
    namespaced: bool = True


KINDS: Mapping[str, Kind] = {
    "deployment": Kind("/apis/apps/v1", "deployments"),
    "statefulset": Kind("/apis/apps/v1", "statefulsets"),
    "daemonset": Kind("/apis/apps/v1", "daemonsets"),
    "replicaset": Kind("/apis/apps/v1", "replicasets"),
    "pod": Kind("/api/v1", "pods"),
    "service": Kind("/api/v1", "services"),
    "event": Kind("/api/v1", "events"),
    "resourcequota": Kind("/api/v1", "resourcequotas"),
    "persistentvolumeclaim": Kind("/api/v1", "persistentvolumeclaims"),
    "node": Kind("/api/v1", "nodes", namespaced=False),
    "namespace": Kind("/api/v1", "namespaces", namespaced=False),
    "hpa": Kind("/apis/autoscaling/v2", "horizontalpodautoscalers"),
    "job": Kind("/apis/batch/v1", "jobs"),
    "cronjob": Kind("/apis/batch/v1", "cronjobs"),
    "ingress": Kind("/apis/networking.k8s.io/v1", "ingresses"),
    "endpointslice": Kind("/apis/discovery.k8s.io/v1", "endpointslices"),
    "poddisruptionbudget": Kind("/apis/policy/v1", "poddisruptionbudgets"),
    "certificate": Kind("/apis/cert-manager.io/v1", "certificates"),
    "pod metrics": Kind("/apis/metrics.k8s.io/v1beta1", "pods"),
    "node metrics": Kind("/apis/metrics.k8s.io/v1beta1", "nodes", namespaced=False),
}
_BY_ANY_NAME = {name: name for name in KINDS} | {
    kind.plural: name for name, kind in KINDS.items() if "metrics" not in name
}


def known_kind(word: str) -> str:
    """The kind that a runbook means by `deployment`, `Deployment` or `deployments`. Raises ValueError."""
    if word.lower() not in _BY_ANY_NAME or "metrics" in word:
        raise ValueError(f"the kind {word!r} is not one that runbooks may touch")
    return _BY_ANY_NAME[word.lower()]


def path_of(kind: str, namespace: str, name: str = "", part: str = "") -> str:
    """The path of one object, of its subresource `part`, or, without a name, of the collection."""
    place = KINDS[kind]
    if place.namespaced and not namespace:
        raise ValueError(f"a {kind} lives in a namespace; name it")
    within = f"/namespaces/{namespace}" if place.namespaced else ""
    return "/".join(one for one in (f"{place.root}{within}/{place.plural}", name, part) if one)


def dig(document: object, *path: str) -> Any:  # noqa: ANN401 - whatever the cluster keeps there
    """The value at that path, or None."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def selector_text(workload: Document) -> str:
    """A workload's label selector as the API's query takes it. Raises ValueError for one that selects everything."""
    labels = dig(workload, "spec", "selector", "matchLabels") or {}
    terms = [f"{name}={value}" for name, value in sorted(labels.items())]
    terms.extend(_expression(one) for one in dig(workload, "spec", "selector", "matchExpressions") or [])
    if not terms:
        raise ValueError("this workload selects no pods by label")
    return ",".join(terms)


def _expression(one: Document) -> str:
    values = ",".join(one.get("values") or [])
    match one.get("operator"):
        case "In":
            return f"{one['key']} in ({values})"
        case "NotIn":
            return f"{one['key']} notin ({values})"
        case "Exists":
            return str(one["key"])
        case _:
            return f"!{one['key']}"


def images(template: object) -> str:
    """The images of a pod template, in order."""
    return ", ".join(str(dig(one, "image")) for one in dig(template, "spec", "containers") or []) or "no container"


def revision_of(document: Document) -> int:
    """The revision that the deployment controller wrote on it; 0 when it wrote none."""
    text = str((dig(document, "metadata", "annotations") or {}).get("deployment.kubernetes.io/revision", ""))
    return int(text) if text.isascii() and text.isdigit() else 0


def owned_by(document: Document, owner: Document) -> bool:
    """True when that very object controls it."""
    uid = dig(owner, "metadata", "uid")
    return any(one.get("uid") == uid for one in dig(document, "metadata", "ownerReferences") or [])


def without_noise(document: object) -> object:
    """An object as people read it: no bookkeeping of field managers."""
    if isinstance(document, dict):
        return {name: without_noise(value) for name, value in document.items() if name != "managedFields"}
    if isinstance(document, list):
        return [without_noise(one) for one in document]
    return document


def rollout_state(workload: Document) -> tuple[bool, str]:
    """Whether a rollout is complete, by the rules of `kubectl rollout status`, and where it stands."""
    wanted = dig(workload, "spec", "replicas")
    wanted = 1 if wanted is None else int(wanted)
    status = dig(workload, "status") or {}
    if int(status.get("observedGeneration") or 0) < int(dig(workload, "metadata", "generation") or 0):
        return False, "the controller has not seen the change yet"
    for what, behind in _lags(status, wanted):
        if behind:
            return False, what
    return True, f"{wanted} of {wanted} copies are updated and available"


def _lags(status: Document, wanted: int) -> Iterator[tuple[str, bool]]:
    updated, total = int(status.get("updatedReplicas") or 0), int(status.get("replicas") or 0)
    available = int(status.get("availableReplicas") or 0)
    late = any(one.get("reason") == "ProgressDeadlineExceeded" for one in status.get("conditions") or [])
    yield "the rollout exceeded its progress deadline", late
    yield f"{updated} of {wanted} copies are updated", updated < wanted
    yield f"{total - updated} old copies wait to end", total > updated
    yield f"{available} of {updated} updated copies are available", available < updated


SINCE = re.compile(r"([1-9][0-9]{0,5})(s|m|h)")


def seconds(span: str) -> int:
    """`15m` in seconds. Raises ValueError."""
    found = SINCE.fullmatch(span)
    if not found:
        raise ValueError(f"{span!r} is no time span such as 15m")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
