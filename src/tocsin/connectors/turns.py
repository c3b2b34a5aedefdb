"""The turns of one question to a model that calls tools: what it called, and what that comes to. Used by `mind`.

Each turn reads again all that was said before. So it is counted before a call whether the turn after it can still be paid: what
the endpoint has told of its tokens so far, and by our own measure what the next turn reads and may say. No task costs more
than its budget, however often a model calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tocsin.errors import PlayerFailed
from tocsin.model.plain import tokens_of
from tocsin.ports import CallTool, MindAnswer, Question, ToolUse

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

REFUSED, SPENT = "TCS-PLAYER-REFUSED", "TCS-PLAYER-BUDGET"
"""The last turn was not taken, or not begun: it costs nothing."""


@dataclass(slots=True)
class Turns:
    """Of one question. `usage` is filled by pydantic-ai as answers come in."""

    question: Question
    usage: "RunUsage"
    uses: list[ToolUse] = field(default_factory=list)
    _read: int = 0
    """Tokens that its calls and their answers add to what each further turn reads."""
    _paid: int = 0
    """By our own measure, what the turns so far have read."""

    def calling(self, call: CallTool | None) -> CallTool | None:
        """The same calls, counted and remembered: a replay makes them again. Raises PlayerFailed where the next cannot be paid."""
        if call is None:
            return None

        async def counted(path: str, arguments: Mapping[str, Any]) -> str:
            self._read += tokens_of(path, str(dict(arguments)))
            self._paid += self._next
            room = self._room()
            self.uses.append(ToolUse(path=path, arguments=dict(arguments)))
            answer = (await call(path, arguments))[: room * 3]
            self._read += tokens_of(answer)
            return answer

        return counted

    def given_up(self, failed: PlayerFailed) -> MindAnswer:
        """Why there is no answer, and what the turns before have cost. Raises `failed` where there were none."""
        if not self.usage.requests:
            raise failed
        unanswered = 0 if failed.code in (REFUSED, SPENT) else self._next
        return MindAnswer(
            failure=failed.what,
            code=failed.code,
            tokens_in=(self.usage.input_tokens or self._paid) + unanswered,
            tokens_out=self.usage.output_tokens or 0,
            calls=tuple(self.uses),
        )

    @property
    def _next(self) -> int:
        """What the next turn reads."""
        return self.question.asks + self._read

    def _room(self) -> int:
        """Tokens that an answer of a tool may have: half of what is left, for it may not be the last. Raises PlayerFailed."""
        spent = self.usage.total_tokens if self.usage.input_tokens else self._paid
        left = self.question.most_in_all - spent - self._next - self.question.most_tokens
        if self.question.most_in_all and left < 1:
            what = f"its {self.question.most_in_all} tokens are not enough for another call ({spent} spent)."
            raise PlayerFailed(what, "Raise the limit of a call in `models.budget` or its document.", code=SPENT)
        return left // 2 if self.question.most_in_all else 10**6
