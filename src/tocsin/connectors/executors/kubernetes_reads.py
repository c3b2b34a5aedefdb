"""What each looking verb asks the Kubernetes API, and how the answer is written. Called by `kubernetes`; changes nothing."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import Field, field_validator

from tocsin.connectors.executors import kubernetes_objects as objects
from tocsin.connectors.executors.call import failed
from tocsin.connectors.executors.kubernetes_changes import Get, NoOptions, Subject
from tocsin.connectors.executors.kubernetes_objects import Document, dig
from tocsin.model.action import Outcome
from tocsin.model.ground import Value

Text = Callable[..., Awaitable[str]]
"""`await text(path, **query)`: an answer as it came, bounded."""
EVENTS = 50


class LogOptions(Value):
    """How much of a log: the last `tail` lines, of the time `since` (`15m`), of the container before the last restart."""

    tail: int = Field(default=200, ge=1, le=5_000)
    since: str = ""
    previous: bool = False
    container: str = Field(default="", pattern=rf"^({objects.NAME})?$")

    @field_validator("since")
    @classmethod
    def _span(cls, since: str) -> str:
        if since:
            objects.seconds(since)
        return since

    def query(self) -> dict[str, str]:
        """As the API's parameters."""
        since = {"sinceSeconds": str(objects.seconds(self.since))} if self.since else {}
        container = {"container": self.container} if self.container else {}
        return {"tailLines": str(self.tail), "previous": str(self.previous).lower(), **since, **container}


async def get_table(get: Get, subject: Subject) -> Outcome:
    """The object, or all of its kind in the namespace, in the columns that the server itself prints for kubectl."""
    found = await get(subject.path, as_table=True)
    shown = [not column.get("priority") for column in found.get("columnDefinitions") or []]
    names = [str(column.get("name")).lower() for column in found.get("columnDefinitions") or []]
    rows = [names, *([str(cell) for cell in row.get("cells") or []] for row in found.get("rows") or [])]
    lines = ["\t".join(cell for cell, wanted in zip(row, shown, strict=False) if wanted) for row in rows]
    return Outcome(ok=True, said=f"Read {_subject(subject)}.", output="\n".join(lines))


async def describe(get: Get, subject: Subject) -> Outcome:
    """The object with the events about it."""
    found = await get(subject.path)
    told = await _events(get, subject, str(found.get("kind") or "")) if subject.name else []
    return Outcome(
        ok=True,
        said=f"Read {_subject(subject)} and {len(told)} events.",
        output="\n".join((*told, _json(found))),
    )


async def events(get: Get, subject: Subject) -> Outcome:
    """What the cluster says happened to it, newest last."""
    found = await get(subject.path) if subject.name else {}
    told = await _events(get, subject, str(found.get("kind") or ""))
    return Outcome(ok=True, said=f"Read {len(told)} events of {_subject(subject)}.", output="\n".join(told))


async def rollout_status(get: Get, subject: Subject) -> Outcome:
    """Whether the rollout is complete; `ok` is the answer."""
    done, said = objects.rollout_state(await get(subject.path))
    return Outcome(ok=done, said=f"{subject}: {said}.", output=said)


async def top(get: Get, subject: Subject) -> Outcome:
    """Processor and memory of pods or nodes, from the metrics server."""
    if subject.kind not in ("pod", "node"):
        raise failed(f"Nothing measures a {subject.kind}.", "Ask for `kind: pod` or `kind: node`.")
    found = await get(objects.path_of(f"{subject.kind} metrics", subject.namespace, subject.name))
    measured = found.get("items", [found])
    lines = ["name\tcpu\tmemory", *(line for one in measured for line in _usage(one))]
    return Outcome(ok=True, said=f"Read the usage of {len(measured)} {subject.kind}s.", output="\n".join(lines))


async def logs(get: Get, text: Text, subject: Subject, options: LogOptions) -> Outcome:
    """The last lines of a pod; of a workload, of its newest pod."""
    pod = subject.name if subject.kind == "pod" else await _newest_pod(get, subject)
    written = await text(objects.path_of("pod", subject.namespace, pod, "log"), **options.query())
    return Outcome(ok=True, said=f"Read {len(written.splitlines())} lines of pod {pod}.", output=written)


async def _newest_pod(get: Get, subject: Subject) -> str:
    workload = await get(subject.path)
    pods = await get(objects.path_of("pod", subject.namespace), labelSelector=objects.selector_text(workload))
    found = sorted(
        (str(dig(pod, "metadata", "creationTimestamp")), str(dig(pod, "metadata", "name")))
        for pod in pods.get("items") or []
    )
    if not found:
        raise failed(f"{subject} has no pods.", "Look at its events.")
    return found[-1][1]


async def _events(get: Get, subject: Subject, kind: str) -> list[str]:
    about = {"involvedObject.name": subject.name, "involvedObject.kind": kind}
    selector = ",".join(f"{name}={value}" for name, value in about.items() if value)
    place = subject.namespace or "default"  # events of nodes are kept there
    found = await get(objects.path_of("event", place), **({"fieldSelector": selector} if selector else {}))
    told = sorted((_when(one), _told(one)) for one in found.get("items") or [])
    return [f"{at} {text}" for at, text in told][-EVENTS:]


def _when(event: Document) -> str:
    return str(
        event.get("lastTimestamp") or event.get("eventTime") or dig(event, "metadata", "creationTimestamp") or ""
    )


def _told(event: Document) -> str:
    return f"{event.get('type')} {event.get('reason')} x{event.get('count') or 1}: {event.get('message')}"


def _usage(one: Document) -> list[str]:
    """A node's line, or one for each container of a pod."""
    name = str(dig(one, "metadata", "name"))
    parts: list[Any] = one.get("containers") or [one]
    return [
        f"{name}{'/' + part['name'] if 'name' in part else ''}\t{dig(part, 'usage', 'cpu')}\t{dig(part, 'usage', 'memory')}"
        for part in parts
    ]


def _json(document: Document) -> str:
    return json.dumps(objects.without_noise(document), indent=1, ensure_ascii=False)


def _subject(subject: Subject) -> str:
    return str(subject) if subject.name else f"every {subject.kind} in {subject.namespace or 'the cluster'}"


LOOKS: dict[str, Callable[[Get, Subject], Awaitable[Outcome]]] = {
    "get": get_table,
    "describe": describe,
    "events": events,
    "rollout_status": rollout_status,
    "top": top,
}
OPTIONS: dict[str, type[Value]] = {**dict.fromkeys(LOOKS, NoOptions), "logs": LogOptions}
