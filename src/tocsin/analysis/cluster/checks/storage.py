"""Claims and volumes: why a claim is not bound, and what a pod mounts that is not there."""

from collections.abc import Iterator

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster, holds, within
from tocsin.analysis.cluster.objects import Claim, Volume
from tocsin.analysis.cluster.quantity import quantity
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_PHASES = {"Available": 0, "": 0, "Bound": 1, "Released": 2, "Failed": 3}
_WORDS = {
    "pvc_storage_class_mismatch": "its storage class is not that of any volume",
    "pvc_access_mode_mismatch": "no volume allows its access mode",
    "pvc_capacity_mismatch": "it asks for more than any volume holds",
    "pvc_selector_mismatch": "its selector matches no volume's labels",
    "pv_binding_occupied": "the volume it would fit is held by another claim",
}


def binding(cluster: Cluster) -> Iterator[Suspect]:
    """Claim and volume."""
    for claim in cluster.claims:
        if claim.phase in ("Pending", "Lost") and claim.live:
            for app in users(cluster, claim.name):
                yield from _unbound(cluster, claim, app)


def users(cluster: Cluster, claim: str) -> tuple[str, ...]:
    """The apps that mount a claim."""
    specs = [*((pod.app, pod.spec) for pod in cluster.pods), *((one.name, one.spec) for one in cluster.workloads)]
    found = [app for app, spec in specs if any(one.kind == "claim" and one.source == claim for one in spec.volumes)]
    return tuple(dict.fromkeys(found))


def _unbound(cluster: Cluster, claim: Claim, app: str) -> Iterator[Suspect]:
    if claim.storage_class and cluster.missing("StorageClass", claim.storage_class):
        yield _suspect(cluster, claim, app, "pvc_storage_class_mismatch", PROVEN)
        return
    ranked = sorted(cluster.volumes, key=lambda one: (_PHASES.get(one.phase, 3), len(misfits(claim, one))))
    best = [one for one in ranked if one.live][:1]
    for volume in best:
        codes = misfits(claim, volume)
        if volume.phase not in ("Available", ""):
            yield _suspect(cluster, claim, app, "pv_binding_occupied", LIKELY if codes else PROVEN, volume)
        for place, code in enumerate(codes):
            yield _suspect(cluster, claim, app, code, (PROVEN if not place else LIKELY), volume)
    held = next((one for one in ranked if one.phase == "Bound" and not misfits(claim, one)), None)
    if held and held not in best:
        yield _suspect(cluster, claim, app, "pv_binding_occupied", SUSPECTED, held)


def misfits(claim: Claim, volume: Volume) -> list[str]:
    """Where this volume is not what the claim asks for."""
    found = []
    if claim.storage_class is not None and claim.storage_class != volume.storage_class:
        found.append("pvc_storage_class_mismatch")
    if volume.modes and set(claim.modes) - set(volume.modes):
        found.append("pvc_access_mode_mismatch")
    asked, holds_ = quantity(claim.request), quantity(volume.capacity)
    if asked is not None and holds_ is not None and asked > holds_:
        found.append("pvc_capacity_mismatch")
    wished = within(claim.selector, volume.labels) and all(holds(one, volume.labels) for one in claim.requirements)
    if not wished:
        found.append("pvc_selector_mismatch")
    return found


def _suspect(
    cluster: Cluster, claim: Claim, app: str, code: str, score: float, volume: Volume | None = None
) -> Suspect:
    line = cluster.answers.line
    quotes = quoted(
        [
            line("FailedBinding", about=claim.name) or line("ProvisioningFailed", about=claim.name),
            line(claim.name, "Pending"),
            line(volume.name, volume.capacity, volume.phase) if volume else "",
        ]
    )
    return Suspect(f"app/{app}", code, score, f"{app} waits for its volume claim {claim.name}: {_WORDS[code]}.", quotes)


def mounted(cluster: Cluster) -> Iterator[Suspect]:
    """What a waiting pod mounts and what there is."""
    for pod in cluster.pods:
        if pod.ready:
            continue
        for volume in pod.spec.volumes:
            if volume.kind == "claim" and cluster.missing("PersistentVolumeClaim", volume.source):
                quotes = quoted([cluster.answers.line(volume.source, "not found", about=pod.name)])
                sentence = f"{pod.app} mounts the claim {volume.source}, which does not exist."
                yield Suspect(f"app/{pod.app}", "missing_volume_claim", LIKELY, sentence, quotes)
        for event in cluster.events_at(pod.name):
            if event.reason in ("FailedAttachVolume", "FailedMount"):
                yield from _not_attached(cluster, pod.app, event.message)


def _not_attached(cluster: Cluster, app: str, message: str) -> Iterator[Suspect]:
    line = quoted([cluster.answers.line(message[:100])])
    if "Multi-Attach" in message or "already exclusively attached" in message:
        yield Suspect(
            f"app/{app}", "volume_attached_elsewhere", BROKEN, f"A volume of {app} is in use elsewhere.", line
        )
    elif "permission denied" in message.lower():
        sentence = f"The kubelet may not mount a volume of {app}."
        yield Suspect(f"app/{app}", "volume_mount_permission_denied", BROKEN, sentence, line)
