"""What an agent's answer must hold before it counts: the schema, what it cites, the runbooks it names, the severity.

Asked by every player that is not built in, models and remote agents alike. Confidence is never taken from one of them.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tocsin.errors import PlayerFailed
from tocsin.guard.fitting import misfit
from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.ground import Severity
from tocsin.model.plan import Power
from tocsin.roles.contract import Assignment, Player, Tools


def choices(found: Diagnosis, ids: Mapping[str, str]) -> tuple[str, str, dict[str, Any]]:
    """The causes a specialist elsewhere may choose among, the findings, and the schema of an answer that can choose no other."""
    listed = "\n".join(
        f"{one.cause}: {one.text} (supported by {', '.join(one.supports[:5])})" for one in found.hypotheses
    )
    findings = "\n".join(f"{name}: {text[:200]}" for name, text in list(ids.items())[:40])
    schema = {
        "type": "object",
        "properties": {
            "cause": {"type": "string", "enum": [*(one.cause for one in found.hypotheses), ""]},
            "cites": {"type": "array", "items": {"type": "string"}, "maxItems": 10},
        },
        "required": ["cause", "cites"],
    }
    return listed, findings, schema


def chosen(found: Diagnosis, said: Mapping[str, Any], ids: Mapping[str, str]) -> Diagnosis:
    """The model's choice first. Its confidence is the one computed from the evidence; a cited finding must exist."""
    unknown = [name for name in said["cites"] if name not in ids]
    if unknown:
        raise PlayerFailed(f"{unknown[0][:60]!r} is no finding.", code="TCS-PLAYER-CITES")
    if not said["cause"]:
        return found
    first = next(one for one in found.hypotheses if one.cause == said["cause"])
    if not set(said["cites"]) & set(first.supports):
        raise PlayerFailed(f"nothing that is cited speaks for {first.cause}.", code="TCS-PLAYER-CITES")
    rest = tuple(one for one in found.hypotheses if one is not first)
    return found.model_copy(update={"hypotheses": (first, *rest), **_named(found, first)})


def _named(found: Diagnosis, first: Hypothesis) -> dict[str, object]:
    """A choice is called the root cause only where the built-in specialist would call one at that confidence."""
    if not found.root_cause or first is found.hypotheses[0]:
        return {}
    return {"root_cause": first.text, "confidence": first.confidence}


def fits(output: Any, schema: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - whatever a model says
    """The answer as an object of that schema. Raises PlayerFailed."""
    try:
        made = json.loads(output) if isinstance(output, str) else dict(output)
    except (ValueError, TypeError) as failure:
        raise PlayerFailed(f"it does not fit the schema: {str(failure)[:200]}.", code="TCS-PLAYER-OUTPUT") from failure
    if said := misfit(made, schema):
        raise PlayerFailed(f"it does not fit the schema: {said[:200]}.", code="TCS-PLAYER-OUTPUT")
    if not isinstance(made, dict):
        raise PlayerFailed("it is no object.", code="TCS-PLAYER-OUTPUT")
    return made


def cited(made: dict[str, Any], text: str) -> dict[str, Any]:
    """Every claim stands word for word in what was seen; what does not is left empty."""
    flat = " ".join(text.replace("\\n", " ").replace('\\"', '"').split())

    def stands(claim: str) -> bool:
        return " ".join(claim.split()) in flat

    kept: dict[str, Any] = {}
    for name, value in made.items():
        if isinstance(value, str):
            kept[name] = value if stands(value) else ""
        elif isinstance(value, list):
            kept[name] = [one for one in value if isinstance(one, str) and stands(one)]
    return kept


def verdict(made: dict[str, Any], assignment: Assignment, runbooks: frozenset[str]) -> dict[str, Any]:
    """A runbook exists or is none; the severity is one of four and not lower than it stands."""
    if made.get("runbook") and made["runbook"] not in runbooks:
        made = {**made, "runbook": ""}
    stands = str(assignment.context.get("severity") or "")
    said = str(made.get("severity") or "").upper()
    if said not in tuple(Severity):
        said = stands
    worst = min(one for one in (said, stands) if one) if said or stands else ""
    return {**made, "severity": worst}


async def finished(
    made: dict[str, Any], power: Power, assignment: Assignment, tools: Tools, beside: Player
) -> dict[str, Any]:
    """The output with what only the house does: confidence from the evidence, and the post itself, by the built-in player."""
    if power is Power.DECIDE:
        built_in = (await beside.play(assignment, tools)).output
        return {**made, "confidence": built_in.get("confidence", 0.0) if isinstance(built_in, dict) else 0.0}
    if power is Power.ACT:
        posted = await beside.play(_with_message(assignment, str(made.get("message", ""))), tools)
        return {**made, **(posted.output if isinstance(posted.output, dict) else {})}
    return made


def _with_message(assignment: Assignment, message: str) -> Assignment:
    return replace(assignment, inputs={**assignment.inputs, "message": json.dumps({"message": message})})
