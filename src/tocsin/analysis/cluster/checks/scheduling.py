"""Why a pod finds no node: its wishes against every node's labels, taints and room; and whether anybody looked at all.

A wish for nodes (selector, affinity) is broken when no node fulfils it. Only among the nodes it allows does it make
sense to ask what keeps the pod off: a cordon, a taint, no room, other pods.
"""

import re
from collections import Counter
from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster, holds, within
from tocsin.analysis.cluster.objects import Node, Pod, PodRule, Taint, Toleration
from tocsin.analysis.cluster.quantity import quantity
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, Suspect

_SAID: tuple[tuple[str, str], ...] = (
    ("anti-affinity", "pod_anti_affinity_conflict"),
    ("node.kubernetes.io/unschedulable", "node_cordon_mismatch"),
    (" taint {", "taint_toleration_mismatch"),
    ("Insufficient cpu", "cpu_capacity_mismatch"),
    ("Insufficient memory", "memory_capacity_mismatch"),
    ("Insufficient ephemeral-storage", "ephemeral_storage_capacity_mismatch"),
    ("Too many pods", "node_pod_capacity_exceeded"),
    ("node affinity", "node_affinity_mismatch"),
    ("node selector", "node_selector_mismatch"),
    ("pod affinity rules", "pod_affinity_mismatch"),
    ("topology spread", "topology_spread_conflict"),
    ("free ports", "host_port_conflict"),
    ("volume node affinity", "volume_node_affinity_conflict"),
    ("were unschedulable", "node_cordon_mismatch"),
)
"""The scheduler's own words, for when the nodes were not told. The most particular first."""
_DOWN = "node_down"
_UNWISHED = re.compile(r"(\d+) node\(s\) didn't (?:match|satisfy)[^,.]{0,30}node (?:affinity|selector)")
_REASON = re.compile(r"(\d+) ([^,.{}]{3,120}(?:\{[^}]{0,120}\})?)")
_NOT_FOR_WORK = re.compile(r"taint \{node(?:-role)?\.kubernetes\.io/(?!unschedulable)")
_WORDS = {
    "node_selector_mismatch": "no node has the labels its node selector asks for",
    "node_affinity_mismatch": "no node fulfils its required node affinity",
    "node_cordon_mismatch": "the nodes it may run on are cordoned",
    "taint_toleration_mismatch": "it does not tolerate the taint of the nodes it may run on",
    "cpu_capacity_mismatch": "it requests more CPU than any node has left",
    "memory_capacity_mismatch": "it requests more memory than any node has left",
    "pod_anti_affinity_conflict": "its anti-affinity forbids the nodes on which such pods run already",
}


def unplaced(cluster: Cluster) -> tuple[Pod, ...]:
    """The pods that wait for a node."""
    return tuple(one for one in cluster.pods if one.phase == "Pending" and not one.node and not _created(one))


def _created(pod: Pod) -> bool:
    return pod.reason not in ("", "Pending") or any(one.run.state for one in pod.containers)


def placement(cluster: Cluster) -> Iterator[Suspect]:
    """Pod wishes and node offers."""
    for pod in unplaced(cluster):
        message = _said(cluster, pod)
        if "PersistentVolumeClaim" in message or "persistentvolumeclaim" in message:
            continue
        code = _obstacle(cluster, pod, message) or _code_of(message)
        if code and code != _DOWN:
            yield _suspect(cluster, pod, code, message)


def scheduler(cluster: Cluster) -> Iterator[Suspect]:
    """A waiting pod of which nothing is said at all: no scheduler looked at it."""
    silent = [pod for pod in unplaced(cluster) if not cluster.events_of(pod.app) or not _mentioned(cluster, pod)]
    if not silent or not cluster.events:
        return
    down = {unit.node for unit in cluster.units if unit.name == "kube-scheduler" and not unit.active}
    masters = down or {node.name for node in cluster.nodes if node.control_plane}
    for name in sorted(masters):
        quotes = quoted(cluster.answers.line(pod.name, "Pending") for pod in silent)
        sentence = f"{silent[0].app} waits for a node and no scheduler has said why, so none is at work."
        yield Suspect(f"node/{name}", "kube_scheduler_unavailable", BROKEN if down else LIKELY, sentence, quotes)


def _mentioned(cluster: Cluster, pod: Pod) -> bool:
    return any(True for event in cluster.events_at(pod.name) if event.reason in ("FailedScheduling", "Scheduled"))


def _said(cluster: Cluster, pod: Pod) -> str:
    found = (one.message for one in cluster.events_at(pod.name) if one.reason == "FailedScheduling")
    return next(found, "")


def _code_of(message: str) -> str:
    """What the scheduler says of most nodes; a control plane's or a sick node's taint is none of the pod's business."""
    told: Counter[str] = Counter()
    _, _, reasons = message.partition("preemption:")[0].partition("available:")
    for count, reason in _REASON.findall(reasons):
        code = next((code for words, code in _SAID if words in reason), "")
        told[code] += 0 if _NOT_FOR_WORK.search(reason) else int(count)
    return max((one for one in told if one), key=lambda code: told[code], default="")


def _obstacle(cluster: Cluster, pod: Pod, message: str) -> str:
    """The relation that keeps the pod off the nodes its wishes allow, or the wish that allows none; "" when unknown."""
    nodes = _open_to_work(cluster, pod)
    chosen = [node for node in nodes if within(pod.spec.node_selector, node.labels)]
    if nodes and not chosen:
        return "node_selector_mismatch"
    wanted = [node for node in chosen if _affine(pod, node)]
    if nodes and (not wanted or _unwished(message) >= len(nodes)):
        return "node_affinity_mismatch" if pod.spec.node_terms else "node_selector_mismatch"
    found = Counter(code for node in wanted for code in _kept_off(cluster, pod, node))
    alone = Counter(codes[0] for node in wanted if len(codes := _kept_off(cluster, pod, node)) == 1)
    return max(found, key=lambda code: (found[code], alone[code]), default="")


def _open_to_work(cluster: Cluster, pod: Pod) -> list[Node]:
    """The nodes on which work may run at all: a closed control plane is no place for anybody, so it explains nothing."""
    closed = {node.name for node in cluster.nodes if node.control_plane and _kept_off(cluster, pod, node)}
    return [node for node in cluster.nodes if node.name not in closed] or list(cluster.nodes)


def _unwished(message: str) -> int:
    """On how many nodes the scheduler saw a wish unfulfilled: labels may have changed since, its word is first hand."""
    found = _UNWISHED.search(message.partition("preemption:")[0])
    return int(found[1]) if found else 0


def _affine(pod: Pod, node: Node) -> bool:
    terms = pod.spec.node_terms
    labels = {**node.labels, "metadata.name": node.name}
    return not terms or any(all(holds(one, labels) for one in term) for term in terms)


def _kept_off(cluster: Cluster, pod: Pod, node: Node) -> list[str]:
    """What keeps the pod off this one node."""
    taints = [one for one in node.taints if one.effect != "PreferNoSchedule" and not _tolerated(one, pod)]
    own = [one for one in taints if not one.key.startswith("node.kubernetes.io/")]
    found = ["taint_toleration_mismatch"] if own else []
    if any(
        one.key.startswith("node.kubernetes.io/") and one.key != "node.kubernetes.io/unschedulable" for one in taints
    ):
        found.append(_DOWN)
    if node.cordoned and not any(one.key == "node.kubernetes.io/unschedulable" for one in pod.spec.tolerations):
        found.append("node_cordon_mismatch")
    found += [f"{resource}_capacity_mismatch" for resource in ("cpu", "memory") if _short(pod, node, resource)]
    if any(_neighbour(cluster, pod, node, rule) for rule in pod.spec.apart_from):
        found.append("pod_anti_affinity_conflict")
    return found


def _tolerated(taint: Taint, pod: Pod) -> bool:
    return any(_accepts(one, taint) for one in pod.spec.tolerations)


def _accepts(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect not in ("", taint.effect):
        return False
    if toleration.operator == "Exists":
        return toleration.key in ("", taint.key)
    return (toleration.key, toleration.value) == (taint.key, taint.value)


def _short(pod: Pod, node: Node, resource: str) -> bool:
    """Whether the node has less left than the pod asks for."""
    asked = sum(quantity(one) or 0.0 for one in pod.spec.asked(resource).values())
    room = quantity(node.allocatable.get(resource))
    return room is not None and asked > room - (quantity(node.requested.get(resource, "0")) or 0.0) and asked > 0


def _neighbour(cluster: Cluster, pod: Pod, node: Node, rule: PodRule) -> bool:
    """Whether a pod the rule wants apart runs in the node's topology."""
    here = {
        one.name
        for one in cluster.nodes
        if one.labels.get(rule.topology, one.name) == node.labels.get(rule.topology, node.name)
    }
    others = (one for one in cluster.pods if one.node in here and one.name != pod.name)
    return any(
        within(rule.labels, one.labels) and all(holds(r, one.labels) for r in rule.requirements) for one in others
    )


def _suspect(cluster: Cluster, pod: Pod, code: str, message: str) -> Suspect:
    quotes = quoted([cluster.answers.line("FailedScheduling", message[:120], about=pod.name) if message else ""])
    why = _WORDS.get(code, "the scheduler finds no node that takes it")
    score = PROVEN if message else LIKELY
    return Suspect(f"app/{pod.app}", code, score, f"A pod of {pod.app} has no node: {why}.", quotes)
