"""Slow, not broken: which app or node the deviations come from, by who calls whom and who runs where.

A caller is as slow as whom it calls, so the blame goes down the calls to the deepest one that is slow by itself. CPU that
rises with throttling is a cause of its own. Many apps slow at once point to the node they share or talk across.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Deviation
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_TIMES = 2.0
_LOSS_RATE = 2.0
"""Retransmissions a second that packet loss makes; a mere delay makes fewer."""
_WIDE = 3
"""From so many apps on that are late without anybody below them being late, no one app explains them."""
_MANY = 5
"""From so many apps on that deviate, the node is worth naming beside the app."""
_STEP = 0.02
"""How much less each further suspect of one kind scores than the one that deviates more."""


@dataclass(frozen=True, slots=True)
class _View:
    """The deviations of one cluster, sorted by what they say."""

    cluster: Cluster

    def of(self, *signals: str, subject: str = "service") -> dict[str, Deviation]:
        """The greatest deviation of those signals for each name, the greatest of all first."""
        found = [one for one in self.cluster.deviations if one.signal in signals and one.subject == subject]
        greatest = {one.name: one for one in sorted(found, key=growth)}
        return dict(sorted(greatest.items(), key=lambda pair: -growth(pair[1])))

    @property
    def starved(self) -> dict[str, Deviation]:
        """Apps whose CPU use grew: by throttling or by cores."""
        return {name: one for name, one in self.of("cpu", "throttling").items() if growth(one) >= _TIMES}

    @property
    def slow(self) -> dict[str, Deviation]:
        """Apps that answer later."""
        return {name: one for name, one in self.of("latency").items() if growth(one) > 1}

    @property
    def roots(self) -> list[str]:
        """Apps that are late or fail although nobody they call is late or fails."""
        late = {**self.slow, **self.of("errors")}
        return [name for name in late if not any(callee in late for callee in _below(self.cluster, name))]

    @property
    def troubled(self) -> set[str]:
        """Apps that deviate in whatever a network fault changes."""
        return set(self.of("latency", "errors", "traffic", "throughput"))


def growth(one: Deviation) -> float:
    """How many times as much as before; a level without a before counts by itself."""
    return one.now / one.before if one.before > 0 else 1.0 + 10 * one.now


def processors(cluster: Cluster) -> Iterator[Suspect]:
    """CPU used and CPU allowed."""
    view = _View(cluster)
    throttled = view.of("throttling")
    for place, (name, one) in enumerate(view.starved.items()):
        deepest = not any(callee in view.starved for callee in _callees(cluster, name))
        score = (PROVEN if name in throttled else LIKELY) - (0 if deepest else 0.1) - place * _STEP
        sentence = f"{name} uses all the CPU it is allowed and answers late."
        quotes = _cited(cluster, [one, throttled.get(name)])
        yield Suspect(f"app/{name}", "pod_cpu_overload", max(score, SUSPECTED), sentence, quotes)


def pod_network(cluster: Cluster) -> Iterator[Suspect]:
    """Latency of an app and of those it calls."""
    view = _View(cluster)
    sure = SUSPECTED if _wide(view) else PROVEN
    for place, (name, one) in enumerate(view.slow.items()):
        if name not in view.starved:
            root = name in view.roots and not view.starved
            score = max((sure if root else SUSPECTED / 2) - place * _STEP, SUSPECTED / 4)
            sentence = (
                f"{name} answers late though it has CPU enough and nothing it calls is late: its network delays it."
            )
            yield Suspect(f"app/{name}", "pod_network_delay", score, sentence, _cited(cluster, [one]))


def node_network(cluster: Cluster) -> Iterator[Suspect]:
    """Retransmissions of a node, and the apps that run on it or talk to it."""
    view = _View(cluster)
    retransmitting = view.of("retransmission", subject="node")
    wide = _wide(view)
    if not wide and (view.starved or len(view.troubled) < _MANY):
        return
    loss = max((one.now for one in retransmitting.values()), default=0.0) >= _LOSS_RATE
    code = "node_network_packet_loss" if loss else "node_network_delay"
    where = {name: one.now for name, one in retransmitting.items()} if loss else _shares(cluster, view)
    sure = (PROVEN if loss else BROKEN) if wide else SUSPECTED
    for place, name in enumerate(sorted(where, key=lambda name: -where[name])):
        score = sure - min(place, 3) / 10
        far = where[name] * 2 < max(where.values())
        what = "loses packets" if loss else "delays packets"
        sentence = f"The apps on {name} and those that talk to them deviate together: the node {what}."
        lines = _cited(cluster, [retransmitting.get(name), *view.slow.values()])
        yield Suspect(f"node/{name}", code, min(score, SUSPECTED) if far else score, sentence, lines)


def _wide(view: _View) -> bool:
    """Whether more deviates than one app explains: a node retransmits, or many apps are late that nobody below explains."""
    nodes = view.of("retransmission", subject="node")
    return bool(view.troubled) and not view.starved and (bool(nodes) or len(view.roots) >= _WIDE)


def _shares(cluster: Cluster, view: _View) -> dict[str, float]:
    """For each node how much of what runs there deviates, and how much of what is called across its border is late."""
    here: dict[str, set[str]] = {}
    for pod in cluster.pods:
        if pod.node:
            here.setdefault(pod.node, set()).add(pod.app)
    return {node: _part(apps, view.troubled) + _late_across(cluster, apps, view) for node, apps in here.items()}


def _part(some: Iterable[str], troubled: set[str]) -> float:
    names = list(some)
    return sum(name in troubled for name in names) / len(names) if names else 0.0


def _late_across(cluster: Cluster, apps: set[str], view: _View) -> float:
    """Of the callers with a call between this node and another, the share that deviates."""
    return _part({caller for caller, callee in cluster.calls if (caller in apps) != (callee in apps)}, view.troubled)


def _callees(cluster: Cluster, name: str) -> list[str]:
    return [callee for caller, callee in cluster.calls if caller == name]


def _below(cluster: Cluster, name: str) -> set[str]:
    """Everybody called, directly or through others."""
    found: set[str] = set()
    waiting = _callees(cluster, name)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(_callees(cluster, one))
    return found - {name}


def _cited(cluster: Cluster, deviations: Iterable[Deviation | None]) -> tuple[str, ...]:
    return quoted(cluster.answers.line(one.line[:100]) for one in deviations if one)


def autoscalers(cluster: Cluster) -> Iterator[Suspect]:
    """An autoscaler and its bounds and measurements."""
    for one in cluster.autoscalers:
        blind = next((c for c in one.conditions if c.type == "ScalingActive" and c.status == "False"), None)
        limited = next((c for c in one.conditions if c.type == "ScalingLimited" and c.status == "True"), None)
        if blind:
            sentence = f"The autoscaler of {one.target} cannot read what it scales by: {blind.reason}."
            yield Suspect(
                f"app/{one.target}",
                "autoscaler_without_metrics",
                LIKELY,
                sentence,
                quoted([cluster.answers.line(blind.reason)]),
            )
        elif limited and limited.reason == "TooManyReplicas":
            sentence = f"{one.target} is held at its autoscaler's maximum of {one.most} and would need more."
            quotes = quoted([cluster.answers.line("TooManyReplicas", about=one.name)])
            yield Suspect(f"app/{one.target}", "autoscaler_at_maximum", LIKELY, sentence, quotes)
        elif (
            one.most
            and one.current is not None
            and one.current >= one.most
            and (limited or one.target in _View(cluster).troubled)
        ):
            sentence = f"{one.target} runs at its autoscaler's maximum of {one.most}."
            yield Suspect(
                f"app/{one.target}",
                "autoscaler_at_maximum",
                SUSPECTED,
                sentence,
                quoted([cluster.answers.line(one.name)]),
            )


def disruption(cluster: Cluster) -> Iterator[Suspect]:
    """A disruption budget and those who have to move."""
    stuck = [one for one in cluster.events if "disruption budget" in one.message]
    for budget in cluster.budgets:
        held = [
            pod
            for pod in cluster.pods
            if budget.selector and all(pod.labels.get(k) == v for k, v in budget.selector.items())
        ]
        if stuck and held and budget.allowed == 0:
            sentence = f"The disruption budget {budget.name} lets no pod of {held[0].app} be moved."
            yield Suspect(
                f"app/{held[0].app}",
                "disruption_budget_blocks",
                LIKELY,
                sentence,
                quoted([stuck[0].line or stuck[0].message]),
            )
