"""Probe and container: does the kubelet knock at the right port, in the right language, with enough patience.

A failing probe is no fault by itself: pods fail a few while they start. It counts when the kubelet acts on it, by killing
the container (liveness) or by keeping the pod from being ready (readiness).
"""

import re
from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container, Pod, Probe
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, WEAK, Suspect

_OTHER_LANGUAGE = re.compile(
    r"malformed HTTP|server gave HTTP response to HTTPS|frame too large|server preface|first record does not look like"
    r"|unknown service|Unimplemented|unexpected (?:HTTP status|content-type)|HTTP/0\.9|transport connection broken"
    r"|error reading server|EOF\b",
    re.IGNORECASE,
)
_NO_SUCH_PORT = re.compile(r"strconv\.Atoi: parsing|invalid port number|couldn't find port")
"""The kubelet's own words for a port by a name that the container does not have."""
_STATUS = re.compile(r"statuscode: (\d{3})")
_IMPATIENT_SECONDS = 10
_ORDER = ("startup", "liveness", "readiness")


def knocks(cluster: Cluster) -> Iterator[Suspect]:
    """Probe and container."""
    for pod in cluster.pods:
        for container in pod.spec.containers:
            for kind in _ORDER:
                probe = container.probe(kind)
                failures = _failures(cluster, pod, kind)
                if probe and failures and _acted_on(cluster, pod, container, kind):
                    yield _suspect(cluster, pod, container, probe, failures)


def _failures(cluster: Cluster, pod: Pod, kind: str) -> list[str]:
    start = f"{kind.capitalize()} probe"
    return [one.message for one in cluster.events_at(pod.name) if one.message.startswith(start)]


def _acted_on(cluster: Cluster, pod: Pod, container: Container, kind: str) -> bool:
    """Whether the kubelet drew the consequence of this probe."""
    if kind == "readiness":
        fails = container.probe("liveness") is not None and _killed(cluster, pod, "liveness")
        return not container.run.ready and pod.phase in ("Running", "") and not fails
    return container.run.restarts > 0 or _killed(cluster, pod, kind)


def _killed(cluster: Cluster, pod: Pod, kind: str) -> bool:
    return any(one.reason == "Killing" and f"{kind} probe" in one.message for one in cluster.events_at(pod.name))


def _suspect(cluster: Cluster, pod: Pod, container: Container, probe: Probe, failures: list[str]) -> Suspect:
    wrong, score = _wrong(container, probe, failures)
    does = "kills it" if probe.kind != "readiness" else "keeps it out of service"
    why = {
        "incorrect_port": f"it asks port {probe.port}, on which the container does not listen",
        "incorrect_protocol": f"it speaks {probe.handler}, which the container does not",
        "incorrect_path": f"the path {probe.path or '/'} does not answer",
        "incorrect_timing": f"it gives up {probe.patience} s after the start, before the container is up",
        "failing": "the container does not answer it",
    }[wrong]
    quotes = quoted(
        [
            cluster.answers.line(failures[0][:100], about=pod.name),
            cluster.answers.line(f"{probe.kind.capitalize()}:", "delay=", about=pod.name),
            cluster.answers.line("Port:", str(container.ports[0].number), about=pod.name) if container.ports else "",
        ]
    )
    sentence = f"The {probe.kind} probe of {pod.app} {does}: {why}."
    return Suspect(f"app/{pod.app}", f"{probe.kind}_probe_{wrong}", score, sentence, quotes)


def _wrong(container: Container, probe: Probe, failures: list[str]) -> tuple[str, float]:
    """Which relation between probe and container is broken, and how surely."""
    siblings = [one for one in container.probes if one.kind != probe.kind]
    if _elsewhere(container, probe, siblings) or any(_NO_SUCH_PORT.search(one) for one in failures):
        return "incorrect_port", PROVEN
    told = failures[0]
    other = [one for one in siblings if one.handler != probe.handler]
    if any(_OTHER_LANGUAGE.search(one) for one in failures):
        return "incorrect_protocol", PROVEN
    status = _STATUS.search(told)
    if status and status[1] in ("400", "404", "405", "415"):
        return ("incorrect_protocol", BROKEN) if other else ("incorrect_path", BROKEN)
    if other and probe.handler != "exec":
        return "incorrect_protocol", LIKELY
    if probe.kind != "readiness" and probe.patience <= _IMPATIENT_SECONDS:
        return "incorrect_timing", BROKEN
    if "no such file" in told or "executable file not found" in told:
        return "incorrect_path", LIKELY
    if probe.kind != "readiness" and any(probe.patience < one.patience for one in siblings):
        return "incorrect_timing", LIKELY
    return "failing", WEAK


def _elsewhere(container: Container, probe: Probe, siblings: list[Probe]) -> bool:
    """Whether the probe asks a port that nothing says the container listens on."""
    if not probe.port or probe.handler == "exec":
        return False
    names, numbers = {one.name for one in container.ports}, {str(one.number) for one in container.ports}
    if not probe.port.isdigit():
        return bool(names - {""}) and probe.port not in names
    listens = {one.value for one in container.environment if one.name.endswith("PORT")} & {probe.port}
    agreed = {one.port for one in siblings if one.port} == {probe.port}
    return bool(numbers) and probe.port not in numbers and not listens and not agreed
