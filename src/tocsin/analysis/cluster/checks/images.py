"""Image and registry: what the registry answered when a pod's image was fetched."""

from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container, Pod
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, Suspect

_WAITING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_UNRESOLVED = ("no such host", "name resolution", "server misbehaving", "dial tcp: lookup", "could not resolve")
_UNTRUSTED = ("x509:", "certificate")
_UNREACHED = ("i/o timeout", "connection refused", "context deadline exceeded", "connection reset", "no route to host")
_WRONG_MACHINE = ("no match for platform", "no matching manifest", "exec format error")
_PLAIN = (
    (_UNRESOLVED, "image_registry_dns_failure"),
    (_UNTRUSTED, "image_registry_certificate_invalid"),
    (_WRONG_MACHINE, "image_architecture_mismatch"),
)
_FORBIDDEN = (
    "401 unauthorized",
    "403 forbidden",
    "unauthorized",
    "access denied",
    "denied:",
    "no basic auth",
    "authorize",
)
_UNKNOWN = ("not found", "notfound", "manifest unknown", "does not exist", "invalid reference", "invalid image name")
_WORDS = {
    "image_registry_dns_failure": "the registry's name cannot be resolved",
    "incorrect_image_reference": "the registry has no such image or tag",
    "missing_image_pull_secret": "the registry refuses: the pod brings no credentials that it accepts",
    "image_registry_unreachable": "the registry does not answer",
    "image_registry_certificate_invalid": "the registry's certificate is not trusted",
    "image_architecture_mismatch": "the image is not built for the node's architecture",
}


def pulls(cluster: Cluster) -> Iterator[Suspect]:
    """Image and registry."""
    for pod in cluster.pods:
        for container in pod.containers:
            if container.run.reason in _WAITING or (not container.run.state and pod.reason in _WAITING):
                yield from _refused(cluster, pod, container)


def _refused(cluster: Cluster, pod: Pod, container: Container) -> Iterator[Suspect]:
    messages = [one.message for one in cluster.events_at(pod.name) if container.image in one.message]
    told = " ".join([*messages, container.run.message]).lower()
    if container.run.reason == "InvalidImageName":
        told += " invalid image name"
    secretless = [name for name in pod.spec.pull_secrets if cluster.missing("Secret", name)]
    for code, score in _answered(told, bool(secretless), bool(pod.spec.pull_secrets)):
        quotes = quoted(
            [
                cluster.answers.line("Failed to pull image", container.image, about=pod.name),
                cluster.answers.line("image pull secrets", *secretless[:1], about=pod.name) if secretless else "",
                cluster.answers.line("Image:", container.image, about=pod.name),
            ]
        )
        sentence = f"{pod.app} cannot start because its image cannot be fetched: {_WORDS[code]}."
        yield Suspect(f"app/{pod.app}", code, score, sentence, quotes)


def _answered(told: str, secret_missing: bool, secret_named: bool) -> Iterator[tuple[str, float]]:
    """What the registry's answer means, the surest first."""

    def says(words: tuple[str, ...]) -> bool:
        return any(word in told for word in words)

    plain = next((code for words, code in _PLAIN if says(words)), "")
    if plain:
        yield plain, PROVEN
    elif says(_FORBIDDEN):
        either = says(_UNKNOWN) and not secret_missing and not secret_named
        yield "missing_image_pull_secret", LIKELY if either else PROVEN
        if either:
            yield "incorrect_image_reference", BROKEN
    elif says(_UNKNOWN):
        yield "incorrect_image_reference", PROVEN if not secret_missing else BROKEN
        if secret_missing:
            yield "missing_image_pull_secret", LIKELY
    elif says(_UNREACHED):
        yield "image_registry_unreachable", BROKEN
    elif secret_missing:
        yield "missing_image_pull_secret", LIKELY
    else:
        yield "incorrect_image_reference", LIKELY
