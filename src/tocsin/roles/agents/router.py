"""The router's second opinion: a model reads the alert after the built-in router has decided. Asked by the opening.

It may name another type, and a higher severity, with words of the alert for it; lower than it stands it cannot set anything. What
follows from a type or a severity, who is told and which specialist thinks, stays the configuration's.
"""

from dataclasses import dataclass
from typing import Any

from tocsin.errors import PlayerFailed
from tocsin.guard.quarantine import RULES, fenced
from tocsin.guard.redact import Redact
from tocsin.model.evidence import Evidence, Quote
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.plan import Agent
from tocsin.model.triage import Triage
from tocsin.ports import Question
from tocsin.roles.agents.asking import asked
from tocsin.roles.agents.prompts import prompt
from tocsin.roles.agents.purse import Purse
from tocsin.roles.analysts.routing import Routing
from tocsin.roles.contract import Account

SECONDS = 3.5
"""Of the five that triage has."""
CHARACTERS = 2_000
SURE = 0.6
"""The built-in type stands where its words are surer than that."""
OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"enum": [str(one) for one in IncidentType]},
        "severity": {"enum": [str(one) for one in Severity]},
        "because": {"type": "string"},
    },
    "required": ["type", "severity", "because"],
}


@dataclass(frozen=True, slots=True)
class ModelRouter:
    """contract.SecondOpinion by a model."""

    agent: Agent
    purse: Purse
    account: Account
    redact: Redact
    routing: Routing
    seconds: float = SECONDS

    async def opinion(self, decided: Triage, evidence: tuple[Evidence, ...]) -> Triage:
        """The decision with what the model saw in it. Raises PlayerFailed."""
        if decided.auto_close:
            return decided  # people wrote the rule that closes it; nobody overrules them
        text = "\n\n".join(one.content for one in evidence)
        question = Question(
            instruction=f"{self.agent.prompt or prompt('router')}\nGiven: {decided.severity}.\n\n{RULES}",
            material=fenced("alert", text, self.redact, CHARACTERS),
            output=OUTPUT,
            most_tokens=120,
            seconds=min(self.seconds, self.agent.limits.timeout_seconds or self.seconds),
        )

        async def taken(said: dict[str, Any]) -> Triage:
            return self._with(decided, said, evidence)

        return await asked(self.purse, self.agent, self.account, question, taken)

    def _with(self, decided: Triage, said: dict[str, Any], evidence: tuple[Evidence, ...]) -> Triage:
        kind, severity = IncidentType(said["type"]), Severity(said["severity"])
        if severity > decided.severity:
            raise PlayerFailed(
                f"{severity} is lower than {decided.severity}, where it stands.", code="TCS-PLAYER-LOWERS"
            )
        quote = _quote(said["because"], evidence)
        if quote is None and (kind, severity) != (decided.type, decided.severity):
            raise PlayerFailed("`because` does not stand in the alert.", code="TCS-PLAYER-CITES")
        changed: dict[str, Any] = {}
        if kind is not decided.type and decided.type_confidence < SURE and quote is not None:
            changed = {"type": kind, "specialist": self.routing.specialists[kind], "type_quotes": (quote,)}
        if severity < decided.severity and quote is not None:
            why = f'{decided.rule}; raised to {severity} by {self.agent.model}, because of "{quote.text}"'
            changed |= {"severity": severity, "notify": self.routing.notify[severity], "rule": why, "task": None}
        return decided.model_copy(update=changed)


def _quote(text: str, evidence: tuple[Evidence, ...]) -> Quote | None:
    plain = text.strip()
    found = next((one for one in evidence if plain and plain in one.content), None)
    return Quote(evidence_id=found.id, text=plain[:300]) if found else None
