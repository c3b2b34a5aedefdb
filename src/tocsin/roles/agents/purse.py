"""The purse: every question to a model passes here. Checked before it is spent, recorded whole after, replayed where known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tocsin.guard.budget import Ceilings, allowed, spent, tokens_of
from tocsin.model.plan import Agent, Rule
from tocsin.ports import CallTool, Clock, Mind, MindAnswer, Question, Store
from tocsin.roles.contract import Spend

MONTH = timedelta(days=32)
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Purse:
    """Asks models within the budgets. `known` are recorded answers by the question's hash: a replay asks nobody."""

    mind: Callable[[str], Mind]
    price: Callable[[str, int, int], float]
    ceilings: Ceilings
    store: Store
    clock: Clock
    known: Mapping[str, MindAnswer] = field(default_factory=dict)

    async def ask(
        self, agent: Agent, rules: tuple[Rule, ...], incident_id: str, question: Question, call: CallTool | None = None
    ) -> tuple[Any, Spend]:
        """The answer and what it cost. Raises PlayerFailed."""
        question = await self._bounded(agent, rules, incident_id, question)
        began = self.clock.now()
        before = self.known.get(question.sha256)
        answer = before or await self.mind(agent.model).ask(question, call)
        return answer.output, Spend(
            model=agent.model,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            cost=self.price(agent.model, answer.tokens_in, answer.tokens_out),
            seconds=(self.clock.now() - began).total_seconds(),
            question_sha256=question.sha256,
            question=question.model_dump_json(),
            answer=answer.model_dump_json(),
        )

    async def _bounded(self, agent: Agent, rules: tuple[Rule, ...], incident_id: str, question: Question) -> Question:
        now = self.clock.now()
        incidents = await self.store.read(lambda ledger: ledger.incidents.recent(since=now - MONTH, limit=MANY))
        asks = tokens_of(question.instruction, question.material)
        left = allowed(self.ceilings.under(agent, rules), spent(incidents, incident_id, now), asks)
        return question.model_copy(update={"most_tokens": min(question.most_tokens, left)})
