"""Verbs about runbooks: what is on the shelf, what one says, whether a file is right, and one step of one. They decide nothing."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption
from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError
from tocsin.model.plain import INVISIBLE

if TYPE_CHECKING:
    from tocsin.library.runbook import Runbook

runbook = typer.Typer(help="Runbooks: what people wrote down for bad nights.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The runbook's id; `runbook list` has them.")]
TOOL = "/api/tools/execute_runbook"
SLOW_SECONDS = 60.0
"""The service waits for a step it was asked to run, for a while."""
RAN = frozenset({"DRY_RUN", "DONE", "OBSERVED"})
"""Answers that are as asked; the others mean: not done, or not yet."""


@runbook.command("list")
def list_runbooks(
    words: Annotated[list[str] | None, typer.Argument(help="Show the ten that fit these words best.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runbooks on the shelf, or those that fit some words."""
    from tocsin.app import runbooks

    shelf = runbooks.shelf(config)
    found = [shelf.get(hit.id) for hit in shelf.index.search(" ".join(words), limit=10)] if words else list(shelf)
    if as_json:
        print(json.dumps([_line(one) for one in found], indent=2, ensure_ascii=False))
        return
    wide = max((len(one.id) for one in found), default=0)
    _print(f"{one.id:{wide}}  {one.risk:11} {len(one.steps):2} steps  {one.title}" for one in found)


@runbook.command("show")
def show(name: Id, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show a runbook: its slots, and its steps with what each runs, how it is verified and taken back."""
    from tocsin.app import runbooks

    found = runbooks.shelf(config).get(name)
    if as_json:
        print(json.dumps({**found.model_dump(mode="json", by_alias=True), "digest": found.digest}, indent=2))
        return
    _print(_told(found))


@runbook.command("validate")
def validate(
    places: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; by default the configured shelf.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read runbooks and name every file's first mistake, with its line. Exit code 1 when there is one."""
    from tocsin.app import runbooks

    found, mistakes = runbooks.validate(places or [], config)
    plain = [one.id for one in found if not one.reviewed]
    if as_json:
        said = {"runbooks": len(found), "plain_pages": plain, "mistakes": [one.as_dict() for one in mistakes]}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        for mistake in mistakes:
            print(f"{mistake.what} {mistake.do}")
        print(f"{len(found)} runbooks are in order, {len(plain)} of them plain pages whose steps a person does.")
    if mistakes:
        raise typer.Exit(1)


@runbook.command("run")
@reaching
def run(
    reach: Reach,
    name: Id,
    step: Annotated[int, typer.Argument(help="The step's number, from 0, as `runbook show` counts.")],
    environment: Annotated[str, typer.Option(help="production or staging; that of the incident.")],
    param: Annotated[list[str] | None, typer.Option(help="A slot's value, NAME=VALUE; may be given again.")] = None,
    incident: Annotated[str, typer.Option(help="INC-...; by default the one open incident with this fix.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run/--no-dry-run", help="Only show what would happen.")] = True,
    approved_by: Annotated[
        str, typer.Option(help="Whose recorded approval is to be used; naming is not approving.")
    ] = "",
) -> None:
    """Show what a step would do, or ask for it: it runs only when policy and approvals allow. Exit code 1 when it did not."""
    if environment not in ("production", "staging"):
        raise DataError(f"{environment!r} is no environment.", "Give --environment production or staging.")
    call = {
        "runbookId": name,
        "stepIndex": step,
        "targetEnvironment": environment,
        "dryRun": dry_run,
        "approvedBy": approved_by,
        "incidentId": incident,
        "parameters": _parameters(param or []),
    }
    answer = _executed(reach, call)
    if reach.as_json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        _print(_answered(answer))
    if answer["status"] not in RAN:
        raise typer.Exit(1)


def _executed(reach: Reach, call: dict[str, Any]) -> dict[str, Any]:
    """What `execute_runbook` answers: the service's, or the local one's."""
    if reach.url:
        found: dict[str, Any] = json.loads(reach.asked("POST", TOOL, call, seconds=SLOW_SECONDS))
        return found
    from tocsin.app import runbooks

    return asyncio.run(runbooks.run_step(reach.config, call))


def _print(lines: Iterable[str]) -> None:
    """Outside words among ours: nothing in them may move the cursor or hide."""
    for line in "\n".join(lines).splitlines():
        print(INVISIBLE.sub(" ", line).rstrip())


def _parameters(given: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for name, sign, _ in pairs:
        if not name or not sign:
            raise DataError("a slot's value is not written as NAME=VALUE.", "Write it as --param pid=4711.")
    return {name: value for name, _, value in pairs}


def _line(one: "Runbook") -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "version": one.version,
        "risk": one.risk,
        "types": list(one.types),
        "causes": list(one.match.causes),
        "steps": len(one.steps),
        "origin": one.origin,
        "reviewed": one.reviewed,
        "digest": one.digest,
    }


def _told(one: "Runbook") -> list[str]:
    """A runbook in the order in which somebody would carry it out."""
    lines = [
        f"{one.id}  version {one.version}  risk {one.risk}",
        one.title,
        f"from {one.origin}",
        f"digest {one.digest}",
    ]
    lines += ["", "Slots", *(f"  {name}: {slot.type} from {slot.origin}" for name, slot in one.parameters.items())]
    lines += ["", "First it must be so", *(f"  {probe.text}" for probe in one.preconditions)]
    for number, step in enumerate(one.steps):
        verified = step.verify.text if step.verify else step.no_verify
        back = step.rollback.text if step.rollback else step.no_rollback
        lines += [
            "",
            f"{number}  {step.text}",
            f"   {step.purpose}, {step.risk}, by {step.run.executor}, {step.timeout}",
        ]
        lines += [f"   runs       {step.command}"] if step.command else []
        lines += [f"   verified   {verified}"] if verified else []
        lines += [f"   taken back {back}"] if back else []
    return lines


def _answered(answer: dict[str, Any]) -> list[str]:
    """What became of it, the most important first."""
    lines = [
        f"{answer['status']}  {answer['incidentId']}  {answer['runbookId']} step {answer['stepIndex']}",
        str(answer["step"]),
        f"  runs     {answer['command']}",
        f"  dry run  {answer['dryRun']['said']}",
        f"  policy   {answer['policy']['decision']} in mode {answer['policy']['mode']}: {answer['policy']['reason']}",
    ]
    extra = [
        (name, answer[key])
        for name, key in (("why", "reason"), ("said", "said"), ("output", "output"))
        if answer.get(key)
    ]
    lines += [f"  {name:8} {text}" for name, text in extra]
    if answer["status"] == "APPROVAL_REQUIRED":
        lines.append(f"  next     tocsin approve {answer['incidentId']} {answer['actionId']}")
    return lines
