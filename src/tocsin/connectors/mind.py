"""One question to a model through pydantic-ai: whichever provider, streamed, bounded in time, turns and tokens. Used by `models`.

pydantic-ai and a provider's library are imported when a model is first asked, in a thread, for that takes seconds. What a model
says while it works is told to whoever listens; it is unchecked, and nothing is made of it.
"""

import asyncio
import json
from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tocsin.connectors.model_settings import ModelSettings
from tocsin.connectors.resting import Resting
from tocsin.connectors.turns import Turns
from tocsin.errors import PlayerFailed
from tocsin.ports import CallTool, Hear, MindAnswer, Question, ToolCard

if TYPE_CHECKING:
    from pydantic_ai import Tool
    from pydantic_ai.models import Model

_DO = "The built-in analyst answers meanwhile; check the model's address, key and limits."
LONGEST = 60_000
"""Characters of an answer; more is no answer, whatever a model was told about tokens."""


@dataclass(frozen=True, slots=True)
class PydanticMind:
    """ports.Mind over pydantic-ai."""

    name: str
    settings: ModelSettings
    key: str
    resting: Resting

    @property
    def calls_tools(self) -> bool:
        """As configured."""
        return self.settings.calls_tools

    async def ask(self, question: Question, call: CallTool | None = None, hear: Hear | None = None) -> MindAnswer:
        """One question, within its seconds, turns and tokens. Raises PlayerFailed."""
        if wait := self.resting.seconds(self.name):
            raise self._failed(f"asked to be left alone for another {wait:.0f} seconds", "REFUSED")
        await asyncio.to_thread(warm, self.settings.provider)
        seconds, turns = min(question.seconds, self.settings.seconds), _turns(question)
        try:
            async with asyncio.timeout(seconds), AsyncExitStack() as closing:
                agent = self._agent(question, turns.calling(call), closing, seconds)
                result = await agent.run(question.material, **self._run(turns, hear))
        except TimeoutError:
            return turns.given_up(self._failed(f"did not answer within {seconds:g} seconds", "TIMEOUT"))
        except Exception as failure:  # noqa: BLE001 - whatever the endpoint or the library met
            return turns.given_up(self._met(failure))
        usage = result.usage
        return MindAnswer(
            output=result.output,
            tokens_in=usage.input_tokens or 0,
            tokens_out=usage.output_tokens or 0,
            calls=tuple(turns.uses),
        )

    def _run(self, turns: Turns, hear: Hear | None) -> dict[str, Any]:
        from pydantic_ai.usage import UsageLimits

        limits = UsageLimits(request_limit=turns.question.turns, tool_calls_limit=None)
        heard = {"event_stream_handler": _listener(hear)} if self.settings.streams else {}
        return {"usage": turns.usage, "usage_limits": limits, **heard}

    def _met(self, failure: Exception) -> PlayerFailed:
        """The failure as ours. Who refused took no question; who said for how long is left alone."""
        from pydantic_ai.exceptions import ModelHTTPError

        if isinstance(failure, PlayerFailed):
            return failure
        said = f"failed: {type(failure).__name__}: {' '.join(str(failure).split())[:200]}"
        if isinstance(failure, ModelHTTPError):
            self.resting.after(self.name, failure.status_code, (failure.headers or {}).get("retry-after", ""))
            return self._failed(said, "REFUSED")
        return self._failed(said, "MODEL")

    def _agent(self, question: Question, call: CallTool | None, closing: AsyncExitStack, seconds: float) -> Any:  # noqa: ANN401
        from pydantic_ai import Agent

        return Agent(
            model_of(self.settings.model or self.name, self.settings, self.key, closing),
            output_type=self._output(question),
            instructions=question.instruction,
            tools=[_tool(card, call) for card in question.tools] if call else (),
            retries=0,
            model_settings={"max_tokens": question.most_tokens, "temperature": 0.0, "timeout": seconds},
        )

    def _output(self, question: Question) -> Any:  # noqa: ANN401 - pydantic-ai's own union
        from pydantic_ai import NativeOutput, StructuredDict

        if question.output is None:
            return str
        kind = StructuredDict(deepcopy(question.output), name="answer")  # it writes into what it is given
        return NativeOutput(kind, strict=False) if self.settings.provider in ("openai", "gemini") else kind

    def _failed(self, why: str, code: str) -> PlayerFailed:
        return PlayerFailed(f"model {self.name} {why}.", _DO, code=f"TCS-PLAYER-{code}")


def warm(provider: str) -> None:
    """Imports what that provider needs. Raises PlayerFailed where its extra is not installed."""
    try:
        import pydantic_ai

        match provider:
            case "anthropic":
                import pydantic_ai.models.anthropic
            case "gemini":
                import pydantic_ai.models.google
            case "bedrock":
                import pydantic_ai.models.bedrock
            case _:
                import pydantic_ai.models.openai  # noqa: F401
    except ImportError as missing:
        what = f"what {provider} needs is not installed ({' '.join(str(missing).split())[:120]})."
        raise PlayerFailed(what, f"Install the extra: tocsin[{provider}].", code="TCS-PLAYER-EXTRA") from missing


def model_of(name: str, settings: ModelSettings, key: str, closing: AsyncExitStack) -> "Model":
    """The provider's model; its connections are closed by `closing`. Opens none."""
    url = settings.url or None
    if settings.provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        return AnthropicModel(name, provider=AnthropicProvider(api_key=key, base_url=url))
    if settings.provider == "gemini":
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=url))
    if settings.provider == "bedrock":
        from pydantic_ai.models.bedrock import BedrockConverseModel
        from pydantic_ai.providers.bedrock import BedrockProvider

        return BedrockConverseModel(name, provider=BedrockProvider(region_name=settings.region, base_url=url))
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(base_url=url, api_key=key or "none", max_retries=0)
    closing.push_async_callback(client.close)
    return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))


def _listener(hear: Hear | None) -> Callable[[Any, AsyncIterable[Any]], Any]:
    """Tells what is said so far, and ends an answer that does not end by itself."""

    async def listen(_: Any, events: AsyncIterable[Any]) -> None:  # noqa: ANN401 - pydantic-ai's context
        said = ""
        async for event in events:
            said += _piece(event)
            if len(said) > LONGEST:
                raise PlayerFailed(f"its answer is longer than {LONGEST} characters.", _DO, code="TCS-PLAYER-HUGE")
            if hear is not None:
                hear(said)

    return listen


def _piece(event: Any) -> str:  # noqa: ANN401 - one of pydantic-ai's events
    """The text that an event adds: of an answer, or of the arguments of the tool that stands for one."""
    part = getattr(event, "delta", None) or getattr(event, "part", None)
    for name in ("content_delta", "args_delta", "content", "args"):
        found = getattr(part, name, None)
        if found:
            return found if isinstance(found, str) else json.dumps(found, default=str)
    return ""


def _turns(question: Question) -> Turns:
    from pydantic_ai.usage import RunUsage

    return Turns(question, RunUsage())


def _tool(card: ToolCard, call: CallTool) -> "Tool[Any]":
    from pydantic_ai import Tool

    async def run(**arguments: Any) -> str:  # noqa: ANN401 - as the tool's schema says
        return await call(card.path, arguments)

    schema: Mapping[str, Any] = card.parameters or {"type": "object", "properties": {}}
    name = f"{card.server}__{card.name}".replace("-", "_").replace(".", "_")
    return Tool.from_schema(run, name=name, description=card.description[:500], json_schema=dict(schema))
