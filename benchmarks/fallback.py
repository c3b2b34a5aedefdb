"""Whether incidents end in time whatever a model does: `python -m benchmarks.fallback [--json]`.

A scripted model plays every role of the house and misbehaves, one fault after the other: it never answers, streams garbage, drips
for ever, answers 429 with Retry-After or 500, cites what is nowhere, answers without end. `completed` are incidents whose playbook
succeeded and whose report names the cause that the house names without a model; `late` those whose triage took over 5 seconds, or
whose diagnosis came over 60 after the declaration; `fell_back` the roles for which the built-in analyst answered, all incidents
together. The times are those of the timelines, whatever else the machine does meanwhile.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from tests.scripted_models import Scripted, every_role, fields, model_server

from benchmarks.minds import playbooks, responded, settings
from tocsin import config
from tocsin.app import once
from tocsin.model.event import Diagnosed
from tocsin.model.run import Phase, PlayerReplaced

SNAPSHOT = Path(__file__).resolve().parents[1] / "examples" / "snapshots" / "payments-pool-exhaustion"
ALERTS = (
    "PostgreSQL connection pool exhausted on prod-db-01. Active connections: 500/500. Service: payment-api. "
    "Error rate spike: 45% of requests returning 500. Started: 2 minutes ago.",
    "Unusual login pattern detected. 150 failed login attempts from IP 203.0.113.42 in 5 minutes targeting admin endpoints. "
    "3 successful logins from same IP to different accounts.",
)
TRIAGE, DIAGNOSIS = 5.0, 60.0


async def silence(_: dict[str, Any]) -> Response:
    """It takes the question and says nothing."""
    await asyncio.sleep(600)
    return Response()


def garbage(_: dict[str, Any]) -> Response:
    """A stream of something else."""
    return PlainTextResponse("data: {not json\n\n<<<\x00\x01 data: 7\n\n" * 20, 200, media_type="text/event-stream")


def dripping(_: dict[str, Any]) -> Response:
    """Piece after piece, and never the end."""

    async def pieces() -> AsyncIterator[bytes]:
        choice = {"index": 0, "finish_reason": None, "delta": {"role": "assistant", "content": "{"}}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        while True:
            yield f"data: {json.dumps(chunk)}\n\n".encode()
            await asyncio.sleep(0.5)

    return StreamingResponse(pieces(), media_type="text/event-stream")


def busy(_: dict[str, Any]) -> Response:
    """Not now."""
    return JSONResponse({"error": {"message": "rate limited"}}, 429, {"Retry-After": "30"})


def broken(_: dict[str, Any]) -> Response:
    """Not at all."""
    return JSONResponse({"error": {"message": "internal"}}, 500)


def lies(body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """It fits the schema, and nothing in it is so."""
    asked = fields(body)
    if "because" in asked:
        return {"type": "network", "severity": "SEV4", "because": "nothing happened"}
    if "findings" in asked:
        return {"findings": [{"kind": "log_new", "text": "The disk is full.", "quotes": ["No space left on device"]}]}
    if "cause" in asked:
        return {**every_role(body), "cites": ["finding-that-is-not"]}
    return dict.fromkeys(asked, "Fixed at 17:00 UTC. 100% of customers are fine.")


def endless(_: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Two hundred thousand characters."""
    return "{" + '"a": 1, ' * 25_000


FAULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "silence": silence,
    "garbage": garbage,
    "dripping": dripping,
    "busy": busy,
    "broken": broken,
    "lies": lies,
    "endless": endless,
}


async def under(fault: Callable[[dict[str, Any]], Any], folder: Path) -> list[once.Response]:
    """The incidents of one fault: two alerts alone, one with all its evidence."""
    cases: list[tuple[str | bytes, Path | None]] = [(one, None) for one in ALERTS]
    cases.append(((SNAPSHOT / "alert.json").read_bytes(), SNAPSHOT))
    async with model_server(Scripted(fault)) as url:
        loaded = settings(folder, url, tokens_per_incident=30_000)
        return [await responded(loaded, alert, evidence, None) for alert, evidence in cases]


async def alone() -> list[str]:
    """What the house names without a model."""
    loaded = config.Config(config.merged({"store": {"url": "memory:"}}), {}, "benchmark")
    cases: list[tuple[str | bytes, Path | None]] = [(one, None) for one in ALERTS]
    cases.append(((SNAPSHOT / "alert.json").read_bytes(), SNAPSHOT))
    return [(await responded(loaded, alert, evidence, None)).report["rootCause"] for alert, evidence in cases]


def late(found: once.Response) -> bool:
    """By the timeline."""
    declared, triaged = found.incident.declared_at, found.incident.triaged_at
    diagnosed = next((one.at for one in found.events if isinstance(one.body, Diagnosed)), None)
    if declared is None or triaged is None or diagnosed is None:
        return True
    return (triaged - declared).total_seconds() > TRIAGE or (diagnosed - declared).total_seconds() > DIAGNOSIS


async def measured(names: list[str]) -> dict[str, Any]:
    """Each of these faults, its incidents one after the other."""
    by_itself, rows = await alone(), dict[str, dict[str, int]]()
    with playbooks() as folder:
        for name in names:
            found = await under(FAULTS[name], folder)
            same = [
                one.incident.runs[-1].phase is Phase.SUCCEEDED and one.report["rootCause"] == cause
                for one, cause in zip(found, by_itself, strict=True)
            ]
            replaced = sum(isinstance(event.body, PlayerReplaced) for one in found for event in one.events)
            rows[name] = {
                "incidents": len(found),
                "completed": sum(same),
                "late": sum(map(late, found)),
                "fell_back": replaced,
            }
            print(f"{name}: {rows[name]}", file=sys.stderr, flush=True)
    totals = {name: sum(row[name] for row in rows.values()) for name in ("incidents", "completed", "late", "fell_back")}
    return {"benchmark": "fallback", **totals, "faults": rows}


def main() -> int:
    """1 when an incident was late, or did not end as it does without a model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("faults", nargs="*", default=list(FAULTS), help=f"of {', '.join(FAULTS)}")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    result = asyncio.run(measured(chosen.faults))
    print(json.dumps(result) if chosen.json else json.dumps(result, indent=2))
    return 1 if result["late"] or result["completed"] < result["incidents"] else 0


if __name__ == "__main__":
    sys.exit(main())
