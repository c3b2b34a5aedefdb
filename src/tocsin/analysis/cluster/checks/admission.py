"""What the API server let in: quotas, service accounts, webhooks. A workload without pods was refused before it began."""

import re
from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Event, Labels, Quota, Workload
from tocsin.analysis.cluster.quantity import quantity
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, Suspect

_EXCEEDED = re.compile(r"exceeded quota: ([\w.-]+), requested: (.{1,300}?), used: (.{1,300}?), limited: (.{1,300})")
_REFUSALS: tuple[tuple[str, str], ...] = (
    ("failed calling webhook", "admission_webhook_failure"),
    ("denied the request", "admission_webhook_denied"),
    ("violates PodSecurity", "pod_security_violation"),
    ("must specify", "quota_requires_requests"),
    ("usage per Container", "limit_range_violation"),
)
_RESOURCES: tuple[tuple[str, str], ...] = (
    ("storage", "storage"),
    ("persistentvolumeclaims", "storage"),
    ("cpu", "cpu"),
    ("memory", "memory"),
    ("services", "service"),
    ("pods", "pod"),
)


def short_of_pods(cluster: Cluster) -> tuple[Workload, ...]:
    """The workloads for which fewer pods exist than were asked for."""
    return tuple(
        one
        for one in cluster.workloads
        if one.live and one.desired and "Pod" in cluster.listed and len(cluster.pods_of(one.name)) < one.desired
    )


def quota_code(resource: str) -> str:
    """`requests.cpu` is `namespace_cpu_quota_exceeded`; anything not told apart is an object quota."""
    kind = next((kind for word, kind in _RESOURCES if word in resource), "object")
    return f"namespace_{kind}_quota_exceeded"


def pod_quota(cluster: Cluster) -> Iterator[Suspect]:
    """Pods to be created and what the quota has left."""
    for workload in short_of_pods(cluster):
        refusals = [event for event in cluster.events_of(workload.name) if "exceeded quota" in event.message]
        told = [one for event in refusals for one in _told(cluster, event)]
        yield from told or _untold(cluster, workload)


def _told(cluster: Cluster, event: Event) -> Iterator[Suspect]:
    found = _EXCEEDED.search(event.message)
    for resource in _pairs(found[4]) if found else {}:
        asked, used, hard = (
            (quantity(_pairs(found[place]).get(resource)) or 0.0 for place in (2, 3, 4)) if found else (0,) * 3
        )
        if asked + used > hard:
            yield _exceeded(cluster, _space(cluster, event), resource, PROVEN, event.message[:160])


def _pairs(text: str) -> dict[str, str]:
    cells = (cell.partition("=") for cell in text.split(","))
    return {key.strip(): value.strip() for key, apart, value in cells if apart}


def _space(cluster: Cluster, event: Event) -> str:
    app = cluster.workload(cluster.app_of(event))
    return app.namespace if app else next((one.namespace for one in cluster.quotas), "")


def _untold(cluster: Cluster, workload: Workload) -> Iterator[Suspect]:
    """No event was told: the quota's own numbers against what one more pod would ask."""
    for quota in cluster.quotas:
        for resource, hard in quota.hard.items():
            asked = _one_more(workload, resource)
            if asked and (quantity(quota.used.get(resource)) or 0.0) + asked > (quantity(hard) or 0.0):
                yield _exceeded(cluster, quota.namespace, resource, BROKEN, quota.name)


def _one_more(workload: Workload, resource: str) -> float:
    if resource in ("pods", "count/pods"):
        return 1.0
    part, _, name = resource.rpartition(".")
    fields: list[Labels] = [one.limits if part == "limits" else one.requests for one in workload.spec.containers]
    return sum(quantity(one.get(name)) or 0.0 for one in fields) if name in ("cpu", "memory") else 0.0


def _exceeded(cluster: Cluster, space: str, resource: str, score: float, *words: str) -> Suspect:
    quotes = quoted([*(cluster.answers.line(word) for word in words), cluster.answers.line(resource, about="quota")])
    sentence = f"The quota of namespace {space} leaves no {resource} for what has to be created."
    return Suspect(f"namespace/{space}", quota_code(resource), score, sentence, quotes)


def lost_services(cluster: Cluster) -> tuple[str, ...]:
    """Services that are written or called, and do not exist though the app does."""
    if "Service" not in cluster.listed:
        return ()
    written = [one.name for one in cluster.services if not one.live]
    called = [one.service for one in cluster.reaches if not one.ok]
    known = {one.name for one in cluster.workloads}
    return tuple(name for name in dict.fromkeys([*written, *called]) if not cluster.service(name) and name in known)


def service_quota(cluster: Cluster) -> Iterator[Suspect]:
    """Services to be created and what the quota has left."""
    for name in lost_services(cluster):
        full = [
            (quota, key) for quota in cluster.quotas for key in quota.hard if "services" in key and _full(quota, key)
        ]
        for quota, key in full:
            yield _exceeded(cluster, quota.namespace, key, PROVEN, quota.name)
        if not full:
            yield Suspect(f"app/{name}", "missing_service", LIKELY, f"{name} has no Service though its app runs.")


def claim_quota(cluster: Cluster) -> Iterator[Suspect]:
    """Claims to be created and what the quota has left."""
    used = {
        volume.source for pod in cluster.pods for volume in pod.spec.volumes if volume.kind == "claim" and not pod.ready
    }
    lost = [one for one in cluster.claims if not one.live and one.name in used]
    for name in sorted(used):
        if not cluster.missing("PersistentVolumeClaim", name):
            continue
        asked = max((quantity(one.request) or 0.0 for one in lost if one.name == name), default=0.0)
        for quota in cluster.quotas:
            for key, hard in quota.hard.items():
                more = 1.0 if "persistentvolumeclaims" in key else asked if "storage" in key else 0.0
                if more and (quantity(quota.used.get(key)) or 0.0) + more > (quantity(hard) or 0.0):
                    yield _exceeded(cluster, quota.namespace, key, PROVEN, quota.name)


def _full(quota: Quota, key: str) -> bool:
    return (quantity(quota.used.get(key)) or 0.0) >= (quantity(quota.hard[key]) or 0.0)


def service_account(cluster: Cluster) -> Iterator[Suspect]:
    """Pods to be created and the account they are to run as."""
    for workload in short_of_pods(cluster):
        account = workload.spec.service_account
        told = next(
            (one for one in cluster.events_of(workload.name) if "error looking up service account" in one.message), None
        )
        if cluster.missing("ServiceAccount", account) or (told and account in told.message):
            line = cluster.answers.line("service account", "not found", about=workload.name)
            own = cluster.answers.line("Service Account:", account, about=workload.name)
            sentence = f"{workload.name} gets no pods: its service account {account} does not exist."
            score = PROVEN if told else BROKEN
            yield Suspect(f"app/{workload.name}", "missing_service_account", score, sentence, quoted([line, own]))


def refused(cluster: Cluster) -> Iterator[Suspect]:
    """Pods to be created and what else refuses them: webhooks, pod security, limit ranges."""
    for workload in short_of_pods(cluster):
        for event in cluster.events_of(workload.name):
            code = next((code for words, code in _REFUSALS if words in event.message), "")
            if code and event.reason == "FailedCreate":
                quotes = quoted([cluster.answers.line(event.message[:120])])
                sentence = f"{workload.name} gets no pods: the API server refuses to create them."
                yield Suspect(f"app/{workload.name}", code, BROKEN, sentence, quotes)
