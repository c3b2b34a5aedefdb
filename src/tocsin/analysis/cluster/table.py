"""The table of checks: each row one relation between objects of a cluster, checked once. Read by `diagnose` and the docs.

From symptom to relation: rows come in the order in which a request for a pod goes wrong - let in, placed, given its
volume, its image, started, kept alive, reached - and then what is slow rather than broken.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tocsin.analysis.cluster.checks import (
    admission,
    containers,
    databases,
    images,
    network,
    nodes,
    performance,
    probes,
    scheduling,
    services,
    storage,
)
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.suspects import Suspect


@dataclass(frozen=True, slots=True)
class Check:
    """One relation: the symptom that leads to it, the two sides that must fit, and who checks it."""

    symptom: str
    relation: str
    find: Callable[[Cluster], Iterator[Suspect]]


CHECKS: tuple[Check, ...] = (
    Check("a node's service is stopped", "node and its kubelet, runtime, proxy, scheduler", nodes.services),
    Check("a node is not ready", "node and its conditions", nodes.conditions),
    Check("services answer from all nodes but one", "node and its routing", nodes.proxy),
    Check("fewer pods exist than wanted", "new pod and quota", admission.pod_quota),
    Check("a service does not exist", "new service and quota", admission.service_quota),
    Check("a claim does not exist", "new claim and quota", admission.claim_quota),
    Check("fewer pods exist than wanted", "pod and service account", admission.service_account),
    Check("fewer pods exist than wanted", "new pod and webhooks, pod security, limit ranges", admission.refused),
    Check("a pod has no node", "node selector, affinity, tolerations, requests and node", scheduling.placement),
    Check("a pod has no node and no reason", "waiting pod and scheduler", scheduling.scheduler),
    Check("a claim is pending", "claim and volume", storage.binding),
    Check("a pod waits for a volume", "mounted volume and claim", storage.mounted),
    Check("an image is not fetched", "image and registry, pull secret and Secret", images.pulls),
    Check("a container is not created", "secret and config references and what exists", containers.references),
    Check("a container is killed", "memory limit and use", containers.memory),
    Check("a container ends", "user and volume rights", containers.rights),
    Check("a container ends", "containers of one pod and their ports", containers.shared_port),
    Check("a container does not start", "command, architecture and image", containers.starts),
    Check("a container is killed or never ready", "probe and container port, protocol, start time", probes.knocks),
    Check("a container keeps ending", "none found: the symptom alone", containers.crashes),
    Check("a job gave up", "job and its tries and deadline", containers.jobs),
    Check("a service has no endpoints", "service selector and pod labels", services.selectors),
    Check("a service refuses connections", "service port, target port and container port", services.ports),
    Check("a service has no pods", "workload and its replicas", services.replicas),
    Check("a client cannot connect", "environment address and service", services.environment),
    Check("a client cannot resolve", "pod resolver and cluster resolver", network.resolvers),
    Check("a path leads astray", "route and backend", network.gateways),
    Check("a caller is kept out", "network policy and callers", network.policies),
    Check("a certificate is refused", "certificate and client", network.certificates),
    Check("a database refuses a client", "credentials of client and server", databases.credentials),
    Check("a client has no settings", "an app and the Secret that goes with it", databases.bindings),
    Check("a database is not reached", "port of client and server", databases.unreached),
    Check("a database has no connection left", "connections asked and allowed", databases.connections),
    Check("a database refuses writes", "writes and read-only setting", databases.writes),
    Check("an app is slow", "CPU use and limit", performance.processors),
    Check("an app is slow", "latency of caller and callee", performance.pod_network),
    Check("many apps are slow", "retransmissions and the apps of a node", performance.node_network),
    Check("an app does not scale", "autoscaler and its bounds and metrics", performance.autoscalers),
    Check("a node is not drained", "disruption budget and pods", performance.disruption),
)
