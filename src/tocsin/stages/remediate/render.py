"""A runbook's step with every slot filled by type: exactly what would run. Pure; called by `permit`, and by `perform` again.

Nothing is pasted: SQL values stay apart in `binds`, programs are argument lists, values are shaped by type, must come from
where the runbook says, and must be in the incident's scope. What cannot be filled is an error that names who can supply it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from tocsin.errors import Denied, NotFound
from tocsin.library.runbook import ParameterType, Runbook
from tocsin.library.steps import (
    SLOT,
    Command,
    Http,
    Kubernetes,
    Manual,
    Probe,
    Run,
    RunbookStep,
    Sql,
    slots_of_probe,
)
from tocsin.model.action import MissingValue, RenderedStep, Risk
from tocsin.model.ground import IncidentType
from tocsin.model.incident import Incident
from tocsin.model.standing import ActionState
from tocsin.stages.remediate.missing import lacking, value_of
from tocsin.stages.remediate.scope import NAMED, Scope
from tocsin.stages.remediate.slots import Unfilled

EVIDENCE_WAIVED = "evidence_waived"
"""The flag that a person recorded: this incident's evidence may be destroyed."""
Slots = dict[str, str | int]
Binds = dict[str, str | int | float]
Given = Mapping[str, str | int]
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_RUN: TypeAdapter[Sql | Http | Command | Kubernetes | Manual] = TypeAdapter(Run)


def render(
    runbook: Runbook, index: int, scope: Scope, *, given: Given | None = None, environment: str = ""
) -> RenderedStep:
    """Step `index` (from 0) of a runbook for one incident; `given` are the values a person chose.

    Raises NotFound for no such step, Denied for another environment than the incident's, Unfilled for slots.
    """
    if not 0 <= index < len(runbook.steps):
        raise NotFound(f"{runbook.id} has no step {index}.", f"Its steps are numbered 0 to {len(runbook.steps) - 1}.")
    step = runbook.steps[index]
    _same_environment(scope, environment)
    slots = _fill(runbook, step, scope, given or {})
    return _made(runbook, index, step, step.run, slots, scope)


def render_rollback(runbook: Runbook, done: RenderedStep, scope: Scope) -> RenderedStep:
    """The rollback that people declared for a step that ran, with the values it ran with. Raises NotFound when there is none."""
    step = runbook.steps[done.step_index]
    if step.rollback is None:
        why = (step.no_rollback or "it changes nothing").rstrip(".")
        raise NotFound(f"{done.name} of {runbook.id} has no rollback: {why}.", "A person decides what to do now.")
    run = step.rollback.run or Manual(executor="manual")
    made = _made(runbook, done.step_index, step, run, dict(done.slots), scope)
    text = step.rollback.text
    return made.model_copy(update={"text": text, "shown": made.shown or text, "is_rollback": True})


def render_probe(runbook: Runbook, done: RenderedStep, scope: Scope) -> RenderedStep:
    """The look that people declared for a step that ran, with the values it ran with, as a step that only reads.

    Raises NotFound when there is nothing to run for it, or the runbook is another one by now.
    """
    same = runbook.digest == done.runbook_digest
    step = runbook.steps[done.step_index] if same else None
    if step is None or step.verify is None or step.verify.run is None:
        raise NotFound(f"{done.name} of {runbook.id} has no probe that can be run.", "A person looks and says so.")
    looking = step.model_copy(update={"risk": Risk.READ, "text": step.verify.text, "idempotent": True})
    return _made(runbook, done.step_index, looking, step.verify.run, dict(done.slots), scope)


class Precondition(NamedTuple):
    """What must hold before a step: the probe as people wrote it, and the step that reads it; None when a person must look."""

    probe: Probe
    look: RenderedStep | None
    why: str = ""
    """Why nothing here can read it."""


def render_preconditions(runbook: Runbook, step: RenderedStep, scope: Scope) -> tuple[Precondition, ...]:
    """What the runbook says must hold first, ready to be read. A step that only looks, or takes back, needs nothing to hold."""
    if step.risk is Risk.READ or step.is_rollback:
        return ()
    return tuple(_precondition(runbook, probe, step, scope) for probe in runbook.preconditions)


def _precondition(runbook: Runbook, probe: Probe, step: RenderedStep, scope: Scope) -> Precondition:
    if probe.run is None and not probe.metric:
        return Precondition(probe, None, "a person looks")
    try:
        found = {name: value_of(runbook, name, scope) for name in slots_of_probe(probe) - step.slots.keys()}
    except Unfilled as refusal:
        return Precondition(probe, None, f"it was not read: {refusal.what}")
    if empty := sorted(name for name, value in found.items() if value is None):
        return Precondition(probe, None, f"it was not read: {', '.join(empty)} is missing")
    slots = {**step.slots, **{name: value for name, value in found.items() if value is not None}}
    looking = runbook.steps[step.step_index].model_copy(
        update={"risk": Risk.READ, "text": probe.text, "idempotent": True}
    )
    run = probe.run or Manual(executor="manual")
    return Precondition(probe, _made(runbook, step.step_index, looking, run, slots, scope))


def render_again(runbook: Runbook, step: RenderedStep, scope: Scope) -> RenderedStep:
    """The same step as it would be rendered now, from the same values: another digest means that something has changed."""
    if step.is_rollback:
        return render_rollback(runbook, step, scope)
    return render(runbook, step.step_index, scope, given=step.slots)


def spoils_evidence(step: RenderedStep, incident: Incident) -> bool:
    """True when a step would destroy evidence of a security incident that nobody has kept, and nobody has waived."""
    if not step.destroys_evidence or incident.type is not IncidentType.SECURITY:
        return False
    kept = (ActionState.DONE, ActionState.VERIFIED)
    saved = any(_keeps(one.step.name) and one.state in kept for one in incident.actions)
    return not saved and all(flag.code != EVIDENCE_WAIVED for flag in incident.flags)


def _keeps(name: str) -> bool:
    words = set(name.split("_"))
    return bool(words & {"snapshot", "evidence", "image"}) and not words & {"delete", "remove", "wipe"}


def _same_environment(scope: Scope, asked: str) -> None:
    """An incident of production is not worked on under the rules of staging, nor the other way round."""
    if asked and scope.named(asked) != scope.environment:
        what = f"{scope.incident.id} is an incident of {scope.environment}, not of {asked[:40]}."
        raise Denied(what, f"Ask for it with targetEnvironment {scope.environment}.", code="TCS-DENIED-ENVIRONMENT")


def _fill(runbook: Runbook, step: RunbookStep, scope: Scope, given: Given) -> Slots:
    """Every slot of the step, its probe and its rollback. Raises Unfilled with all that is missing at once."""
    wanted = step.slots()
    unknown = sorted(set(given) - wanted)
    if unknown:
        raise Unfilled(
            f"{step.name} has no slot {', '.join(unknown)[:100]}.", f"It has: {', '.join(sorted(wanted)) or 'none'}."
        )
    found = {name: value_of(runbook, name, scope, given) for name in sorted(wanted)}
    empty = [name for name, value in found.items() if value is None]
    if empty:
        index = runbook.steps.index(step)
        gaps = [lacking(runbook, name, (index,), scope) for name in empty]
        told = "; ".join(f"{one.slot}{f' ({one.about})' if one.about else ''}: {one.why}" for one in gaps)
        raise Unfilled(f"{step.name} of {runbook.id} cannot be filled. {told}.", _how(gaps))
    return {name: value for name, value in found.items() if value is not None}


def _how(gaps: Sequence[MissingValue]) -> str:
    """What to type for each, and what to add to the catalogue for good."""
    for_good = "; ".join(dict.fromkeys(one.yaml for one in gaps if one.yaml))
    typed = "; ".join(dict.fromkeys(one.give for one in gaps))
    return f"Type: {typed}." + (f" For good: {for_good}" if for_good else "")


def _made(runbook: Runbook, index: int, step: RunbookStep, run: Run, slots: Slots, scope: Scope) -> RenderedStep:
    call = {key: _substituted(value, slots) for key, value in run.model_dump(mode="json").items()}
    if isinstance(run, Http):
        _stays_in_path(run, slots)
    binds: Binds = {name: slots[name] for name in run.binds} if isinstance(run, Sql) else {}
    targets = _targets(runbook, run, call, slots)
    vouched_by = _vouched_by(runbook, slots, scope)
    return RenderedStep(
        runbook_id=runbook.id,
        runbook_version=runbook.version,
        runbook_digest=runbook.digest,
        step_index=index,
        name=step.name,
        text=step.text,
        purpose=step.purpose,
        executor=run.executor,
        call=call,
        binds=binds,
        slots=slots,
        shown=_shown(call, binds),
        service=scope.owner(targets[0] if targets else ""),
        targets=targets,
        environment=scope.environment,
        risk=step.risk,
        auto=step.auto and not _told_by_text(runbook, slots) and not vouched_by and not _looked_at(runbook, step),
        idempotent=step.idempotent,
        destroys_evidence=step.destroys_evidence,
        vouched_by=vouched_by,
        timeout_seconds=float(int(step.timeout[:-1]) * _SECONDS[step.timeout[-1]]),
    )


def _looked_at(runbook: Runbook, step: RunbookStep) -> bool:
    """True when something must hold before it that only a person can see: then a person decides."""
    return step.risk is not Risk.READ and any(not one.metric and one.run is None for one in runbook.preconditions)


def _vouched_by(runbook: Runbook, slots: Slots, scope: Scope) -> tuple[str, ...]:
    """Whose word a value rests on, where it rests on nothing else."""
    kinds = {name: runbook.parameters[name].type for name in slots if name in runbook.parameters}
    said = (one for name, kind in kinds.items() for one in scope.vouched(name, kind) if one.value == str(slots[name]))
    return tuple(sorted({one.by for one in said}))


def _told_by_text(runbook: Runbook, slots: Slots) -> bool:
    """A value read from words that the world wrote never runs without a person."""
    return any(runbook.parameters[name].origin.startswith("evidence") for name in slots if name in runbook.parameters)


def _substituted(value: object, slots: Slots) -> object:
    """A value that is nothing but a slot keeps its type; inside a text it becomes text."""
    if isinstance(value, str):
        whole = SLOT.fullmatch(value)
        return slots[whole.group(1)] if whole else SLOT.sub(lambda found: str(slots[found.group(1)]), value)
    if isinstance(value, dict):
        return {key: _substituted(one, slots) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_argument(_substituted(one, slots)) for one in value]
    return value


def _as_argument(value: object) -> object:
    """Argument lists hold text only."""
    return str(value) if isinstance(value, int) else value


def _stays_in_path(run: Http, slots: Slots) -> None:
    for name in SLOT.findall(run.path):
        if "/" in str(slots[name]):
            raise Unfilled(f"The value of {name} would leave its place in the path.", "Give one without a slash.")


def _targets(runbook: Runbook, run: Run, call: dict[str, Any], slots: Slots) -> tuple[str, ...]:
    """The catalogue objects that the call itself touches; a namespace is where they are, not one of them."""
    used = [name for text in _texts(run.model_dump()) for name in SLOT.findall(text)]
    kinds = {name: runbook.parameters[name].type for name in used if name in runbook.parameters}
    named = [str(slots[name]) for name, kind in kinds.items() if kind in NAMED - {ParameterType.NAMESPACE}]
    written = call.get("target")
    return tuple(dict.fromkeys((*([str(written)] if written else []), *named)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _shown(call: dict[str, Any], binds: Binds) -> str:
    """The line a person reads, made from what would run."""
    if call["executor"] == "sql":
        values = ", ".join(f":{name} = {value!r}" for name, value in binds.items())
        where = " ".join(part for part in (f"-- on {call['target']}", values and f"with {values}") if part)
        return f"{' '.join(call['statement'].split())}  {where}"
    return _RUN.validate_python(call).shown()
