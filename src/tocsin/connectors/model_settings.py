"""Section `models` of the configuration: where models are, how they are spoken to, what they cost and may spend. Read by `app`."""

from typing import Literal

from pydantic import Field

from tocsin.config import Secret
from tocsin.model.ground import Value


class ModelSettings(Value):
    """One model, or all whose names fit: where it is, how it is spoken to, what it costs."""

    provider: Literal["openai", "anthropic", "gemini", "bedrock"] = "openai"
    """`openai` speaks to every compatible endpoint, those of Ollama, vLLM and gateways among them. The last two are extras."""
    url: str = ""
    region: str = "us-east-1"
    """Of Bedrock; its keys come from where AWS keeps them."""
    key: Secret | None = None
    model: str = ""
    """What it is called there; empty: as documents call it."""
    calls_tools: bool = False
    """It calls tools by itself. Small models do not: then the built-in planner asks the tools and the model fills a schema."""
    seconds: float = Field(default=20.0, gt=0, le=600)
    """For one answer; a step's own time may be less."""
    streams: bool = True
    """It is asked to stream, so that people see it work. False for an endpoint that cannot."""
    price_in: float = Field(default=0.0, ge=0)
    """Of a million tokens."""
    price_out: float = Field(default=0.0, ge=0)


class BudgetSettings(Value):
    """What models may spend. Checked before a question, charged when it is answered."""

    tokens_per_call: int = Field(default=8_000, gt=0)
    tokens_per_incident: int = Field(default=12_000, gt=0)
    tokens_per_day: int = Field(default=500_000, gt=0)
    money_per_month: float = Field(default=50.0, ge=0)


class ModelsSettings(Value):
    """Section `models`: by name or wildcard. Empty: no model is ever asked."""

    known: dict[str, ModelSettings] = Field(default_factory=dict)
    budget: BudgetSettings = BudgetSettings()
