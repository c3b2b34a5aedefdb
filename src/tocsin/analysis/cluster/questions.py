"""What an answer's name says was asked: `get-pods`, `kubectl describe pod web -n shop`, `systemctl node-1`. Used by `reading`."""

import re
from dataclasses import dataclass

_KINDS = {
    "pod": "Pod",
    "po": "Pod",
    "deployment": "Deployment",
    "deploy": "Deployment",
    "statefulset": "StatefulSet",
    "sts": "StatefulSet",
    "daemonset": "DaemonSet",
    "ds": "DaemonSet",
    "replicaset": "ReplicaSet",
    "rs": "ReplicaSet",
    "job": "Job",
    "cronjob": "CronJob",
    "cj": "CronJob",
    "service": "Service",
    "svc": "Service",
    "endpoint": "Endpoints",
    "endpointslice": "EndpointSlice",
    "ep": "Endpoints",
    "node": "Node",
    "no": "Node",
    "event": "Event",
    "ev": "Event",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "pvc": "PersistentVolumeClaim",
    "persistentvolume": "PersistentVolume",
    "pv": "PersistentVolume",
    "storageclass": "StorageClass",
    "storageclasse": "StorageClass",
    "sc": "StorageClass",
    "resourcequota": "ResourceQuota",
    "quota": "ResourceQuota",
    "configmap": "ConfigMap",
    "cm": "ConfigMap",
    "secret": "Secret",
    "serviceaccount": "ServiceAccount",
    "sa": "ServiceAccount",
    "ingress": "Ingress",
    "ingresse": "Ingress",
    "ing": "Ingress",
    "networkpolicy": "NetworkPolicy",
    "networkpolicie": "NetworkPolicy",
    "netpol": "NetworkPolicy",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
    "hpa": "HorizontalPodAutoscaler",
    "poddisruptionbudget": "PodDisruptionBudget",
    "pdb": "PodDisruptionBudget",
}
_QUESTION = re.compile(
    r"(?:kubectl[\s-]+)?(get|describe|logs|manifest|reach|systemctl|alerts|calls|events)\b[\s-]*(.*)"
)
NAMESPACE = re.compile(r"(?:^|\s)(?:-n|--namespace)[\s=]+(\S+)")
OBSERVED = ("logs", "reach", "systemctl", "alerts", "calls")
"""Questions whose answers are no objects."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer's name says was asked: `get pods`, `describe-node-a`, `logs shop/web`."""

    verb: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    narrowed: bool = False
    """True when only some of the kind were asked for."""
    kinds: tuple[str, ...] = ()
    """All kinds of a question for several: `get deploy,svc`. `kind` is "" then."""


def question(name: str) -> Question:
    """Reads an answer's name; what it does not tell is ""."""
    found = _QUESTION.match(name.strip())
    if not found:
        return Question()
    space = NAMESPACE.search(name)
    verb, words = found[1], re.sub(r"(?:^|\s)-\S+(?:[\s=]+\S+)?", "", f" {found[2]}").strip()
    if verb in OBSERVED:
        return Question(verb, "", words.split(" ")[0], space[1] if space else "", narrowed=True)
    first, rest = _first_word(words)
    kinds = tuple(kind_named(one) for one in first.split(","))
    known = all(kinds) or first == "all"
    named = (rest if known else words).split(" ")[0]
    selecting = any(one.startswith(("-l", "--selector", "--field-selector")) for one in found[2].split())
    kind = kinds[0] if len(kinds) == 1 else ""
    return Question(verb, kind, named, space[1] if space else "", bool(named or selecting), kinds if known else ())


def kind_named(word: str) -> str:
    """`pods`, `po`, `Pod` and `pods.v1` are all `Pod`; "" for what is no kind."""
    plain = word.lower().partition(".")[0]
    return _KINDS.get(plain.removesuffix("s"), _KINDS.get(plain, ""))


def _first_word(words: str) -> tuple[str, str]:
    """`pods web` or a stem's `pod-web`: the first word and the rest."""
    for separator in (" ", "/", "-"):
        first, apart, rest = words.partition(separator)
        if apart and (separator == " " or kind_named(first)):
            return first, "" if rest in ("wide", "all", "o-wide") else rest
    return words, ""
