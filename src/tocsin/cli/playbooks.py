"""Verbs of playbooks: list, validate, graph, run; `apply` documents and `get` their runs, here or at a service."""

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.alerts import ConfigOption, JsonOption
from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError

if TYPE_CHECKING:
    from tocsin.model.run import Run
    from tocsin.web.playbooks import Runs

playbook = typer.Typer(help="Who does what after triage: playbooks, checked, drawn and run.", no_args_is_help=True)
get = typer.Typer(help="Runs of playbooks, as they stand.", no_args_is_help=True)
Paths = Annotated[
    list[Path] | None, typer.Option("--from", "-f", help="A file or folder of documents; may be given again.")
]
PathArguments = Annotated[list[Path] | None, typer.Argument(help="Files or folders; by default what is configured.")]
Strict = Annotated[bool | None, typer.Option("--strict/--clamp", help="Refuse what exceeds policy, or clamp it.")]
LOOK_SECONDS = 1.0


@playbook.command("list")
def list_all(paths: Paths = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the playbooks there are."""
    from tocsin.app import playbooks

    rows = [
        {
            "name": key.name,
            "namespace": key.namespace,
            "steps": [one.name for one in team.plan.steps],
            "origin": team.plan.origin,
        }
        for key, team in sorted(asyncio.run(playbooks.with_applied(config, paths or ())).sound().teams.items())
    ]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['name']:24} {' -> '.join(row['steps'])}  ({row['origin']})")


@playbook.command()
def validate(
    paths: PathArguments = None, strict: Strict = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Check documents: every mistake with file, line and path. Exit code 1 when there is one."""
    from tocsin.app import playbooks

    found = playbooks.shelf(config, paths or (), strict=strict)
    if as_json:
        told = {
            "wrong": list(found.wrong),
            "remarks": list(found.remarks),
            "teams": sorted(key.name for key in found.teams),
        }
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for said in (*found.wrong, *(f"note: {one}" for one in found.remarks)):
            print(said)
        if not found.wrong:
            print(f"{len(found.teams)} playbooks are in order.")
    if found.wrong:
        raise typer.Exit(1)


@playbook.command()
def graph(
    name: str,
    paths: Paths = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid flowchart.")] = False,
    config: ConfigOption = None,
) -> None:
    """Draw a playbook: its steps, who plays them, what waits for what, and where a person is asked."""
    from tocsin.app import playbooks
    from tocsin.playbooks.draw import as_mermaid, as_text

    plan = asyncio.run(playbooks.with_applied(config, paths or ())).sound().team(name).plan
    print(as_mermaid(plan) if mermaid else as_text(plan))


@playbook.command()
def run(
    name: Annotated[str, typer.Argument(help="A playbook, or a run document among --from.")],
    inputs: Annotated[list[str] | None, typer.Option("--input", "-i", help="K=V; may be given again.")] = None,
    paths: Paths = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="HOST=URL: where a document's tool server is here.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="On the configured store instead of in memory.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Walk a playbook in this process and show its timeline. Exit code 1 when the run did not succeed."""
    from tocsin.app import playbooks
    from tocsin.model.plain import clock
    from tocsin.model.telling import tell

    walked = asyncio.run(
        playbooks.run_once(config, name, pairs(inputs or []), paths or (), mapped=pairs(mapped or []), keep=keep)
    )
    if as_json:
        print(walked.run.model_dump_json(indent=2))
    else:
        for event in walked.events:
            print(f"{clock(event.at)}  {tell(event)}")
    if walked.run.phase != "Succeeded":
        raise typer.Exit(1)


@reaching
def apply(
    reach: Reach,
    paths: Annotated[
        list[Path], typer.Option("--from", "-f", help="A file or folder of documents; may be given again.")
    ],
) -> None:
    """Give documents to the service: playbooks, agents, policies, triggers, runs. All are taken over, or none."""
    from tocsin.app import playbooks
    from tocsin.playbooks.shelf import texts_in
    from tocsin.stages.playing import Applied

    texts = [pair for path in paths for pair in texts_in(path)]
    if reach.url:
        sent = {"documents": [{"name": name, "text": text} for name, text in texts]}
        applied = Applied.model_validate_json(reach.asked("POST", "/api/playbooks", sent))
    else:
        applied = asyncio.run(playbooks.apply(reach.config, texts))
    if reach.as_json:
        print(applied.model_dump_json(indent=2))
        return
    for kind, names in (("team", applied.teams), ("agent", applied.agents), ("policy", applied.policies)):
        for name in names:
            print(f"{kind} {name} applied")
    for said in applied.remarks:
        print(f"note: {said}")
    for one in applied.runs:
        print(f"run {one.name} started on {one.incident}")
    for hook in applied.webhooks:
        print(f"webhook {hook.trigger}: POST {reach.url.rstrip('/')}{hook.path}")


@get.command("runs")
@reaching
def get_runs(
    reach: Reach,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Until every run is over, a line at each change.")
    ] = False,
) -> None:
    """List runs with their phase, tokens and cost."""
    seen: dict[str, str] = {}
    while True:
        there = _runs(reach)
        found = [(one.incident, one.run) for one in there.runs]
        if reach.as_json and not watch:
            print(json.dumps([as_manifest(one) for _, one in found], indent=2, ensure_ascii=False))
            return
        for incident, one in found:
            line = _line(incident, one)
            if seen.get(f"{incident}{one.id}") != line:
                print(line, flush=True)
                seen[f"{incident}{one.id}"] = line
        if not watch or all(one.phase in ("Succeeded", "Failed") for _, one in found):
            return
        for at_work in there.working:
            print(f"  {at_work.incident} {at_work.step}: {at_work.told}", flush=True)
        time.sleep(LOOK_SECONDS)


@get.command("run")
@reaching
def get_run(
    reach: Reach,
    name: str,
    output: Annotated[str, typer.Option("--output", "-o", help="yaml or json.")] = "yaml",
) -> None:
    """Show one run whole: its inputs, every step with its output, phase and cost."""
    from tocsin.app import playbooks

    if output not in ("yaml", "json"):
        raise DataError(f"there is no format {output[:40]!r}.", "Write yaml or json.")
    _, found = playbooks.find([(one.incident, one.run) for one in _runs(reach).runs], name)
    if output == "json" or reach.as_json:
        print(json.dumps(as_manifest(found), indent=2, ensure_ascii=False))
        return
    import yaml

    print(yaml.safe_dump(as_manifest(found), sort_keys=False, allow_unicode=True), end="")


@reaching
def gate(
    reach: Reach,
    incident: Annotated[str, typer.Argument(help="The incident's id, INC-...")],
    step: Annotated[str, typer.Argument(help="The step that waits.")],
    passed: Annotated[bool, typer.Option("--pass/--stop", help="Go on, or end the run there.")],
    reason: Annotated[str, typer.Option(help="Why; it goes on the record.")] = "",
) -> None:
    """Answer a gate of a playbook."""
    done = reach.act("gate", incident, step, passed=passed, reason=reason)
    print(
        done.model_dump_json(indent=2)
        if reach.as_json
        else f"{done.incident}: {step} {'goes on' if passed else 'was stopped'}"
    )


def pairs(given: list[str]) -> dict[str, str]:
    """`K=V` as a mapping. Raises DataError."""
    split = [one.partition("=") for one in given]
    wrong = next((name for name, sign, _ in split if not sign or not name), None)
    if wrong is not None:
        raise DataError(f"{wrong[:60]!r} is no K=V.", "Write --input name=value.")
    return {name: value for name, _, value in split}


def as_manifest(run: "Run") -> dict[str, Any]:
    """A run in the shape that kubeswarm's tools know."""
    told = run.model_dump(mode="json")
    steps = [
        {
            "name": one["name"],
            "phase": one["phase"],
            "output": one["output"]
            if isinstance(one["output"], str)
            else json.dumps(one["output"], ensure_ascii=False),
            "startTime": one["started_at"],
            "completionTime": one["finished_at"],
            "tokenUsage": {"totalTokens": one["tokens"]},
            **({"message": one["said"]} if one["said"] else {}),
        }
        for one in told["steps"]
    ]
    return {
        "apiVersion": "kubeswarm.io/v1alpha1",
        "kind": "SwarmRun",
        "metadata": {"name": run.name or run.id, "namespace": run.namespace},
        "spec": {"teamRef": run.team, "input": told["inputs"]},
        "status": {
            "phase": told["phase"],
            "steps": steps,
            "output": told["output"],
            "startTime": told["started_at"],
            "completionTime": told["finished_at"],
            "totalTokenUsage": {"totalTokens": run.tokens},
            "totalCostUSD": sum(one.cost for one in run.steps),
            **({"message": run.said} if run.said else {}),
        },
    }


def _runs(reach: Reach) -> "Runs":
    if reach.url:
        from tocsin.web.playbooks import Runs

        return Runs.model_validate_json(reach.asked("GET", "/api/runs"))
    from tocsin.app import playbooks

    return asyncio.run(playbooks.runs(reach.config))


def _line(incident: str, run: "Run") -> str:
    at = next((one.name for one in reversed(run.steps) if one.phase in ("Running", "Waiting")), "")
    name = run.name or f"{incident}:{run.id}"
    return f"{name:28} {run.team:24} {run.phase:10} {run.tokens:>8} tokens  {at}"
