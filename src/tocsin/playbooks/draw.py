"""Draws a plan: as text for a terminal, as a Mermaid flowchart for a page. Pure."""

from tocsin.model.plan import Plan, Step, Work


def as_text(plan: Plan) -> str:
    """One line for each step in the order in which they may run, those side by side in one rank."""
    lines = [f"{plan.name}  ({plan.origin})"]
    over: frozenset[str] = frozenset()
    while ready := plan.ready(over):
        for at, step in enumerate(ready):
            mark = "─" if len(ready) == 1 else "┬" if at == 0 else "└" if at == len(ready) - 1 else "├"
            lines.append(f" {mark}─ {_told(plan, step)}")
        over |= {one.name for one in ready}
    return "\n".join(lines)


def as_mermaid(plan: Plan) -> str:
    """A flowchart; gates are diamonds, a condition stands on the arrow."""
    lines = ["flowchart TD"]
    for step in plan.steps:
        shape = '{{"{}"}}' if step.gate else '["{}"]'
        lines.append(f"  {_id(step.name)}{shape.format(_words(plan, step))}")
    for step in plan.steps:
        arrow = f'-- "{_safe(_bare(step.when))}" -->' if step.when else "-->"
        lines += [f"  {_id(other)} {arrow} {_id(step.name)}" for other in step.depends_on]
    return "\n".join(lines)


def _told(plan: Plan, step: Step) -> str:
    after = f"  after {', '.join(step.depends_on)}" if step.depends_on else ""
    asked = f"  ? {step.gate.role}: {step.gate.question}" if step.gate else ""
    when = f"  when {_bare(step.when)}" if step.when else ""
    return f"{step.name}: {_what(step)}{_who(plan, step)}{after}{when}{asked}"


def _what(step: Step) -> str:
    roles = f" ({', '.join(step.roles)})" if step.roles else ""
    return "" if step.work is Work.AGENT else f"{step.work}{roles}"


def _who(plan: Plan, step: Step) -> str:
    agent = plan.agents.get(step.agent)
    if agent is None:
        return ""
    return f" [{agent.role}, played by {agent.model or agent.player}]"


def _words(plan: Plan, step: Step) -> str:
    return _safe(f"{step.name}{_who(plan, step)}")


def _id(name: str) -> str:
    return "s_" + "".join(one if one.isalnum() else "_" for one in name)


def _bare(condition: str) -> str:
    return condition.strip().removeprefix("{{").removesuffix("}}").strip()


def _safe(text: str) -> str:
    """With Mermaid's own entities for what would end a label."""
    return "".join(_ENTITIES.get(one, one) for one in text)


_ENTITIES = {"#": "#35;", '"': "#quot;", "{": "#123;", "}": "#125;", "<": "#lt;", ">": "#gt;"}
