"""`kubernetes`: looks at and changes one named object of a cluster, over its API. No kubectl, no shell, no manifest.

A change is rehearsed by the very requests it will send, with `dryRun=All`: the server admits and validates them and keeps
nothing. The cluster is chosen by the environment of the incident, never by the step.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pydantic
from pydantic import Field, field_validator

from tocsin.config import Secret
from tocsin.connectors.executors import kubernetes_changes as changes
from tocsin.connectors.executors import kubernetes_objects as objects
from tocsin.connectors.executors import kubernetes_reads as reads
from tocsin.connectors.executors.call import (
    OUTPUT_BYTES,
    Reach,
    bounded,
    failed,
    honest,
    must_only_read,
    read_call,
    refused,
)
from tocsin.connectors.executors.kubernetes_changes import Plan, Subject
from tocsin.connectors.executors.sending import Answer, Request, Wire
from tocsin.errors import SourceError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.model.ground import Value

CHANGES: dict[str, tuple[Callable[..., Awaitable[Plan]], type[Value]]] = {
    "scale": (changes.scale, changes.ScaleOptions),
    "restart": (changes.restart, changes.NoOptions),
    "rollout_undo": (changes.rollout_undo, changes.UndoOptions),
    "set_resources": (changes.set_resources, changes.ResourceOptions),
    "delete_pod": (changes.delete_pod, changes.NoOptions),
    "cordon": (changes.cordon, changes.NoOptions),
    "uncordon": (changes.uncordon, changes.NoOptions),
    "drain": (changes.drain, changes.DrainOptions),
}
EVICTION_PAUSE_SECONDS = 5.0
"""As kubectl waits before it asks again for an eviction that a budget held back."""
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io, application/json"
WITHOUT_NAME = frozenset({"get", "describe", "events", "top"})
"""Verbs that may look at all objects of a kind."""


class ClusterAccess(Reach):
    """One entry of `executors.kubernetes.clusters`."""

    url: str = Field(pattern=r"^https?://[^/?#@\s]+(/[^?#@\s]*)?$")
    token: Secret | None = None
    """Read anew for each request, so a rotated file is noticed."""
    ca_file: str = ""
    """The cluster's certificate authority; "" for the system's."""


class KubernetesConfig(Value):
    """Section `executors.kubernetes`."""

    clusters: dict[str, ClusterAccess] = Field(default_factory=dict)


class KubernetesCall(Value):
    """The `run` entry of a kubernetes step, slots filled."""

    executor: Literal["kubernetes"]
    verb: str
    kind: str = "deployment"
    name: str = Field(default="", pattern=rf"^({objects.NAME})?$")
    namespace: str = Field(default="", pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$")
    options: dict[str, str | int | bool] = Field(default_factory=dict)

    @field_validator("verb")
    @classmethod
    def _verb(cls, verb: str) -> str:
        if verb not in {*CHANGES, *reads.OPTIONS}:
            raise ValueError(f"there is no verb {verb!r}")
        return verb

    @field_validator("kind")
    @classmethod
    def _kind(cls, kind: str) -> str:
        return objects.known_kind(kind)

    def subject(self) -> Subject:
        """The object, with its place in the API checked. Raises SourceError."""
        kind = "pod" if self.verb == "delete_pod" else self.kind
        kind = "node" if self.verb in ("cordon", "uncordon", "drain") else kind
        if not self.name and self.verb not in WITHOUT_NAME:
            raise refused(f"`{self.verb}` needs the name of one object.", "Give `name` in the step.")
        if objects.KINDS[kind].namespaced and not self.namespace:
            raise refused(f"A {kind} lives in a namespace.", "Give `namespace` in the step.")
        return Subject(kind, self.name, self.namespace if objects.KINDS[kind].namespaced else "")

    def settings(self) -> Value:
        """The verb's options by their own type. Raises SourceError."""
        model = CHANGES[self.verb][1] if self.verb in CHANGES else reads.OPTIONS[self.verb]
        try:
            return model.model_validate(self.options)
        except pydantic.ValidationError as mistake:
            first = mistake.errors()[0]
            where = ".".join(map(str, ("options", *first["loc"])))
            raise refused(f"`{self.verb}`: {where}: {first['msg']}.", "Correct the step.") from mistake


class Kubernetes:
    """Executor over the Kubernetes API. `wires` holds one opened wire for each configured cluster."""

    name = "kubernetes"

    def __init__(self, config: KubernetesConfig, wires: Mapping[str, Wire]) -> None:
        self._clusters, self._wires = config.clusters, wires

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """What the server says to the same requests in its dry run; for a look, what would be read."""
        return await honest(self._rehearse(step))

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """Looks, or sends the change once. Raises SourceError or OutcomeUnknown."""
        call, cluster = self._checked(step)
        if call.verb not in CHANGES:
            return await self._look(step, call, cluster)
        plan = await self._plan(step, call, cluster, key)
        unmet = [f"{must} ({seen})" for must, holds, seen in plan.preconditions if not holds]
        if unmet:
            raise failed(f"Nothing was done: not so: {'; '.join(unmet)}.", "Rehearse the step again and decide anew.")
        return await self._carry_out(step, cluster, plan)

    async def _rehearse(self, step: RenderedStep) -> Rehearsal:
        call, cluster = self._checked(step)
        if call.verb not in CHANGES:
            return Rehearsal(ok=True, said=f"Would read {call.verb} of {call.subject()}; nothing is changed.")
        plan = await self._plan(step, call, cluster, "")
        for request in plan.requests:
            await cluster.send(step, replace(request, query={**request.query, "dryRun": "All"}))
        said = f"The server accepts in its dry run: {plan.said}." if plan.requests else f"Nothing to do: {plan.said}."
        ok = all(holds for _, holds, _ in plan.preconditions)
        return Rehearsal(ok=ok, said=bounded(said, 8_000), preconditions=plan.preconditions)

    async def _plan(self, step: RenderedStep, call: KubernetesCall, cluster: Wire, key: str) -> Plan:
        make, _ = CHANGES[call.verb]
        try:
            return await make(partial(_get, cluster, step), call.subject(), call.settings(), key)
        except ValueError as mistake:
            raise refused(f"`{call.verb}` of {call.subject()}: {mistake}.", "Correct the step.") from mistake

    async def _look(self, step: RenderedStep, call: KubernetesCall, cluster: Wire) -> Outcome:
        get, subject, options = partial(_get, cluster, step), call.subject(), call.settings()
        if isinstance(options, reads.LogOptions):
            outcome = await reads.logs(get, partial(_text, cluster, step), subject, options)
        else:
            outcome = await reads.LOOKS[call.verb](get, subject)
        return outcome.model_copy(update={"output": bounded(outcome.output)})

    async def _carry_out(self, step: RenderedStep, cluster: Wire, plan: Plan) -> Outcome:
        """Sends the requests in order. Once one has taken effect, a later refusal is an outcome, not a nothing."""
        if not plan.requests:
            return Outcome(ok=True, said=f"Nothing to do: {plan.said}.")
        deadline = asyncio.get_running_loop().time() + step.timeout_seconds
        for done, request in enumerate(plan.requests):
            try:
                await _patiently(cluster, step, request, deadline)
            except SourceError as failure:
                if not done:
                    raise
                return Outcome(ok=False, said=f"{done} of {len(plan.requests)} parts done, then: {failure.what}")
        return Outcome(ok=True, said=f"Done: {plan.said}.")

    def _checked(self, step: RenderedStep) -> tuple[KubernetesCall, Wire]:
        call = read_call(step, KubernetesCall)
        must_only_read(step, call.verb in CHANGES)
        call.subject()
        call.settings()
        fitting = [
            name for name, one in self._clusters.items() if not one.environments or step.environment in one.environments
        ]
        if len(fitting) != 1:
            found = ", ".join(fitting) or "none"
            raise refused(
                f"Which cluster is meant by the environment {step.environment!r}? Found: {found}.",
                "Give each entry of `executors.kubernetes.clusters` its `environments`, each in one entry only.",
            )
        return call, self._wires[fitting[0]]


async def _get(
    cluster: Wire, step: RenderedStep, path: str, *, as_table: bool = False, **query: str
) -> objects.Document:
    """An object, a list or a table. Raises SourceError."""
    headers = {"Accept": TABLE} if as_table else {}
    answer = await cluster.send(step, Request("GET", path, query=query, headers=headers))
    return _document(cluster, answer)


async def _text(cluster: Wire, step: RenderedStep, path: str, **query: str) -> str:
    answer = await cluster.send(step, Request("GET", path, query=query, most_bytes=OUTPUT_BYTES))
    return answer.text


def _document(cluster: Wire, answer: Answer) -> objects.Document:
    try:
        found: Any = pydantic.TypeAdapter(dict[str, Any]).validate_json(answer.body)
    except pydantic.ValidationError as mistake:
        how = "in a shape we do not know" if answer.whole else "with more than is read of one answer"
        raise failed(f"{cluster.name} answered {how}.", "Check its address, or ask for less.") from mistake
    document: objects.Document = found
    return document


async def _patiently(cluster: Wire, step: RenderedStep, request: Request, deadline: float) -> None:
    """Sends it; an eviction that a disruption budget holds back (429) is asked again until the step's time is nearly over."""
    while True:
        try:
            await cluster.send(step, request)
        except SourceError as failure:
            held = request.path.endswith("/eviction") and " answered 429 " in failure.what
            if not held or asyncio.get_running_loop().time() + 2 * EVICTION_PAUSE_SECONDS > deadline:
                raise
            await asyncio.sleep(EVICTION_PAUSE_SECONDS)
        else:
            return
