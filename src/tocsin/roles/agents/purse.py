"""The purse: every question to a model passes here. Held to the budgets before it is asked, written down when it is answered.

While a question is under way its tokens are held, so that questions side by side cannot spend the same rest twice. A question
that was answered before the step was cut is not asked again; in a replay, `known` answers and nobody is asked at all. What is
personal stays in the house: the model sees marks in its place, and what it says has them back before anybody checks it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tocsin.errors import PlayerFailed, TocsinError
from tocsin.guard.budget import Ceilings, Spent, allowed, overrun, spent
from tocsin.guard.personal import Veil
from tocsin.model.plan import Agent
from tocsin.ports import CallTool, Clock, Hear, Mind, MindAnswer, Question, Store
from tocsin.roles.agents.shown import Shown
from tocsin.roles.contract import Account, Spend

MONTH = timedelta(days=32)
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Purse:
    """Asks models within the budgets. `known` are recorded answers by the model's name and the question's hash."""

    mind: Callable[[str], Mind]
    price: Callable[[str, int, int], float]
    ceilings: Ceilings
    store: Store
    clock: Clock
    known: Mapping[tuple[str, str], MindAnswer] = field(default_factory=dict)
    _held: Counter[str] = field(default_factory=Counter)
    _deciding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, agent: Agent, account: Account, question: Question, call: CallTool | None = None) -> Any:  # noqa: ANN401
        """The answer. Raises PlayerFailed."""
        recorded = self.known.get((agent.model, question.sha256))
        if recorded is not None:
            await self._charge(agent, account, question, recorded)
        answer = recorded or await account.books.answered(account, question)
        if answer is None:
            answer = await self._bought(agent, account, question, call)
        elif call is not None:
            await _called_again(answer, call)
        if answer.failure:
            raise PlayerFailed(answer.failure, code=answer.code)
        return answer.output

    async def _bought(self, agent: Agent, account: Account, question: Question, call: CallTool | None) -> MindAnswer:
        """Asks the model. What it costs is on the record before what is held for it is let go."""
        mind, asks = self.mind(agent.model), question.asks
        bounded = await self._hold(agent, account, question, asks)
        began = self.clock.now()
        try:
            async with Shown(account, agent.model, self.clock) as shown:
                answer = await _veiled(mind, bounded, call, asks, shown.hear)
            answer = answer.model_copy(update={"seconds": (self.clock.now() - began).total_seconds()})
            await self._charge(agent, account, question, answer)
        except asyncio.CancelledError:
            given_up = MindAnswer(failure="it was given up: the step's time was over.", tokens_in=asks)
            with suppress(TocsinError):
                await asyncio.shield(self._charge(agent, account, question, given_up))
            raise
        finally:
            self._held[account.incident_id] -= bounded.most_in_all
        return answer

    async def _hold(self, agent: Agent, account: Account, question: Question, asks: int) -> Question:
        """The question with what its answer may have, and all its turns; that is held from now on. Raises PlayerFailed."""
        async with self._deciding:
            now = self.clock.now()
            incidents = await self.store.read(lambda ledger: ledger.incidents.recent(since=now - MONTH, limit=MANY))
            if (over := overrun(account.budgets, incidents, now)) is not None:
                raise PlayerFailed(over, "Raise its limit, or wait until its period is over.", code=EXCEEDED)
            so_far = _with_held(spent(incidents, account.incident_id, now), self._held, account.incident_id)
            left = allowed(self.ceilings.under(agent, account.rules), so_far, asks)
            most = min(question.most_tokens, left)
            whole = asks + (left if question.tools else most)
            self._held[account.incident_id] += whole
            return question.model_copy(update={"most_tokens": most, "most_in_all": whole})

    async def _charge(self, agent: Agent, account: Account, question: Question, answer: MindAnswer) -> None:
        spend = Spend(
            model=agent.model,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            cost=self.price(agent.model, answer.tokens_in, answer.tokens_out),
            seconds=answer.seconds,
            question_sha256=question.sha256,
            question=question.model_dump_json(),
            answer=answer.model_dump_json(),
            failure=answer.failure,
        )
        await account.books.charge(account, spend)


REFUSED = "TCS-PLAYER-REFUSED"
"""The endpoint took no question: nothing was read, nothing is paid."""
EXCEEDED = "TCS-PLAYER-BUDGET"


async def _veiled(mind: Mind, question: Question, call: CallTool | None, asks: int, hear: Hear) -> MindAnswer:
    """The model's answer to the question without personal data, with what its marks stand for; its calls likewise."""
    veil = Veil()

    async def through(path: str, arguments: Mapping[str, Any]) -> str:
        return str(veil.over(await call(path, veil.lifted(arguments)))) if call else ""

    asked = question.model_copy(update={"material": veil.over(question.material)})
    answer = await _answer(mind, asked, through if call else None, asks, hear)
    calls = tuple(one.model_copy(update={"arguments": veil.lifted(one.arguments)}) for one in answer.calls)
    return answer.model_copy(update={"output": veil.lifted(answer.output), "calls": calls})


async def _answer(mind: Mind, question: Question, call: CallTool | None, asks: int, hear: Hear) -> MindAnswer:
    """The model's answer, or why there is none. A question that was taken is paid for, answered or not."""
    try:
        return await mind.ask(question, call, hear)
    except PlayerFailed as failed:
        read = 0 if failed.code == REFUSED else asks
        return MindAnswer(failure=failed.what, code=failed.code, tokens_in=read)


def _with_held(so_far: Spent, held: Counter[str], incident_id: str) -> Spent:
    return so_far.model_copy(
        update={"incident": so_far.incident + held[incident_id], "day": so_far.day + sum(held.values())}
    )


async def _called_again(answer: MindAnswer, call: CallTool) -> None:
    """The calls that the model made then: their answers are on the record, and what it says is checked against them."""
    for one in answer.calls:
        await call(one.path, one.arguments)
