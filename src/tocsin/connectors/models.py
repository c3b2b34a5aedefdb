"""Models behind one door: any OpenAI-compatible endpoint (Ollama, vLLM, hosted ones) and Anthropic, through pydantic-ai.

Settings, the adapter, and nothing else. It is asked by players and decides nothing: what may be spent is checked before, and
what it answers is checked after. pydantic-ai is imported when a model is first asked.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.errors import PlayerFailed
from tocsin.model.ground import Value
from tocsin.ports import CallTool, MindAnswer, Question, ToolCard

if TYPE_CHECKING:
    from pydantic_ai import Tool
    from pydantic_ai.models import Model

_DO = "The built-in analyst answers meanwhile; check the model's address, key and limits."


class ModelSettings(Value):
    """One model, or all whose names fit: where it is, how it is spoken to, what it costs."""

    provider: Literal["openai", "anthropic"] = "openai"
    """`openai` speaks to every compatible endpoint, those of Ollama, vLLM, Gemini and Bedrock among them."""
    url: str = ""
    key: Secret | None = None
    model: str = ""
    """What it is called there; empty: as documents call it."""
    calls_tools: bool = False
    """It calls tools by itself. Small models do not: then the built-in planner asks the tools and the model fills a schema."""
    price_in: float = Field(default=0.0, ge=0)
    """Of a million tokens."""
    price_out: float = Field(default=0.0, ge=0)


class BudgetSettings(Value):
    """What models may spend. Checked before a question, charged after it."""

    tokens_per_call: int = Field(default=4_000, gt=0)
    tokens_per_incident: int = Field(default=12_000, gt=0)
    tokens_per_day: int = Field(default=500_000, gt=0)
    money_per_month: float = Field(default=50.0, ge=0)


class ModelsSettings(Value):
    """Section `models`: by name or wildcard. Empty: no model is ever asked."""

    known: dict[str, ModelSettings] = Field(default_factory=dict)
    budget: BudgetSettings = BudgetSettings()


@dataclass(frozen=True, slots=True)
class PydanticMind:
    """ports.Mind over pydantic-ai."""

    name: str
    settings: ModelSettings
    key: str

    @property
    def calls_tools(self) -> bool:
        """As configured."""
        return self.settings.calls_tools

    async def ask(self, question: Question, call: CallTool | None = None) -> MindAnswer:
        """One question, within its seconds, turns and tokens. Raises PlayerFailed."""
        from pydantic_ai import Agent
        from pydantic_ai.usage import UsageLimits

        limits = UsageLimits(request_limit=question.turns, tool_calls_limit=None)
        try:
            async with asyncio.timeout(question.seconds), AsyncExitStack() as closing:
                agent = self._agent(Agent, question, call, closing)
                result = await agent.run(question.material, usage_limits=limits)
        except TimeoutError as failure:
            raise self._failed(f"did not answer within {question.seconds:g} seconds", "TIMEOUT") from failure
        except Exception as failure:  # whatever the endpoint or the library met
            said = f"failed: {type(failure).__name__}: {' '.join(str(failure).split())[:200]}"
            raise self._failed(said, "MODEL") from failure
        usage = result.usage
        return MindAnswer(output=result.output, tokens_in=usage.input_tokens or 0, tokens_out=usage.output_tokens or 0)

    def _agent(self, kind: Any, question: Question, call: CallTool | None, closing: AsyncExitStack) -> Any:  # noqa: ANN401
        return kind(
            self._model(closing),
            output_type=self._output(question),
            instructions=question.instruction,
            tools=[_tool(card, call) for card in question.tools] if call else (),
            retries=0,
            model_settings={"max_tokens": question.most_tokens, "temperature": 0.0, "timeout": question.seconds},
        )

    def _model(self, closing: AsyncExitStack) -> "Model":
        name = self.settings.model or self.name
        if self.settings.provider == "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            return AnthropicModel(
                name, provider=AnthropicProvider(api_key=self.key, base_url=self.settings.url or None)
            )
        from openai import AsyncOpenAI
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        client = AsyncOpenAI(base_url=self.settings.url or None, api_key=self.key or "none", max_retries=0)
        closing.push_async_callback(client.close)
        return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))

    def _output(self, question: Question) -> Any:  # noqa: ANN401 - pydantic-ai's own union
        from pydantic_ai import NativeOutput, StructuredDict

        if question.output is None:
            return str
        kind = StructuredDict(deepcopy(question.output), name="answer")  # it writes into what it is given
        return kind if self.settings.provider == "anthropic" else NativeOutput(kind, strict=False)

    def _failed(self, why: str, code: str) -> PlayerFailed:
        return PlayerFailed(f"model {self.name} {why}.", _DO, code=f"TCS-PLAYER-{code}")


class Minds:
    """The models of this installation, by the names that documents use."""

    def __init__(self, settings: ModelsSettings, config: Config) -> None:
        self._settings, self._config = settings, config

    def mind(self, name: str) -> PydanticMind:
        """Raises PlayerFailed when no model of that name is configured."""
        found = self._named(name)
        if found is None:
            raise PlayerFailed(
                f"no model {name[:80]!r} is configured.", "Add it under `models.known`.", code="TCS-PLAYER-NOBODY"
            )
        pattern, settings = found
        key = self._config.secret(settings.key, f"models.known.{pattern}.key") if settings.key else ""
        return PydanticMind(name, settings, key)

    def price(self, name: str, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost."""
        found = self._named(name)
        return 0.0 if found is None else (tokens_in * found[1].price_in + tokens_out * found[1].price_out) / 1_000_000

    def _named(self, name: str) -> tuple[str, ModelSettings] | None:
        return next(((key, one) for key, one in self._settings.known.items() if fnmatchcase(name, key)), None)


def _tool(card: ToolCard, call: CallTool) -> "Tool[Any]":
    from pydantic_ai import Tool

    async def run(**arguments: Any) -> str:  # noqa: ANN401 - as the tool's schema says
        return await call(card.path, arguments)

    schema: Mapping[str, Any] = card.parameters or {"type": "object", "properties": {}}
    name = f"{card.server}__{card.name}".replace("-", "_").replace(".", "_")
    return Tool.from_schema(run, name=name, description=card.description[:500], json_schema=dict(schema))
