"""Nodes: whether their own services run, what their conditions say, and what can be reached from them."""

from collections import defaultdict
from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Node
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_RUNTIMES = ("containerd", "docker", "crio", "cri-o", "cri-dockerd")
_RUNTIME_WORDS = ("container runtime", "containerd.sock", "docker.sock", "crio.sock", "PLEG")
_PRESSURES = {
    "MemoryPressure": "node_memory_pressure",
    "DiskPressure": "node_disk_pressure",
    "PIDPressure": "node_pid_pressure",
    "NetworkUnavailable": "node_network_unavailable",
}


def services(cluster: Cluster) -> Iterator[Suspect]:
    """A node and the services of its own that it needs."""
    for unit in cluster.units:
        if not unit.active:
            code = "containerd_unavailable" if unit.name in _RUNTIMES else f"{unit.name.replace('-', '_')}_unavailable"
            sentence = f"On {unit.node} the service {unit.name} is not running."
            yield Suspect(f"node/{unit.node}", code, PROVEN, sentence, quoted([unit.line]))


def conditions(cluster: Cluster) -> Iterator[Suspect]:
    """A node and its own word for how it is."""
    for node in cluster.nodes:
        ready = node.condition("Ready")
        if ready and ready.status != "True":
            yield _not_ready(cluster, node, f"{ready.reason} {ready.message}")
        for condition in node.conditions:
            if condition.type in _PRESSURES and condition.status == "True":
                quotes = quoted([cluster.answers.line(condition.type, condition.message, about=node.name)])
                sentence = f"{node.name} reports {condition.type}: {condition.message}."
                yield Suspect(f"node/{node.name}", _PRESSURES[condition.type], BROKEN, sentence, quotes)


def _not_ready(cluster: Cluster, node: Node, said: str) -> Suspect:
    """Whether the kubelet itself is silent, or speaks and misses its container runtime."""
    runtime = any(word in said for word in _RUNTIME_WORDS) or _sandboxes_fail(cluster, node)
    code = "containerd_unavailable" if runtime else "kubelet_unavailable"
    known = [unit for unit in cluster.units if unit.node == node.name and unit.active]
    denied = any(unit.name in (_RUNTIMES if runtime else ("kubelet",)) for unit in known)
    quotes = quoted(
        [cluster.answers.line(node.name, "NotReady"), cluster.answers.line(said.strip()[:60], about=node.name)]
    )
    what = "cannot reach its container runtime" if runtime else "has no kubelet that reports"
    return Suspect(
        f"node/{node.name}", code, SUSPECTED if denied else BROKEN, f"{node.name} is not ready: it {what}.", quotes
    )


def _sandboxes_fail(cluster: Cluster, node: Node) -> bool:
    here = {pod.name for pod in cluster.pods if pod.node == node.name}
    failed = (one for one in cluster.events if one.name in here and one.reason == "FailedCreatePodSandBox")
    return any(word in one.message for one in failed for word in _RUNTIME_WORDS)


def proxy(cluster: Cluster) -> Iterator[Suspect]:
    """What each node can reach: services that answer everywhere but from one node are well, that node's routing is not."""
    tries: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for one in cluster.reaches:
        if one.node:
            tries[one.node].append((one.service, one.ok))
    well = {service for found in tries.values() for service, ok in found if ok}
    for node, found in sorted(tries.items()):
        failed = [service for service, ok in found if not ok and service in well]
        told = cluster.answers.line(node, "Connection Failed") or cluster.answers.line(f"deployed on {node}")
        if failed and len(failed) * 2 > len([one for one in found if one[0] in well]):
            sentence = f"From {node} no service can be reached that others reach: its kube-proxy does not route."
            yield Suspect(f"node/{node}", "kube_proxy_unavailable", LIKELY, sentence, quoted([told]))
