"""A model, or an agent elsewhere, as the specialist of the house: it chooses one of the causes that the evidence supports.

Made by `cast`. It must cite what speaks for its choice; how surely, the built-in specialist has computed before.
"""

from dataclasses import dataclass

from tocsin.guard.quarantine import RULES
from tocsin.model.context import context_from
from tocsin.model.diagnosis import Diagnosis
from tocsin.ports import AgentTask
from tocsin.roles.agents.checks import choices, chosen
from tocsin.roles.agents.prompts import prompt
from tocsin.roles.agents.reading import ModelLine
from tocsin.roles.agents.remote import Line, part_of
from tocsin.roles.agents.roster import SECONDS
from tocsin.roles.contract import Brief, Report, Specialist

PATIENCE = 15.0
"""Seconds for a model: the diagnosis must be out after 60, the reading and the built-in answer among them."""
CHARACTERS = 5_000
"""Of the findings that a model is shown."""
ANSWER = 300


@dataclass(frozen=True, slots=True)
class OutsideDiagnostician:
    """contract.Diagnostician."""

    line: Line | ModelLine
    built_in: Specialist

    @property
    def role(self) -> str:
        """The specialist's."""
        return self.built_in.role

    async def diagnose(self, brief: Brief, reports: tuple[Report, ...]) -> Diagnosis:
        """The built-in answer with the chosen cause first, where it holds. Raises PlayerFailed, SourceError."""
        found = self.built_in.diagnose(brief, reports)
        if not found.hypotheses:
            return found  # nothing is supported, and nobody outside can change that
        told = tuple(finding for report in reports for finding in report.findings)
        ids = {finding.id: finding.text for finding in told}
        causes, findings, schema = choices(found, ids)
        inputs = {"causes": self.line.fenced("causes", causes), "findings": self.line.fenced("findings", findings)}
        task = AgentTask(
            id=f"{brief.incident_id}:{self.role}{part_of(inputs)}",
            role=self.line.agent.role,
            instruction=f"{self.line.agent.prompt or prompt('specialist')}\n\n{RULES}",
            inputs=inputs,
            context=self.line.clean({**context_from(told, (brief.service,)), "severity": str(brief.triage.severity)}),
            output=schema,
            seconds=self.line.seconds(SECONDS),
        )
        return await self.line.taken(task, lambda said: chosen(found, said, ids))
