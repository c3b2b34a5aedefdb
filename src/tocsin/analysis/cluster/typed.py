"""Objects shaped like the Kubernetes API (nested dicts) into typed objects. Used by `reading` once all answers are united.

Outside data: whatever has another shape than the API says is left out, nothing is raised.
"""

from tocsin.analysis.cluster.merging import Tree, items, merged, number, strings, texts, tree
from tocsin.analysis.cluster.objects import (
    Autoscaler,
    Budget,
    Claim,
    Condition,
    Container,
    Labels,
    Mounted,
    NetworkRule,
    Node,
    Pod,
    PodRule,
    PodSpec,
    Port,
    Probe,
    Quota,
    Requirement,
    Run,
    Service,
    ServicePort,
    Taint,
    Toleration,
    Variable,
    Volume,
    Workload,
)

_CONTROL_PLANE = ("control-plane", "master", "controlplane")
_AT_REST = (
    "",
    "Running",
    "Pending",
    "Succeeded",
    "Failed",
    "Unknown",
    "Completed",
    "Terminating",
    "Evicted",
    "NodeLost",
)
_HANDLERS = {"httpGet": "http", "tcpSocket": "tcp", "grpc": "grpc", "exec": "exec"}


def said(value: object) -> str:
    """The value as text; "" for nothing."""
    return "" if value is None else str(value)


def container(one: Tree, status: Tree) -> Container:
    """One container with how it runs."""
    resources = tree(one.get("resources"))
    return Container(
        name=said(one.get("name")),
        image=said(one.get("image")),
        ports=tuple(_port(port) for port in items(one.get("ports"))),
        environment=_environment(one),
        requests=texts(resources.get("requests")),
        limits=texts(resources.get("limits")),
        probes=tuple(
            probe
            for kind in ("liveness", "readiness", "startup")
            if (probe := _probe(kind, tree(one.get(f"{kind}Probe"))))
        ),
        command=(*strings(one.get("command")), *strings(one.get("args"))),
        mounts={said(mount.get("mountPath")): said(mount.get("name")) for mount in items(one.get("volumeMounts"))},
        run=_run(status),
    )


def _port(one: Tree) -> Port:
    return Port(number(one.get("containerPort")) or 0, said(one.get("name")), said(one.get("protocol")) or "TCP")


def _environment(one: Tree) -> tuple[Variable, ...]:
    found = [_variable(variable) for variable in items(one.get("env"))]
    for source in items(one.get("envFrom")):
        secret, config = tree(source.get("secretRef")), tree(source.get("configMapRef"))
        optional = bool(secret.get("optional") or config.get("optional"))
        found.append(Variable("", "", said(secret.get("name")), said(config.get("name")), "", optional))
    return tuple(found)


def _variable(one: Tree) -> Variable:
    source = tree(one.get("valueFrom"))
    secret, config = tree(source.get("secretKeyRef")), tree(source.get("configMapKeyRef"))
    return Variable(
        said(one.get("name")),
        said(one.get("value")),
        said(secret.get("name")),
        said(config.get("name")),
        said(secret.get("key") or config.get("key")),
        bool(secret.get("optional") or config.get("optional")),
    )


def _probe(kind: str, one: Tree) -> Probe | None:
    handler = next((name for name in _HANDLERS if name in one), "")
    if not handler:
        return None
    target = tree(one[handler])
    return Probe(
        kind,
        _HANDLERS[handler],
        said(target.get("port")),
        said(target.get("path")),
        number(one.get("initialDelaySeconds")) or 0,
        number(one.get("timeoutSeconds")) or 1,
        number(one.get("periodSeconds")) or 10,
        number(one.get("failureThreshold")) or 3,
    )


def _run(status: Tree) -> Run:
    state, last = tree(status.get("state")), tree(status.get("lastState"))
    now, before = next(iter(state), ""), next(iter(last), "")
    told, earlier = tree(state.get(now)), tree(last.get(before))
    ready = status.get("ready")
    return Run(
        now,
        said(told.get("reason")),
        said(told.get("message")),
        number(told.get("exitCode")),
        said(earlier.get("reason")),
        said(earlier.get("message")),
        number(earlier.get("exitCode")),
        number(status.get("restartCount")) or 0,
        ready if isinstance(ready, bool) else None,
    )


def pod_spec(spec: Tree, statuses: list[Tree]) -> PodSpec:
    """The asking part of a pod or a template; `statuses` tells how its containers run."""
    by_name = {said(one.get("name")): one for one in statuses}
    affinity = tree(spec.get("affinity"))
    nodes = tree(tree(affinity.get("nodeAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution"))
    apart = tree(affinity.get("podAntiAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution")
    dns = tree(spec.get("dnsConfig"))
    return PodSpec(
        containers=tuple(
            container(one, by_name.get(said(one.get("name")), {})) for one in items(spec.get("containers"))
        ),
        init_containers=tuple(
            container(one, by_name.get(said(one.get("name")), {})) for one in items(spec.get("initContainers"))
        ),
        node_selector=texts(spec.get("nodeSelector")),
        node_terms=tuple(_requirements(term.get("matchExpressions")) for term in items(nodes.get("nodeSelectorTerms"))),
        apart_from=tuple(_pod_rule(one) for one in items(apart)),
        tolerations=tuple(_toleration(one) for one in items(spec.get("tolerations"))),
        service_account=said(spec.get("serviceAccountName")),
        pull_secrets=tuple(said(one.get("name")) for one in items(spec.get("imagePullSecrets"))),
        volumes=tuple(_mounted(one) for one in items(spec.get("volumes"))),
        dns_policy=said(spec.get("dnsPolicy")),
        nameservers=strings(dns.get("nameservers")),
        host_aliases=tuple(name for one in items(spec.get("hostAliases")) for name in strings(one.get("hostnames"))),
        user=said(tree(spec.get("securityContext")).get("runAsUser")),
    )


def _requirements(value: object) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(said(one.get("key")), said(one.get("operator")), strings(one.get("values"))) for one in items(value)
    )


def _pod_rule(one: Tree) -> PodRule:
    selector = tree(one.get("labelSelector"))
    wanted = _requirements(selector.get("matchExpressions"))
    return PodRule(texts(selector.get("matchLabels")), wanted, said(one.get("topologyKey")))


def _toleration(one: Tree) -> Toleration:
    operator = said(one.get("operator")) or "Equal"
    return Toleration(said(one.get("key")), operator, said(one.get("value")), said(one.get("effect")))


def _mounted(one: Tree) -> Mounted:
    for key, kind, field in (
        ("persistentVolumeClaim", "claim", "claimName"),
        ("configMap", "config", "name"),
        ("secret", "secret", "secretName"),
        ("hostPath", "host", "path"),
    ):
        if key in one:
            told = tree(one[key])
            return Mounted(said(one.get("name")), kind, said(told.get(field)), bool(told.get("optional")))
    return Mounted(said(one.get("name")), "other")


def pod(one: Tree, app: str, template: Tree) -> Pod:
    """A pod; `template` is its workload's, which says what describe leaves out."""
    meta, status = tree(one.get("metadata")), tree(one.get("status"))
    spec = merged(tree(one.get("spec")), template)
    ready = [said(each.get("status")) for each in items(status.get("conditions")) if each.get("type") == "Ready"]
    statuses = [*items(status.get("containerStatuses")), *items(status.get("initContainerStatuses"))]
    if not statuses and said(status.get("reason")) not in _AT_REST:
        spec, statuses = _as_listed(spec, status)
    return Pod(
        said(meta.get("name")),
        said(meta.get("namespace")),
        app,
        texts(meta.get("labels")),
        pod_spec(spec, statuses),
        said(status.get("phase")),
        said(status.get("reason")),
        said(status.get("message")),
        said(tree(one.get("spec")).get("nodeName")),
        ready[0] == "True" if ready else status.get("allReady"),
    )


def _as_listed(spec: Tree, status: Tree) -> tuple[Tree, list[Tree]]:
    """Of a pod that only a table told of, its STATUS is the state of the container that holds it up."""
    reason = said(status.get("reason"))
    key = "initContainers" if reason.startswith("Init:") else "containers"
    held_up = next(iter(items(spec.get(key))), {"name": "main"})
    told = {
        "name": said(held_up.get("name")),
        "ready": False,
        "restartCount": status.get("restarts"),
        "state": {"waiting": {"reason": reason.removeprefix("Init:")}},
    }
    return spec | {key: items(spec.get(key)) or [held_up]}, [told]


def workload(one: Tree, live: bool) -> Workload:
    """A Deployment and its kin."""
    meta, spec, status = tree(one.get("metadata")), tree(one.get("spec")), tree(one.get("status"))
    template = tree(spec.get("template"))
    desired = number(spec.get("replicas"))
    return Workload(
        said(one.get("kind")),
        said(meta.get("name")),
        said(meta.get("namespace")),
        texts(meta.get("labels")),
        texts(tree(spec.get("selector")).get("matchLabels")),
        texts(tree(template.get("metadata")).get("labels")),
        pod_spec(tree(template.get("spec")), []),
        desired,
        number(status.get("readyReplicas")),
        number(status.get("failed")) or 0,
        next(
            (one.message or one.type for one in conditions(status) if one.type == "Failed" and one.status == "True"), ""
        ),
        live,
    )


def service(one: Tree, endpoints: int | None, live: bool) -> Service:
    """A Service and how many endpoints stand behind it."""
    meta, spec = tree(one.get("metadata")), tree(one.get("spec"))
    return Service(
        said(meta.get("name")),
        said(meta.get("namespace")),
        texts(meta.get("labels")),
        texts(spec.get("selector")),
        tuple(_service_port(port) for port in items(spec.get("ports"))),
        said(spec.get("type")) or "ClusterIP",
        said(spec.get("clusterIP")),
        endpoints,
        live,
    )


def _service_port(one: Tree) -> ServicePort:
    """Without a target the API means the port itself; a table, whose target is "", only does not tell it."""
    port = number(one.get("port")) or 0
    target = one.get("targetPort", port)
    return ServicePort(port, said(target), said(one.get("name")), said(one.get("protocol")) or "TCP")


def node(one: Tree) -> Node:
    """A machine."""
    meta, spec, status = tree(one.get("metadata")), tree(one.get("spec")), tree(one.get("status"))
    labels = texts(meta.get("labels"))
    roles = {key.rpartition("/")[2] for key in labels if "role" in key} | {
        value for key, value in labels.items() if key.endswith("/role")
    }
    taints = tuple(
        Taint(said(each.get("key")), said(each.get("value")), said(each.get("effect")))
        for each in items(spec.get("taints"))
    )
    return Node(
        said(meta.get("name")),
        labels,
        taints,
        bool(spec.get("unschedulable")) or any(each.key == "node.kubernetes.io/unschedulable" for each in taints),
        conditions(status),
        texts(status.get("allocatable")),
        texts(status.get("requested")),
        said(tree(status.get("nodeInfo")).get("architecture")) or labels.get("kubernetes.io/arch", ""),
        bool(roles & set(_CONTROL_PLANE)),
    )


def conditions(status: Tree) -> tuple[Condition, ...]:
    """The conditions in a status."""
    return tuple(
        Condition(said(one.get("type")), said(one.get("status")), said(one.get("reason")), said(one.get("message")))
        for one in items(status.get("conditions"))
    )


def claim(one: Tree, live: bool) -> Claim:
    """A PersistentVolumeClaim."""
    meta, spec = tree(one.get("metadata")), tree(one.get("spec"))
    selector = tree(spec.get("selector"))
    named = spec.get("storageClassName")
    return Claim(
        said(meta.get("name")),
        said(meta.get("namespace")),
        said(tree(one.get("status")).get("phase")),
        said(spec.get("volumeName")),
        None if named is None else said(named),
        strings(spec.get("accessModes")),
        said(tree(tree(spec.get("resources")).get("requests")).get("storage")),
        texts(selector.get("matchLabels")),
        _requirements(selector.get("matchExpressions")),
        live,
    )


def volume(one: Tree, live: bool) -> Volume:
    """A PersistentVolume."""
    meta, spec = tree(one.get("metadata")), tree(one.get("spec"))
    holder = tree(spec.get("claimRef"))
    return Volume(
        said(meta.get("name")),
        said(tree(one.get("status")).get("phase")),
        f"{said(holder.get('namespace'))}/{said(holder.get('name'))}" if holder.get("name") else "",
        said(spec.get("storageClassName")),
        strings(spec.get("accessModes")),
        said(tree(spec.get("capacity")).get("storage")),
        texts(meta.get("labels")),
        live,
    )


def quota(one: Tree) -> Quota:
    """A ResourceQuota."""
    meta, status = tree(one.get("metadata")), tree(one.get("status"))
    hard = texts(status.get("hard")) or texts(tree(one.get("spec")).get("hard"))
    return Quota(said(meta.get("name")), said(meta.get("namespace")), hard, texts(status.get("used")))


def autoscaler(one: Tree) -> Autoscaler:
    """A HorizontalPodAutoscaler."""
    spec, status = tree(one.get("spec")), tree(one.get("status"))
    return Autoscaler(
        said(tree(one.get("metadata")).get("name")),
        said(tree(spec.get("scaleTargetRef")).get("name")),
        number(status.get("currentReplicas")),
        number(spec.get("maxReplicas")),
        conditions(status),
    )


def network_rule(one: Tree) -> NetworkRule:
    """A NetworkPolicy's side of coming in."""
    meta, spec = tree(one.get("metadata")), tree(one.get("spec"))
    restricts = "Ingress" in strings(spec.get("policyTypes")) or "ingress" in spec or not spec.get("policyTypes")
    doors = items(spec.get("ingress"))
    peers: list[Labels] = []
    for door in doors:
        named = items(door.get("from"))
        peers.extend(texts(tree(tree(peer.get("podSelector")).get("matchLabels"))) for peer in named)
        if not named:
            peers.append({})
    ports = [number(port.get("port")) or 0 for door in doors for port in items(door.get("ports"))]
    selects = texts(tree(spec.get("podSelector")).get("matchLabels"))
    allowed = tuple(peers) if restricts else None
    return NetworkRule(said(meta.get("name")), said(meta.get("namespace")), selects, allowed, tuple(ports))


def budget(one: Tree) -> Budget:
    """A PodDisruptionBudget."""
    spec, status = tree(one.get("spec")), tree(one.get("status"))
    return Budget(
        said(tree(one.get("metadata")).get("name")),
        texts(tree(spec.get("selector")).get("matchLabels")),
        number(status.get("disruptionsAllowed")),
    )
