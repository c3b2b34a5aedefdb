"""Ways through the network: names and resolvers, gateways and backends, policies and callers, certificates."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tocsin.analysis.cluster.addresses import addresses, meant
from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster, within
from tocsin.analysis.cluster.objects import Labels, NetworkRule, Pod, Route
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_UNRESOLVED = re.compile(
    r"no such host|Name or service not known|UnknownHostException|Temporary failure in name resolution|EAI_AGAIN|ENOTFOUND"
    r"|Domain name not found|server misbehaving|could not resolve host|getaddrinfo",
    re.IGNORECASE,
)
_CERTIFICATE = re.compile(
    r"x509: certificate|certificate has expired|CERTIFICATE_VERIFY_FAILED|certificate is not yet valid", re.I
)
_MANY = 0.5
_WORD = re.compile(r"[a-z0-9]+")


def resolvers(cluster: Cluster) -> Iterator[Suspect]:
    """A pod's way of resolving names and the cluster's own."""
    for app in dict.fromkeys(pod.app for pod in cluster.pods):
        spec = cluster.spec_of(app)
        pinned = [name for name in spec.host_aliases if cluster.service(name)]
        failed = _unresolved(cluster, app)
        strange = spec.dns_policy == "None" or (spec.dns_policy == "Default" and not spec.nameservers)
        strange = strange or bool(spec.nameservers and failed)
        if strange or pinned:
            what = "overrides where services are" if pinned else "does not ask the cluster's resolver alone"
            quotes = quoted([cluster.answers.line("dnsPolicy", about=app), failed])
            score = PROVEN if failed else BROKEN if cluster.suffers(app) else SUSPECTED
            yield Suspect(f"app/{app}", "service_dns_resolution_failure", score, f"{app} {what}.", quotes)
        elif failed:
            sentence = f"{app} cannot resolve the name of a service that exists."
            yield Suspect(f"app/{app}", "service_dns_resolution_failure", SUSPECTED, sentence, quoted([failed]))


def _unresolved(cluster: Cluster, app: str) -> str:
    """A complaint about a service that does exist, when the app complains of little else."""
    sayings = cluster.sayings_of(app)
    said = [
        one
        for one in sayings
        if _UNRESOLVED.search(one.text) and any(s.name in one.text for s in cluster.services if s.live)
    ]
    if not said or sum(one.count for one in said) < _MANY * sum(one.count for one in sayings):
        return ""
    return cluster.answers.line(said[0].text[:60])


def gateways(cluster: Cluster) -> Iterator[Suspect]:
    """A way in and the backend it leads to: there, at that port, and the one the path speaks of."""
    for route in cluster.routes:
        service = cluster.service(route.backend)
        offered = {str(one.port) for one in service.ports} | {one.name for one in service.ports} if service else set()
        if not service and "Service" in cluster.listed and _within(cluster, route.backend):
            yield _astray(cluster, route, PROVEN, f"leads to {route.backend}, which does not exist")
        elif service and route.port and route.port not in offered:
            yield _astray(
                cluster, route, PROVEN, f"leads to {route.backend} at port {route.port}, which it does not offer"
            )
        elif service and (rather := _rather(cluster, route)):
            yield _astray(cluster, route, BROKEN, f"leads to {route.backend} though it speaks of {rather}")


def _within(cluster: Cluster, host: str) -> bool:
    """Whether a host can only be a service of the namespaces that were told; `localhost` is the pod itself."""
    name, *space = host.split(".")
    own = {one.namespace for one in cluster.services}
    return bool(name) and host != "localhost" and (not space or (space[1:2] == ["svc"] and space[0] in own))


def _rather(cluster: Cluster, route: Route) -> str:
    """The service a path speaks of, when that is not its backend and the other routes do lead where they say."""
    others = [one for one in cluster.routes if one.owner == route.owner and one != route]
    agreeing = sum(_likeness(one.path, one.backend) > 0 for one in others)
    if len(others) < 2 or agreeing * 2 < len(others) or _likeness(route.path, route.backend) > 0:
        return ""
    names = {one.name: _likeness(route.path, one.name) for one in cluster.services if one.live}
    best = max(names, key=lambda name: names[name], default="")
    return best if names.get(best, 0) > 0 else ""


def _likeness(path: str, name: str) -> int:
    """How many letters of the words of a path stand in a service's name, common words left out."""
    plain = name.replace("-", "").replace("_", "").lower()
    words = [word for word in _WORD.findall(path.lower()) if word not in ("api", "service", "v1", "v2", "web")]
    return max(
        (
            len(word.removesuffix("service"))
            for word in words
            if len(word) > 3 and word.removesuffix("service") in plain
        ),
        default=0,
    )


def _astray(cluster: Cluster, route: Route, score: float, what: str) -> Suspect:
    app = next((pod.app for pod in cluster.pods if any(one.source == route.owner for one in pod.spec.volumes)), "")
    code = "ingress_backend_mismatch" if route.kind == "Ingress" else "gateway_misroute"
    if route.kind == "Ingress":
        service = cluster.service(route.backend) or cluster.service(meant(cluster, route.backend))
        app = cluster.app_behind(service) if service else ""
    quotes = quoted([cluster.answers.line(route.path), cluster.answers.line(route.backend, route.port)])
    return Suspect(f"app/{app or cluster.app_named(route.owner)}", code, score, f"The way {route.path} {what}.", quotes)


def policies(cluster: Cluster) -> Iterator[Suspect]:
    """The network policies that hold an app and those who have to get through them: what any of them admits is admitted."""
    for app in dict.fromkeys(pod.app for pod in cluster.pods):
        labels = cluster.pods_of(app)[0].labels
        rules = [one for one in cluster.network_rules if one.allows_from is not None and within(one.selects, labels)]
        if rules:
            yield from _held(cluster, app, rules)


def _held(cluster: Cluster, app: str, rules: list[NetworkRule]) -> Iterator[Suspect]:
    peers = [peer for rule in rules for peer in rule.allows_from or ()]
    kept_out = [caller for caller in _callers(cluster, app) if not _admitted(cluster, peers, caller)]
    fronts = [one.name for one in cluster.services if one.live and one.selector and cluster.app_behind(one) == app]
    names = ", ".join(one.name for one in rules)
    quotes = quoted(cluster.answers.line(one.name) for one in rules)
    if kept_out:
        felt = any(cluster.reachable(name) is False for name in fronts)
        sentence = f"The network policy {names} keeps {kept_out[0]} from calling {app}."
        yield Suspect(f"app/{app}", "network_policy_blocks", PROVEN if felt else LIKELY, sentence, quotes)
    elif fronts and not any(within(peer, pod.labels) for peer in peers for pod in cluster.pods):
        sentence = f"The network policy {names} lets in no pod that there is, so nobody reaches {app}."
        yield Suspect(f"app/{app}", "network_policy_blocks", SUSPECTED, sentence, quotes)


def _callers(cluster: Cluster, app: str) -> list[str]:
    """Who is known to call an app, or is told its address."""
    names = {one.name for one in cluster.services if one.live and cluster.app_behind(one) == app}
    told = (
        caller
        for caller, container in cluster.containers()
        for one in addresses(cluster, caller, container)
        if one.host.split(".")[0] in names
    )
    known = (caller for caller, callee in cluster.calls if callee == app)
    return [one for one in dict.fromkeys([*known, *told]) if one != app]


def _admitted(cluster: Cluster, peers: Sequence[Labels], caller: str) -> bool:
    pods: tuple[Pod, ...] = cluster.pods_of(caller)
    return not pods or any(within(peer, pods[0].labels) for peer in peers)


def certificates(cluster: Cluster) -> Iterator[Suspect]:
    """A certificate and whoever must trust it."""
    said = Counter({one.app: one.count for one in cluster.sayings if _CERTIFICATE.search(one.text)})
    for app, _ in said.most_common(1):
        text = next(one.text for one in cluster.sayings_of(app) if _CERTIFICATE.search(one.text))
        sentence = f"{app} does not trust the certificate of a service it calls."
        yield Suspect(f"app/{app}", "certificate_invalid", LIKELY, sentence, quoted([cluster.answers.line(text[:80])]))
