"""The prompt files of the roles. Read once; a document's own prompt comes before them."""

from functools import cache
from importlib.resources import files

from tocsin.model.plan import Agent, Power


@cache
def prompt(name: str) -> str:
    """The text of `roles/prompts/NAME.md`."""
    return (files("tocsin.roles") / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def instruction(agent: Agent, power: Power) -> str:
    """What an agent is told: its document's words, else its role's file, else that of its one power."""
    if agent.prompt:
        return agent.prompt
    return prompt({Power.READ: "investigator", Power.DECIDE: "diagnostician"}.get(power, "notifier"))
