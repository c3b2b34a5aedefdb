"""Service and pods, client and service: selectors, ports, protocols, addresses, replicas.

A broken relation counts for little while the service can be reached all the same.
"""

import re
from collections.abc import Iterator

from tocsin.analysis.cluster.addresses import Address, addresses, meant
from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.checks.databases import is_mysql
from tocsin.analysis.cluster.cluster import Cluster, within
from tocsin.analysis.cluster.objects import Pod, Port, Service, ServicePort, Workload
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, WEAK, Suspect

_GENERAL = ("addr", "address", "host", "hostname", "url", "uri", "endpoint", "server", "port", "service", "svc")


def hurt(cluster: Cluster, service: str) -> float:
    """How surely a broken service is felt: proven when tries fail, weak when they succeed."""
    reachable = cluster.reachable(service)
    return BROKEN if reachable is None else WEAK if reachable else PROVEN


def selectors(cluster: Cluster) -> Iterator[Suspect]:
    """Service selector and pod labels."""
    for service in cluster.services:
        if not service.live or not service.selector or "Pod" not in cluster.listed:
            continue
        selected = cluster.selected(service)
        own = cluster.workload(service.name)
        strayed = own and selected and cluster.pods_of(own.name) and all(pod.app != own.name for pod in selected)
        app = own.name if own else cluster.app_behind(service)
        if (not selected and _should_match(cluster, service, app) and not _of_a_role(cluster, service, app)) or strayed:
            wanted = ", ".join(f"{key}={value}" for key, value in service.selector.items())
            quotes = quoted(
                [
                    cluster.answers.line("Selector:", wanted.partition(",")[0], about=f" {service.name} "),
                    cluster.answers.line(service.name, "<none>", about="endpoints"),
                ]
            )
            sentence = f"The Service {service.name} selects {wanted}, which no pod of {app} is labelled."
            yield Suspect(f"app/{app}", "service_selector_mismatch", hurt(cluster, service.name), sentence, quotes)


def _should_match(cluster: Cluster, service: Service, app: str) -> bool:
    """Whether pods exist for the app, whose labels the selector then misses; a workload without pods has other troubles."""
    workload = cluster.workload(app)
    if workload and within(service.selector, workload.pod_labels):
        return False
    return bool(cluster.pods_of(app))


def _of_a_role(cluster: Cluster, service: Service, app: str) -> bool:
    """Whether it is for pods in a role that none has now, such as follower: its twin for another role of the app finds some.

    A role is a label that is given while pods run, so no template has it.
    """
    workload = cluster.workload(app)
    given = workload.pod_labels if workload else {}
    for twin in cluster.services:
        found = cluster.selected(twin) if twin.live and twin.selector.keys() == service.selector.keys() else ()
        other = {key for key in service.selector if twin.selector.get(key) != service.selector[key]}
        if found and found[0].app == app and other and other != service.selector.keys() and not other & given.keys():
            return True
    return False


def ports(cluster: Cluster) -> Iterator[Suspect]:
    """Service target port and container port, by number, by name and by protocol."""
    for service in cluster.services:
        pods = cluster.selected(service) if service.live else ()
        listens = [port for pod in pods for one in pod.spec.containers for port in one.ports]
        for port in service.ports:
            code = _off_target(service, port, listens, pods)
            if code:
                yield _port_suspect(cluster, service, port, listens, code)


def _off_target(service: Service, port: ServicePort, listens: list[Port], pods: tuple[Pod, ...]) -> str:
    if not listens or not port.target:
        return ""
    if port.target.isdigit():
        met = [one for one in listens if one.number == int(port.target)]
    else:
        named = {one.name for one in listens} - {""}
        met = [one for one in listens if one.name == port.target]
        if not named and not (service.endpoints == 0 and any(pod.ready for pod in pods)):
            return ""
    if not met:
        return "service_port_mapping_mismatch"
    return "service_protocol_mismatch" if all(one.protocol != port.protocol for one in met) else ""


def _port_suspect(cluster: Cluster, service: Service, port: ServicePort, listens: list[Port], code: str) -> Suspect:
    app = cluster.app_behind(service)
    real = ", ".join(dict.fromkeys(f"{one.number}/{one.protocol}" for one in listens))
    about = f" {service.name} "
    quotes = quoted(
        [
            cluster.answers.line("TargetPort:", port.target, about=about),
            cluster.answers.line("Port:", str(listens[0].number), about=app),
        ]
    )
    sentence = f"The Service {service.name} sends to {port.target}/{port.protocol}, but {app} listens on {real}."
    return Suspect(f"app/{app}", code, hurt(cluster, service.name), sentence, quotes)


def replicas(cluster: Cluster) -> Iterator[Suspect]:
    """A workload and how many of it are wanted: none at all leaves its callers alone."""
    for workload in cluster.workloads:
        if workload.live and workload.desired == 0 and workload.kind in ("Deployment", "StatefulSet"):
            score = _missed(cluster, workload)
            quotes = quoted(
                [
                    cluster.answers.line("Replicas:", "0 desired", about=workload.name),
                    cluster.answers.line(workload.name, "0/0"),
                ]
            )
            sentence = f"{workload.name} is scaled to zero replicas."
            yield Suspect(f"app/{workload.name}", "deployment_zero_replicas", score, sentence, quotes)


def _missed(cluster: Cluster, workload: Workload) -> float:
    """Who misses it: those who are told to call it or tried; a Service alone; nobody, and it may be so on purpose."""
    names = {one.name for one in cluster.services if one.selector and within(one.selector, workload.pod_labels)}
    told = {
        one.host.split(".")[0] for app, container in cluster.containers() for one in addresses(cluster, app, container)
    }
    edges = {callee for _, callee in cluster.calls}
    tried = any(cluster.reachable(name) is False for name in names)
    if tried or (names | {workload.name}) & (told | edges):
        return PROVEN
    return LIKELY if names else WEAK


def environment(cluster: Cluster) -> Iterator[Suspect]:
    """The address a container is given and the service it means."""
    if not any(one.live for one in cluster.services):
        return
    for app, container in cluster.containers():
        for address in addresses(cluster, app, container):
            service = cluster.service(address.host)
            if service:
                yield from _wrong_port(cluster, address, service)
                yield from _wrong_service(cluster, address, service)
            elif "Service" in cluster.listed and (address.inside or cluster.service(address.host.split(".")[0])):
                yield from _no_service(cluster, address)


def _wrong_port(cluster: Cluster, address: Address, service: Service) -> Iterator[Suspect]:
    offered = {one.port for one in service.ports}
    if address.port is None or not offered or address.port in offered:
        return
    behind = {port.number for pod in cluster.selected(service) for one in pod.spec.containers for port in one.ports}
    if address.port in behind and not offered & behind:
        sentence = (
            f"{address.app} calls {service.name} at {address.port}, where it listens; its Service offers another port."
        )
        app = cluster.app_behind(service)
        yield Suspect(f"app/{app}", "service_port_mapping_mismatch", BROKEN, sentence, _cited(cluster, address))
        return
    sql = is_mysql(cluster, service, address.scheme)
    code = "mysql_invalid_port" if sql else "service_env_var_address_mismatch"
    wanted = ", ".join(map(str, sorted(offered)))
    sentence = f"{address.app} is told to call {service.name} at port {address.port}; the Service offers {wanted}."
    yield Suspect(f"app/{address.app}", code, PROVEN, sentence, _cited(cluster, address))


def _wrong_service(cluster: Cluster, address: Address, service: Service) -> Iterator[Suspect]:
    """A variable that names one service and leads to another: `CART_ADDR` with the address of checkout, while there is a cart."""
    stem = _stem(address.variable)
    others = [one for one in cluster.services if one.live and stem and _stem(one.name) == stem]
    if others and service not in others:
        sentence = f"{address.app} finds under {address.variable} the service {service.name}, not {others[0].name}."
        yield Suspect(
            f"app/{address.app}", "service_env_var_address_mismatch", LIKELY, sentence, _cited(cluster, address)
        )


def _stem(name: str) -> str:
    """What a name is about: `CART_SERVICE_ADDR` and `cartservice` are both about `cart`."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word not in _GENERAL]
    return "".join(words).removesuffix("service")


def _no_service(cluster: Cluster, address: Address) -> Iterator[Suspect]:
    """A host nobody answers to: grave when it nearly names a service or the app complains of it, else an unused setting."""
    space = address.host.split(".")[1:2]
    blamed = any(address.host in one.text for one in cluster.sayings_of(address.app))
    if space and space[0] not in {one.namespace for one in cluster.services} and not blamed:
        return
    if any(one.name == address.host for one in cluster.workloads) or any(
        one.name == address.host for one in cluster.services
    ):
        return
    near = meant(cluster, address.host)
    score = PROVEN if near and blamed else BROKEN if near or blamed else WEAK / 2
    rather = f", though there is {near}" if near else ""
    sentence = f"{address.app} is told to call {address.host}, which does not exist{rather}."
    yield Suspect(f"app/{address.app}", "service_env_var_address_mismatch", score, sentence, _cited(cluster, address))


def _cited(cluster: Cluster, address: Address) -> tuple[str, ...]:
    told = next((one.text for one in cluster.sayings_of(address.app) if address.host in one.text), "")
    return quoted(
        [
            cluster.answers.line(address.variable, address.written, about=address.app),
            cluster.answers.line(told[:80]) if told else "",
            cluster.answers.line(address.host, about="get services"),
        ]
    )
