"""The objects of a cluster as the checks see them: typed, frozen, and the same whether an API, a file or kubectl told them.

Quantities are kept as written (`500m`); times are not needed here. Fields that no answer told are empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Port:
    """A port a container declares."""

    number: int
    name: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Probe:
    """A health check of the kubelet. `handler`: http, tcp, grpc or exec; `port` a number or a port's name."""

    kind: str
    handler: str
    port: str = ""
    path: str = ""
    delay: int = 0
    timeout: int = 1
    period: int = 10
    failures: int = 3

    @property
    def patience(self) -> int:
        """Seconds after the start until the kubelet gives up."""
        return self.delay + self.period * max(self.failures - 1, 0) + self.timeout


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable: its value, or the Secret or ConfigMap (with key) that gives it. `name` is "" for all keys."""

    name: str
    value: str = ""
    secret: str = ""
    config: str = ""
    key: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """How a container runs now, and how it ended the last time."""

    state: str = ""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    last_reason: str = ""
    last_message: str = ""
    last_exit_code: int | None = None
    restarts: int = 0
    ready: bool | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod or a pod template."""

    name: str
    image: str = ""
    ports: tuple[Port, ...] = ()
    environment: tuple[Variable, ...] = ()
    requests: Labels = field(default_factory=dict)
    limits: Labels = field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    command: tuple[str, ...] = ()
    mounts: Labels = field(default_factory=dict)
    """Volume name by mount path."""
    run: Run = Run()

    def probe(self, kind: str) -> Probe | None:
        """The probe of that kind, if there is one."""
        return next((one for one in self.probes if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on labels: `key In values`; operators as in the API."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PodRule:
    """A required (anti-)affinity to other pods within a topology."""

    labels: Labels
    requirements: tuple[Requirement, ...]
    topology: str


@dataclass(frozen=True, slots=True)
class Toleration:
    """A taint the pod accepts; an empty key with `Exists` accepts all, an empty effect every effect."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Mounted:
    """A volume of a pod and what stands behind it: kind is claim, config, secret, host or other."""

    name: str
    kind: str
    source: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class PodSpec:
    """What a pod asks for, from the pod or its template."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    node_selector: Labels = field(default_factory=dict)
    node_terms: tuple[tuple[Requirement, ...], ...] = ()
    """Required node affinity: terms of which one must hold, each with all its requirements."""
    apart_from: tuple[PodRule, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    service_account: str = ""
    pull_secrets: tuple[str, ...] = ()
    volumes: tuple[Mounted, ...] = ()
    dns_policy: str = ""
    nameservers: tuple[str, ...] = ()
    host_aliases: tuple[str, ...] = ()
    user: str = ""

    def asked(self, resource: str) -> Labels:
        """What each container requests of `cpu` or `memory`; the limit where no request is made."""
        found = {one.name: one.requests.get(resource) or one.limits.get(resource, "") for one in self.containers}
        return {name: amount for name, amount in found.items() if amount}


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, and the app it belongs to (its workload's name, or its own)."""

    name: str
    namespace: str
    app: str
    labels: Labels = field(default_factory=dict)
    spec: PodSpec = PodSpec()
    phase: str = ""
    reason: str = ""
    message: str = ""
    node: str = ""
    ready: bool | None = None

    @property
    def containers(self) -> tuple[Container, ...]:
        """Init containers and containers."""
        return (*self.spec.init_containers, *self.spec.containers)

    @property
    def restarts(self) -> int:
        """Restarts of all its containers."""
        return sum(one.run.restarts for one in self.containers)


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, StatefulSet, DaemonSet or Job. `desired` and `ready` are None when nobody said."""

    kind: str
    name: str
    namespace: str
    labels: Labels = field(default_factory=dict)
    selector: Labels = field(default_factory=dict)
    pod_labels: Labels = field(default_factory=dict)
    spec: PodSpec = PodSpec()
    desired: int | None = None
    ready: int | None = None
    failed: int = 0
    gave_up: str = ""
    """Of a Job that will not try again: why."""
    live: bool = True


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service; `target` is a number or a container port's name, "" when nobody said."""

    port: int
    target: str
    name: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Service:
    """A Service; `live` is False when it is only written in a manifest. `endpoints` None: nobody said."""

    name: str
    namespace: str
    labels: Labels = field(default_factory=dict)
    selector: Labels = field(default_factory=dict)
    ports: tuple[ServicePort, ...] = ()
    type: str = "ClusterIP"
    address: str = ""
    endpoints: int | None = None
    live: bool = True


@dataclass(frozen=True, slots=True)
class Taint:
    """A node keeps pods away that do not tolerate it."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return f"{self.key}{'=' if self.value else ''}{self.value}:{self.effect}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a node or another object: `Ready False KubeletNotReady ...`."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine; `requested` is what its pods have asked for already."""

    name: str
    labels: Labels = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    cordoned: bool = False
    conditions: tuple[Condition, ...] = ()
    allocatable: Labels = field(default_factory=dict)
    requested: Labels = field(default_factory=dict)
    architecture: str = ""
    control_plane: bool = False

    def condition(self, kind: str) -> Condition | None:
        """Its condition of that type."""
        return next((one for one in self.conditions if one.type == kind), None)


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim. `storage_class` None: not said; "" means none at all."""

    name: str
    namespace: str
    phase: str = ""
    volume: str = ""
    storage_class: str | None = None
    modes: tuple[str, ...] = ()
    request: str = ""
    selector: Labels = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
    live: bool = True


@dataclass(frozen=True, slots=True)
class Volume:
    """A PersistentVolume; `claim` is `namespace/name` of who holds it."""

    name: str
    phase: str = ""
    claim: str = ""
    storage_class: str = ""
    modes: tuple[str, ...] = ()
    capacity: str = ""
    labels: Labels = field(default_factory=dict)
    live: bool = True


@dataclass(frozen=True, slots=True)
class Quota:
    """A ResourceQuota: hard limits and what is used of them."""

    name: str
    namespace: str
    hard: Labels = field(default_factory=dict)
    used: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler."""

    name: str
    target: str
    current: int | None = None
    most: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A way in: an Ingress rule, a mesh route or a proxy's location, from a path to a backend of the app that holds it."""

    owner: str
    path: str
    backend: str
    port: str = ""
    kind: str = "Ingress"


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """A NetworkPolicy: whom it selects, and who may come in (None: it does not restrict coming in; (): nobody)."""

    name: str
    namespace: str
    selects: Labels = field(default_factory=dict)
    allows_from: tuple[Labels, ...] | None = None
    allows_ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """A PodDisruptionBudget and how many disruptions it allows now."""

    name: str
    selector: Labels = field(default_factory=dict)
    allowed: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the cluster: about which object (kind in small letters, "" when not said), what, how often."""

    type: str
    reason: str
    message: str
    kind: str = ""
    name: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A service of a node's own (kubelet, containerd) and whether it runs."""

    node: str
    name: str
    active: bool
    line: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """A try to connect to a service, from a node when said."""

    service: str
    ok: bool
    node: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """A log line of an app, and how many like it there were."""

    app: str
    text: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Deviation:
    """A measurement that left its normal range. `subject`: service or node; `signal`: cpu, throttling, latency, errors,
    traffic, retransmission, memory; before and now in the unit of the source."""

    subject: str
    name: str
    signal: str
    before: float
    now: float
    line: str = ""
