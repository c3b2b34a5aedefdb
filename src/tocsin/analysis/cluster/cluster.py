"""A whole cluster as typed objects, with the questions every check asks of it. Built by `reading`, read by `checks`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from tocsin.analysis.cluster.answers import Answers
from tocsin.analysis.cluster.objects import (
    Autoscaler,
    Budget,
    Claim,
    Container,
    Deviation,
    Event,
    Labels,
    NetworkRule,
    Node,
    Pod,
    PodSpec,
    Quota,
    Reach,
    Requirement,
    Route,
    Saying,
    Service,
    Unit,
    Volume,
    Workload,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Cluster:
    """Everything the answers told. `listed` names the kinds of which a whole list was seen: only there, absent is missing."""

    answers: Answers
    listed: frozenset[str] = frozenset()
    pods: tuple[Pod, ...] = ()
    workloads: tuple[Workload, ...] = ()
    services: tuple[Service, ...] = ()
    nodes: tuple[Node, ...] = ()
    claims: tuple[Claim, ...] = ()
    volumes: tuple[Volume, ...] = ()
    quotas: tuple[Quota, ...] = ()
    autoscalers: tuple[Autoscaler, ...] = ()
    routes: tuple[Route, ...] = ()
    network_rules: tuple[NetworkRule, ...] = ()
    budgets: tuple[Budget, ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of live objects by kind, for those no check reads (Secret, ServiceAccount, StorageClass...)."""
    secrets: Mapping[str, Labels] = field(default_factory=dict)
    configs: Mapping[str, Labels] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    units: tuple[Unit, ...] = ()
    reaches: tuple[Reach, ...] = ()
    sayings: tuple[Saying, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()

    def missing(self, kind: str, name: str) -> bool:
        """True when a whole list of that kind was seen and the name is not in it."""
        return bool(name) and kind in self.listed and name not in self.names.get(kind, frozenset())

    def pods_of(self, app: str) -> tuple[Pod, ...]:
        """The pods of an app."""
        return self._pods_by_app.get(app, ())

    @cached_property
    def _pods_by_app(self) -> dict[str, tuple[Pod, ...]]:
        return _grouped(self.pods, lambda pod: pod.app)

    def workload(self, app: str) -> Workload | None:
        """The workload of that name."""
        return self._workloads_by_name.get(app)

    @cached_property
    def _workloads_by_name(self) -> dict[str, Workload]:
        return {one.name: one for one in reversed(self.workloads)}

    def spec_of(self, app: str) -> PodSpec:
        """How the app's pods are made: of its first pod, else of its workload."""
        pods, workload = self.pods_of(app), self.workload(app)
        return pods[0].spec if pods else workload.spec if workload else PodSpec()

    def containers(self) -> Iterator[tuple[str, Container]]:
        """App and container, once for each app."""
        for app in dict.fromkeys([*(pod.app for pod in self.pods), *(one.name for one in self.workloads)]):
            yield from ((app, one) for one in self.spec_of(app).containers)

    def service(self, name: str) -> Service | None:
        """The live service of that name; `name.namespace.svc` and `pod.name.namespace.svc` also find it, in that namespace."""
        first, *rest = name.split(".")
        own = self._services_by_name.get(first)
        if own and (not rest or rest[0] == own.namespace):
            return own
        governing = self._services_by_name.get(rest[0]) if len(rest) > 1 else None
        return governing if governing and rest[1] == governing.namespace else None

    @cached_property
    def _services_by_name(self) -> dict[str, Service]:
        return {one.name: one for one in reversed(self.services) if one.live}

    def selected(self, service: Service) -> tuple[Pod, ...]:
        """The pods a service selects."""
        pair = next(iter(service.selector.items()), None)
        return (
            tuple(pod for pod in self._pods_by_label.get(pair, ()) if within(service.selector, pod.labels))
            if pair
            else ()
        )

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str], list[Pod]]:
        found: dict[tuple[str, str], list[Pod]] = {}
        for pod in self.pods:
            for pair in pod.labels.items():
                found.setdefault(pair, []).append(pod)
        return found

    def app_behind(self, service: Service) -> str:
        """The app a service belongs to: whom it selects, else the workload of its name or labels, else its own name."""
        selected = self.selected(service)
        if selected:
            return selected[0].app
        named = self.workload(service.name)
        if named:
            return named.name
        found = (one.name for one in self.workloads if service.selector and within(service.selector, one.pod_labels))
        labelled = (one.name for one in self.workloads if one.labels and one.labels == service.labels)
        return next(found, next(labelled, service.name))

    def app_of(self, event: Event) -> str:
        """The app an event is about: its pod's, or the workload whose name its object's name goes on from."""
        return self._app_by_pod.get(event.name) or self.app_named(event.name)

    @cached_property
    def _app_by_pod(self) -> dict[str, str]:
        return {pod.name: pod.app for pod in self.pods}

    def app_named(self, name: str) -> str:
        """The longest workload name that this name begins with, else the name itself."""
        found = [one.name for one in self.workloads if name == one.name or name.startswith(f"{one.name}-")]
        return max(found, key=len, default=name)

    def events_of(self, app: str) -> tuple[Event, ...]:
        """The events about an app's pods, replica sets and workload."""
        return self._events_by_app.get(app, ())

    def events_at(self, name: str) -> tuple[Event, ...]:
        """The events about the object of that name."""
        return self._events_by_name.get(name, ())

    @cached_property
    def _events_by_app(self) -> dict[str, tuple[Event, ...]]:
        return _grouped(self.events, self.app_of)

    @cached_property
    def _events_by_name(self) -> dict[str, tuple[Event, ...]]:
        return _grouped(self.events, lambda event: event.name)

    def suffers(self, app: str) -> bool:
        """Whether anything speaks of trouble: what the app logs, a pod that is not ready or was started again."""
        return bool(self.sayings_of(app)) or any(not pod.ready or pod.restarts for pod in self.pods_of(app))

    def reachable(self, service: str) -> bool | None:
        """Whether tries to connect succeeded from anywhere; None when nobody tried."""
        tries = [one.ok for one in self.reaches if one.service == service]
        return any(tries) if tries else None

    def variables(self, container: Container) -> dict[str, str]:
        """The environment a container sees, as far as it was told: its own values, then those of Secrets and ConfigMaps."""
        found: dict[str, str] = {}
        for one in container.environment:
            held = self.secrets.get(one.secret, {}) if one.secret else self.configs.get(one.config, {})
            if one.name:
                found[one.name] = one.value or held.get(one.key, "")
            else:
                found = {**held, **found}
        return {name: value for name, value in found.items() if value}

    def sayings_of(self, app: str) -> tuple[Saying, ...]:
        """What the app logged."""
        return self._sayings_by_app.get(app, ())

    @cached_property
    def _sayings_by_app(self) -> dict[str, tuple[Saying, ...]]:
        return _grouped(self.sayings, lambda saying: saying.app)


def _grouped(all_of_them: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for one in all_of_them:
        groups.setdefault(key(one), []).append(one)
    return {name: tuple(some) for name, some in groups.items()}


def within(wanted: Labels, labels: Labels) -> bool:
    """True when all wanted labels are there with these values."""
    return all(labels.get(key) == value for key, value in wanted.items())


def holds(requirement: Requirement, labels: Labels) -> bool:
    """Whether a condition on labels holds, by the API's operators."""
    has, value = requirement.key in labels, labels.get(requirement.key, "")
    match requirement.operator:
        case "In":
            return has and value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return has
        case "DoesNotExist":
            return not has
        case "Gt" | "Lt":
            return _compared(value, requirement)
    return True


def _compared(value: str, requirement: Requirement) -> bool:
    try:
        mine, theirs = int(value), int(requirement.values[0])
    except (ValueError, IndexError):
        return False
    return mine > theirs if requirement.operator == "Gt" else mine < theirs
