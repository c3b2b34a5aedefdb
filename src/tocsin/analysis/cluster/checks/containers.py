"""Containers that do not stay up: memory limit, references, commands, ports inside the pod, rights on volumes."""

import re
from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container, Pod
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, WEAK, Suspect

_OUT_OF_MEMORY = re.compile(r"OOM-?killed|OutOfMemory|out of memory", re.IGNORECASE)
_NO_SUCH = re.compile(r'(secret|configmap) "([^"]+)" not found')
_NO_KEY = re.compile(r"couldn't find key (\S+) in (Secret|ConfigMap) (\S+)")
_IN_USE = re.compile(
    r"address already in use|EADDRINUSE|port \d+ (?:is|was) already in use|Only one usage of each socket", re.I
)
_DENIED = re.compile(r"permission denied|EACCES|AccessDeniedException|Operation not permitted", re.IGNORECASE)
_WRONG_MACHINE = re.compile(r"exec format error", re.IGNORECASE)
_NO_COMMAND = re.compile(
    r"executable file not found|no such file or directory: unknown|exec: \"[^\"]*\": stat", re.IGNORECASE
)
_GIVEN_UP = ("BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy")
_FALLEN = ("CrashLoopBackOff", "Error", "RunContainerError", "StartError", "CreateContainerError")


def struggling(pod: Pod, container: Container) -> bool:
    """True when the container does not run, or has been started again."""
    run = container.run
    return run.restarts > 0 or run.reason in _FALLEN or run.state in ("waiting", "terminated") or pod.reason in _FALLEN


def _told(cluster: Cluster, pod: Pod, container: Container) -> list[str]:
    """What the kubelet says of a container."""
    run = container.run
    events = [one.message for one in cluster.events_at(pod.name) if one.type == "Warning"]
    return [run.message, run.last_message, *events]


def memory(cluster: Cluster) -> Iterator[Suspect]:
    """Memory limit and what the container needs."""
    for pod in cluster.pods:
        for one in pod.containers:
            named = "OOMKilled" in (one.run.reason, one.run.last_reason, pod.reason)
            said = next((text for text in _told(cluster, pod, one) if _OUT_OF_MEMORY.search(text)), "")
            if (named or said) and struggling(pod, one):
                limit = one.limits.get("memory", "")
                line = cluster.answers.line
                quotes = quoted(
                    [
                        line("OOMKilled", about=pod.name) if named else "",
                        line(said[:120], about=pod.name) if said else "",
                        line("memory:", limit, about=pod.name) if limit else "",
                    ]
                )
                within = f"its memory limit of {limit}" if limit else "the memory of its node"
                sentence = f"{pod.app} is killed for using more than {within}."
                score = SUSPECTED if _past(cluster, pod, one) else PROVEN
                yield Suspect(f"app/{pod.app}", "oom_killed", score, sentence, quotes)


def _past(cluster: Cluster, pod: Pod, container: Container) -> bool:
    """Whether it happened once, the container runs again, and no warning about the pod is left."""
    warned = any(one.type == "Warning" for one in cluster.events_at(pod.name))
    return container.run.ready is True and container.run.restarts == 1 and not warned


def references(cluster: Cluster) -> Iterator[Suspect]:
    """Secrets and ConfigMaps a container binds and what there is."""
    for pod in cluster.pods:
        if pod.ready:
            continue
        told = [text for one in pod.containers for text in _told(cluster, pod, one)]
        for kind, name in _unbound(cluster, pod, told):
            code = "missing_secret_binding" if kind == "Secret" else "missing_config_map"
            line = cluster.answers.line
            quotes = quoted([line(name, "not found", about=pod.name), line(name, about=pod.name)])
            score = PROVEN if any(name in text for text in told) else BROKEN
            sentence = f"{pod.app} cannot start: it binds the {kind} {name}, which does not exist or lacks the key."
            yield Suspect(f"app/{pod.app}", code, score, sentence, quotes)


def _unbound(cluster: Cluster, pod: Pod, told: list[str]) -> list[tuple[str, str]]:
    kinds = {"secret": "Secret", "configmap": "ConfigMap"}
    found = [(kinds[kind], name) for text in told for kind, name in _NO_SUCH.findall(text)]
    found += [(kind, name.rpartition("/")[2]) for text in told for _, kind, name in _NO_KEY.findall(text)]
    named = [variable for one in pod.containers for variable in one.environment if not variable.optional]
    bound = [("Secret", one.secret) for one in named] + [("ConfigMap", one.config) for one in named]
    volumes = [one for one in pod.spec.volumes if not one.optional]
    bound += [
        ("Secret" if one.kind == "secret" else "ConfigMap", one.source)
        for one in volumes
        if one.kind in ("secret", "config")
    ]
    return list(dict.fromkeys([*found, *((kind, name) for kind, name in bound if cluster.missing(kind, name))]))


def rights(cluster: Cluster) -> Iterator[Suspect]:
    """The user a container runs as and the volumes it writes to."""
    for pod in cluster.pods:
        own = [mount for mount in pod.spec.volumes if mount.kind in ("host", "claim")]
        for one in pod.containers:
            mounted = [volume for volume in one.mounts.values() if volume in {mount.name for mount in own}]
            said = [text for text in _spoken(cluster, pod, one) if _DENIED.search(text)]
            if struggling(pod, one) and said and (mounted or any(path in said[0] for path in one.mounts)):
                quotes = quoted(
                    [
                        cluster.answers.line(said[0][-120:]),
                        cluster.answers.line(" from ", mounted[0]) if mounted else "",
                    ]
                )
                sentence = f"{pod.app} may not use a volume it mounts: it runs as another user than the files allow."
                yield Suspect(f"app/{pod.app}", "volume_mount_permission_denied", PROVEN, sentence, quotes)


def _spoken(cluster: Cluster, pod: Pod, container: Container) -> list[str]:
    return [*_told(cluster, pod, container), *(saying.text for saying in cluster.sayings_of(pod.app))]


def shared_port(cluster: Cluster) -> Iterator[Suspect]:
    """The containers of one pod share one network: no two may listen on the same port."""
    for app in dict.fromkeys(pod.app for pod in cluster.pods):
        pod = cluster.pods_of(app)[0]
        said = next((one.text for one in cluster.sayings_of(app) if _IN_USE.search(one.text)), "")
        said = said or next((t for one in pod.containers for t in _told(cluster, pod, one) if _IN_USE.search(t)), "")
        twice = _twice(pod)
        if twice or (said and len(pod.spec.containers) > 1):
            hurt = bool(said) or any(struggling(pod, one) or one.run.ready is False for one in pod.spec.containers)
            score = PROVEN if said else BROKEN if hurt else SUSPECTED
            quotes = quoted(
                [
                    cluster.answers.line(said[-120:]) if said else "",
                    cluster.answers.line("Port:", twice, about=pod.name),
                ]
            )
            sentence = f"Two containers of {app} want the same port{f' {twice}' if twice else ''}."
            yield Suspect(f"app/{app}", "service_sidecar_port_conflict", score, sentence, quotes)
        elif said and struggling(pod, pod.spec.containers[0] if pod.spec.containers else Container("")):
            yield Suspect(
                f"app/{app}", "service_sidecar_port_conflict", LIKELY, f"{app} finds its port in use.", quoted([said])
            )


def _twice(pod: Pod) -> str:
    """A port two containers claim, declared or in a variable that names the port to listen on."""
    seen: set[str] = set()
    for one in pod.spec.containers:
        own = {str(port.number) for port in one.ports}
        own |= {
            variable.value for variable in one.environment if variable.name in ("PORT", "SERVER_PORT", "LISTEN_PORT")
        }
        again = sorted(port for port in own & seen if port not in ("", "0"))
        if again:
            return again[0]
        seen |= own
    return ""


def starts(cluster: Cluster) -> Iterator[Suspect]:
    """Command and image: what is to be run, and whether the machine can."""
    for pod in cluster.pods:
        for one in pod.containers:
            said = " ".join(_spoken(cluster, pod, one)) if struggling(pod, one) else ""
            code = (
                "image_architecture_mismatch"
                if _WRONG_MACHINE.search(said)
                else "container_command_invalid"
                if _NO_COMMAND.search(said)
                else ""
            )
            if code:
                pattern = _WRONG_MACHINE if code.startswith("image") else _NO_COMMAND
                found = pattern.search(said)
                quotes = quoted([cluster.answers.line(found[0]) if found else ""])
                yield Suspect(f"app/{pod.app}", code, BROKEN, f"{pod.app} cannot run what it is told to start.", quotes)


def crashes(cluster: Cluster) -> Iterator[Suspect]:
    """A container that keeps ending by itself, when nothing better explains it; init containers hold up all others."""
    for pod in cluster.pods:
        for one in pod.spec.init_containers:
            if one.run.reason in _FALLEN or one.run.last_exit_code:
                sentence = f"{pod.app} waits for its init container {one.name}, which fails."
                yield Suspect(f"app/{pod.app}", "init_container_failure", LIKELY, sentence, _seen(cluster, pod))
        if any(one.run.reason == "CrashLoopBackOff" for one in pod.spec.containers):
            sentence = f"{pod.app} keeps ending and being started again."
            yield Suspect(f"app/{pod.app}", "container_crash_loop", SUSPECTED, sentence, _seen(cluster, pod))
        elif pod.reason == "Evicted":
            sentence = f"A pod of {pod.app} was evicted: {pod.message or 'its node ran short'}."
            replaced = any(one.ready for one in cluster.pods_of(pod.app)) and not short_of_ready(cluster, pod.app)
            yield Suspect(f"app/{pod.app}", "pod_evicted", WEAK if replaced else LIKELY, sentence, _seen(cluster, pod))
        elif pod.ready is False and pod.phase == "Running":
            yield Suspect(
                f"app/{pod.app}", "container_not_ready", WEAK, f"{pod.app} is not ready.", _seen(cluster, pod)
            )


def short_of_ready(cluster: Cluster, app: str) -> bool:
    """Whether fewer of an app's pods are ready than its workload wants."""
    workload = cluster.workload(app)
    wanted = workload.desired if workload and workload.desired is not None else 1
    return sum(pod.ready is True for pod in cluster.pods_of(app)) < wanted


def jobs(cluster: Cluster) -> Iterator[Suspect]:
    """A job and whether it will ever be done."""
    for one in cluster.workloads:
        told = next((e for e in cluster.events_at(one.name) if e.reason in _GIVEN_UP), None)
        if one.kind == "Job" and one.live and (one.gave_up or told):
            line = cluster.answers.line
            quotes = quoted([line(told.message[:80], about=one.name) if told else "", line(one.name, about="jobs")])
            why = told.message if told else one.gave_up
            yield Suspect(f"app/{one.name}", "job_failed", LIKELY, f"The job {one.name} gave up: {why}.", quotes)


def _seen(cluster: Cluster, pod: Pod) -> tuple[str, ...]:
    return quoted([cluster.answers.line(pod.name)])
