"""Which values the steps of a runbook still lack, why, and exactly how a person gives them. Pure; used by `render` and `hands`.

It fills nothing and allows nothing. What it tells people to type is refused or taken by the same checks as anything else.
"""

import json
from collections.abc import Mapping

from tocsin.library.runbook import Parameter, ParameterType, Runbook
from tocsin.model.action import MissingValue
from tocsin.stages.remediate.scope import NAMED, Scope
from tocsin.stages.remediate.slots import Unfilled, shaped

_SHOWN = 5
"""So many choices are shown."""


def parameter_of(runbook: Runbook, name: str) -> Parameter:
    """How a slot is declared; one that a plain page does not declare is a word that a person gives."""
    undeclared = {"type": "identifier", "from": "person"}
    return runbook.parameters.get(name) or Parameter.model_validate(undeclared)


def value_of(
    runbook: Runbook, name: str, scope: Scope, given: Mapping[str, str | int] | None = None
) -> str | int | None:
    """What fills a slot: what a person gave, else the only value there is; None when there is none, or several.

    Raises Unfilled for one that has another shape than its type, does not come from where it should, or is not in scope.
    """
    parameter = parameter_of(runbook, name)
    found = (given or {}).get(name, _only(scope.offered(name, parameter, runbook.id)))
    return None if found is None else _checked(name, parameter, shaped(name, parameter.type, found), scope, runbook.id)


def missing(runbook: Runbook, scope: Scope) -> tuple[MissingValue, ...]:
    """Everything that any of its steps lacks, slot by slot, in the order in which it will be needed."""
    needed: dict[str, list[int]] = {}
    for index, step in enumerate(runbook.steps):
        for name in sorted(step.slots()):
            needed.setdefault(name, []).append(index)
    found = ((name, tuple(steps), _why(runbook, name, scope)) for name, steps in needed.items())
    return tuple(lacking(runbook, name, steps, scope, why) for name, steps, why in found if why is not None)


def lacking(runbook: Runbook, name: str, steps: tuple[int, ...], scope: Scope, why: str = "") -> MissingValue:
    """One slot that is empty: why, whose it is, and what to type. `why` says what is wrong with the value that is there."""
    parameter = parameter_of(runbook, name)
    choices = _choices(scope.offered(name, parameter, runbook.id))
    choose = len(choices) > 1 and not why
    waits_for = "" if choose or why else _waits_for(parameter)
    return MissingValue(
        slot=name,
        type=parameter.type,
        origin=parameter.origin,
        about=parameter.about,
        steps=steps,
        why=why
        or (f"it may be any of {', '.join(choices)}: a person chooses" if choose else _nobody_has(parameter, scope)),
        give=_give(runbook, name, parameter, steps[0], scope, choices if choose else ()),
        choices=choices if choose else (),
        yaml="" if choose else _yaml(parameter, scope),
        waits_for=waits_for,
    )


def _why(runbook: Runbook, name: str, scope: Scope) -> str | None:
    """Why a slot cannot be filled: the refusal of the value that is there, "" where there is none. None when all is well."""
    try:
        return "" if value_of(runbook, name, scope) is None else None
    except Unfilled as refusal:
        return refusal.what


def _only(tiers: tuple[tuple[str, ...], ...]) -> str | None:
    """The value of the first tier that has any, when it has exactly one."""
    first = next((tier for tier in tiers if tier), ())
    return first[0] if len(first) == 1 else None


def _choices(tiers: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return next((tier for tier in tiers if tier), ())[:_SHOWN]


def _checked(name: str, parameter: Parameter, value: str | int, scope: Scope, runbook_id: str) -> str | int:
    if not scope.allows(str(value), name, parameter, runbook_id):
        what = f"The value given for {name} is not one that {parameter.origin} has."
        raise Unfilled(what, f"Take one from {parameter.origin}. {_vouching(name, parameter.type, scope)}")
    if parameter.type in NAMED and not scope.holds(parameter.type, str(value)):
        what = f"The {parameter.type} {str(value)!r} for {name} is not in the scope of {scope.incident.id}."
        raise Unfilled(what, f"List it in the catalogue, if it belongs there. {_vouching(name, parameter.type, scope)}")
    return value


def _waits_for(parameter: Parameter) -> str:
    kind, _, rest = parameter.origin.partition(".")
    return rest.partition(".")[0] if kind == "step" else ""


def _nobody_has(parameter: Parameter, scope: Scope) -> str:
    kind, _, rest = parameter.origin.partition(".")
    service = scope.incident.service or "this incident"
    return {
        "person": "a person gives it",
        "step": f"the answer of the step {rest.partition('.')[0]} has it",
        "catalogue": f"the catalogue has no {rest} for {service}",
        "alert": f"no alert has {rest}",
        "evidence": f"it does not stand in {parameter.origin}",
        "incident": f"{service} is not in the catalogue",
    }[kind]


def _give(runbook: Runbook, name: str, parameter: Parameter, step: int, scope: Scope, choices: tuple[str, ...]) -> str:
    """The command; `request` where a person's value is taken as it is, `vouch` where it must exist and is not listed."""
    asks = f"tocsin request {scope.incident.id} {runbook.id} {step}"
    if choices:
        return f"{asks} --set {name}={'|'.join(choices)}"
    kind, _, rest = parameter.origin.partition(".")
    if kind == "person" and parameter.type not in NAMED:
        return f"{asks} --set {name}={_shown(parameter.type)}"
    if kind == "step":
        source = next((at for at, one in enumerate(runbook.steps) if one.name == rest.partition(".")[0]), step)
        return f"tocsin request {scope.incident.id} {runbook.id} {source}"
    return _vouch(name, parameter.type, scope)


def _vouch(name: str, kind: ParameterType, scope: Scope) -> str:
    return f'tocsin vouch {scope.incident.id} {name}={_shown(kind)} --reason "..."'


def _vouching(name: str, kind: ParameterType, scope: Scope) -> str:
    return f"Or a commander vouches for it on this incident: {_vouch(name, kind, scope)}"


def _shown(kind: ParameterType) -> str:
    return str(kind).upper()


def _yaml(parameter: Parameter, scope: Scope) -> str:
    """What the catalogue's owner adds; "" where a catalogue could not help."""
    kind, _, rest = parameter.origin.partition(".")
    service = scope.incident.service
    if kind == "incident" and service:
        return f"catalogue: {{services: [{{name: {_quoted(service)}}}]}}"
    if kind not in ("catalogue", "person") or (kind == "person" and parameter.type not in NAMED):
        return ""
    word = rest or str(parameter.type)
    listed = f"resources: {{{word}: {_shown(parameter.type)}}}"
    if not service:
        return f"catalogue: {{{listed}}}"
    return f"catalogue: {{services: [{{name: {_quoted(service)}, {listed}}}]}}"


def _quoted(text: str) -> str:
    """A service's name comes from an alert: in YAML it is a text and nothing else."""
    return json.dumps(text)
