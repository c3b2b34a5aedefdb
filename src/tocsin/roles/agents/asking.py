"""Asking: one question to a model, its answer checked, one retry with the error. Called by every model that plays a role.

What does not hold is said to the model once; then, as at a time-out, a refusal or a spent budget, PlayerFailed goes up and the
built-in analyst of the role answers.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tocsin.errors import PlayerFailed
from tocsin.model.plan import Agent
from tocsin.ports import CallTool, Question
from tocsin.roles.agents.checks import fits
from tocsin.roles.agents.purse import Purse
from tocsin.roles.contract import Account

T = TypeVar("T")


async def asked(
    purse: Purse,
    agent: Agent,
    account: Account,
    question: Question,
    taken: Callable[[dict[str, Any]], Awaitable[T]],
    call: CallTool | None = None,
) -> T:
    """What `taken` makes of the answer. It raises PlayerFailed for one that does not hold. Raises PlayerFailed."""
    said = await purse.ask(agent, account, question, call)
    try:
        return await taken(fits(said, question.output or {}))
    except PlayerFailed as wrong:
        again = f"{question.instruction}\n\nYour last answer could not be taken: {wrong.what} Answer again."
    said = await purse.ask(agent, account, question.model_copy(update={"instruction": again}), call)
    return await taken(fits(said, question.output or {}))
