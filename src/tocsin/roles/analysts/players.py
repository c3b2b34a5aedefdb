"""The built-in players of free agents: an investigator, a diagnostician and a notifier that need no model. Made by `cast`.

They play the three powers of a pipeline: the first reads through its tools, the second reasons over the first's report and
holds none, the third posts and acknowledges. What they cannot read off a tool's answer stays empty; nothing is invented.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import PlayerFailed, TocsinError
from tocsin.guard.outward import inert
from tocsin.guard.powers import tool_power
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.plain import one_line
from tocsin.model.plan import Power
from tocsin.ports import Clock, ToolCard
from tocsin.roles.analysts.alert import AlertReader
from tocsin.roles.analysts.blind import NoWindows
from tocsin.roles.analysts.certainty import Certainty
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.contract import Assignment, Brief, Played, Router, Tools

MOST_TOOLS = 8
RAW = 1500
"""Characters kept of each answer in a report; the whole of it is evidence."""
_ID = re.compile(r"\b(?:[A-Z]{1,6}-\d{2,}|P[A-Z0-9]{6,})\b")
_SERVICE = re.compile(r"(?im)^\s*service\s*[:=]\s*([\w.-]+)|\bon ([\w-]+-(?:api|service|db|web|worker))\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z|\b\d\d:\d\d UTC|\b\d\d:\d\d\b")
_ERROR = re.compile(r"(?m)^.*?\b(?:ERROR|FATAL|CRITICAL|PANIC)\b.*$")
_TROUBLE = re.compile(r"(?im)^.*?\b(?:error|refused|exception|timed? ?out|failover|exhausted)\b.*$")
_CHANNEL = re.compile(r'channel\s*[:=]?\s*"?(#[\w-]+)')
CHANNEL = "#incidents"


@dataclass(frozen=True, slots=True)
class InvestigatorPlayer:
    """Asks every reading tool whose arguments the alert answers, and reports what they said."""

    name: str = "built-in investigator"

    async def play(self, assignment: Assignment, tools: Tools) -> Played:
        """Its report: incident_id, service, error_pattern, timeline, metrics_summary, raw_evidence."""
        text = "\n".join(str(one) for one in assignment.inputs.values())
        known = _known(text, assignment)
        said: dict[str, str] = {}
        for card in _readable(tools.cards()):
            arguments = _arguments(card, known)
            if arguments is None:
                continue
            try:
                answer = await tools.call(card.path, arguments)
            except TocsinError as failure:
                said[card.path] = f"no answer: {failure.what}"
                continue
            said[card.path] = answer.text
            known = {**_known(answer.text, assignment), **{name: value for name, value in known.items() if value}}
        return Played(output=_report(text, known, said))


@dataclass(frozen=True, slots=True)
class DiagnosticianPlayer:
    """Reasons over what it is given and holds no tool: the specialist of the type that the words speak of."""

    router: Router
    clock: Clock
    name: str = "built-in diagnostician"

    async def play(self, assignment: Assignment, tools: Tools) -> Played:  # noqa: ARG002 - it holds none
        """Its verdict: root_cause, severity, blast_radius, remediation, runbook, confidence."""
        text = "\n".join(_plain(one) for one in assignment.inputs.values())
        brief = self._brief(assignment, text)
        report = await AlertReader().investigate(brief, NoWindows())
        found = specialists()[brief.triage.type].diagnose(brief, (report,))
        causes = [one for one in found.hypotheses if one.confidence >= found.confidence - 0.15][:2]
        told = Certainty().of(found, (report,))
        root = told.root_cause or (f"Not known; likeliest: {found.hypotheses[0].text}" if found.hypotheses else "")
        by_id = {one.id: one for one in report.findings}
        seen = dict.fromkeys(
            quote.text for one in causes for name in one.supports[:3] for quote in by_id[name].quotes[:1]
        )
        because = f" Seen: {'; '.join(one_line(text, 200) for text in list(seen)[:3])}." if seen else ""
        output = {
            "root_cause": (" ".join(dict.fromkeys([root, *(one.text for one in causes)])) + because).strip(),
            "severity": str(brief.triage.severity),
            "blast_radius": ", ".join(assignment.context.get("affected_services") or [brief.service]) or "",
            "remediation": found.next_question
            if not told.root_cause
            else f"Mitigate {found.hypotheses[0].cause.replace('_', ' ')} first.",
            "runbook": "",
            "confidence": told.confidence,
        }
        return Played(output=output)

    def _brief(self, assignment: Assignment, text: str) -> Brief:
        now = self.clock.now()
        service = _service(text)
        alert = Alert(
            id="given",
            source="run",
            fingerprint=assignment.incident_id,
            status=AlertStatus.FIRING,
            title=one_line(text.strip().partition("\n")[0]),
            description=text,
            service=service,
            received_at=now,
        )
        seen = Evidence(
            id="given",
            kind=EvidenceKind.ALERT,
            source="run",
            query="what the step was given",
            content=text,
            sha256=digest(text),
            collected_at=now,
        )
        triage = self.router.triage((alert,), (seen,), now)
        return Brief(
            incident_id=assignment.incident_id,
            alerts=(alert,),
            alert_evidence=(seen,),
            triage=triage,
            service=service or triage.service,
            catalogue=Catalogue(),
            start=now,
            end=now,
            onset=now,
        )


@dataclass(frozen=True, slots=True)
class NotifierPlayer:
    """Posts what it was given, then acknowledges. It reads nothing but its inputs."""

    name: str = "built-in notifier"

    async def play(self, assignment: Assignment, tools: Tools) -> Played:
        """What it posted and what it acknowledged. Raises PlayerFailed when it holds no tool that posts."""
        cards = [one for one in tools.cards() if tool_power(one.path) is Power.ACT]
        post = next((one for one in cards if "post" in one.name or "send" in one.name), None)
        if post is None:
            raise PlayerFailed(f"{assignment.agent.name} holds no tool that posts.", "List one under `allow`.")
        report, verdict = _found(assignment.inputs)
        channel = _CHANNEL.search(assignment.agent.prompt)
        text = _written(assignment.inputs) or _message(report, verdict)
        where = channel.group(1) if channel else CHANNEL
        answer = await tools.call(post.path, _post(post, where, text))
        done = ["a message was posted before, in other words"] if answer.otherwise else [f"posted to {where}"]
        acknowledge = next((one for one in cards if "acknowledge" in one.name), None)
        known = {"incident_id": str(report.get("incident_id") or "")}
        if (
            acknowledge is not None
            and not answer.is_error
            and (arguments := _arguments(acknowledge, known)) is not None
        ):
            await tools.call(acknowledge.path, arguments)
            done.append(f"acknowledged {known['incident_id']}; no person has yet")
        return Played(output={"message": "" if answer.otherwise else text, "done": done})


def _readable(cards: tuple[ToolCard, ...]) -> list[ToolCard]:
    """Reading tools, those of one incident before those of one service, lists last."""
    reading = [one for one in cards if tool_power(one.path) is Power.READ and not one.name.startswith("list")]
    return sorted(reading, key=lambda one: ("incident" not in one.name, one.path))[:MOST_TOOLS]


def _known(text: str, assignment: Assignment) -> dict[str, str]:
    """What the words and the shared context say of the names that tools ask for."""
    found = _ID.search(text)
    affected = assignment.context.get("affected_services") or []
    return {
        "incident_id": found.group(0) if found else "",
        "service": _service(text) or (str(affected[0]) if affected else ""),
    }


def _service(text: str) -> str:
    found = _SERVICE.search(text)
    return next((one for one in found.groups() if one), "") if found else ""


def _arguments(card: ToolCard, known: Mapping[str, str]) -> dict[str, Any] | None:
    """Every required argument from what is known; None when one of them is not. The others keep their defaults."""
    asked = card.parameters.get("required") or []
    made: dict[str, Any] = {}
    for name in asked:
        value = next((value for key, value in known.items() if value and _means(name, key)), None)
        if value is None:
            return None
        made[name] = value
    return made


def _means(name: str, key: str) -> bool:
    plain = name.lower().replace("_", "")
    return plain in {
        key.replace("_", ""),
        *({"id", "incident"} if key == "incident_id" else {"app", "servicename", "job"}),
    }


def _report(text: str, known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, Any]:
    """Only what stands in an answer, or in the alert; every other field is empty."""
    answers = [one for one in said.values() if not one.startswith("no answer: ")]
    errors = [
        hit.group(0).strip() for pattern in (_ERROR, _TROUBLE) for one in answers for hit in pattern.finditer(one)
    ]
    metrics = [one for path, one in said.items() if "metric" in path and not one.startswith("no answer: ")]
    return {
        "incident_id": known.get("incident_id", ""),
        "service": known.get("service", ""),
        "error_pattern": one_line(errors[0], 300) if errors else "",
        "timeline": list(dict.fromkeys(one for answer in (text, *answers) for one in _TIME.findall(answer)))[:20],
        "metrics_summary": one_line(metrics[0], 600) if metrics else "",
        "raw_evidence": {path: one[:RAW] for path, one in said.items()},
    }


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON
    """JSON in a text as lines of words, so that it reads like what it quotes."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return "\n".join(_lines(found))


def _lines(found: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(found, Mapping):
        for key, one in found.items():
            inner = list(_lines(one))
            yield f"{key.replace('_', ' ')}: {inner[0]}" if len(inner) == 1 else f"{key.replace('_', ' ')}:"
            yield from inner if len(inner) != 1 else ()
    elif isinstance(found, list):
        for one in found:
            yield from _lines(one)
    elif found not in (None, ""):
        yield from str(found).splitlines()


def _found(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and the verdict among the inputs, whatever they are called there."""
    parsed = [one for value in inputs.values() if isinstance(one := _object(value), dict)]
    report = next((one for one in parsed if "raw_evidence" in one or "incident_id" in one), {})
    verdict = next((one for one in parsed if "root_cause" in one), {})
    return report, verdict


def _object(value: Any) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _written(inputs: Mapping[str, Any]) -> str:
    """What a mind wrote for this post."""
    made = _object(inputs.get("message"))
    return inert(str(made.get("message") or "") if isinstance(made, dict) else "")[:3000]


def _message(report: Mapping[str, Any], verdict: Mapping[str, Any]) -> str:
    rows = (
        ("Service", report.get("service")),
        ("Severity", verdict.get("severity")),
        ("Root cause", verdict.get("root_cause")),
        ("Blast radius", verdict.get("blast_radius")),
        ("Error pattern", report.get("error_pattern")),
        ("Remediation (proposed, not executed)", verdict.get("remediation")),
        ("Runbook", verdict.get("runbook")),
        ("Confidence", verdict.get("confidence")),
    )
    head = f"Incident {report.get('incident_id') or 'without an id'}"
    told = (f"{name}: {one_line(str(value), 600)}" for name, value in rows if value not in (None, ""))
    return inert("\n".join([head, *told]))


def _post(card: ToolCard, channel: str, text: str) -> dict[str, Any]:
    asked = card.parameters.get("properties") or {}
    where = next((one for one in asked if one in ("channel", "channel_id", "conversation")), "channel")
    words = next((one for one in asked if one in ("text", "message", "body")), "text")
    return {where: channel, words: text}
