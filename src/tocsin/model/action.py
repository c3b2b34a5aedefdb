"""Actions: the steps of a runbook that people wrote, proposed as a fix. Nothing here runs anything."""

from tocsin.model.ground import RiskLevel, Share, Value


class Step(Value):
    """One step of one runbook. `stepIndex` counts from 0, as `execute_runbook` does."""

    step_index: int
    runbook_id: str
    text: str
    risk: RiskLevel
    command: str = ""
    """What a person would type or what the executor would run; shown, never interpolated from alert text."""


class Fix(Value):
    """A proposed fix: steps of one chosen runbook, mitigations first, with the time, the risk and what it needs."""

    runbook_id: str = ""
    title: str = ""
    steps: tuple[Step, ...] = ()
    estimated_time: str = ""
    risk: RiskLevel = RiskLevel.LOW
    needs: tuple[str, ...] = ()
    match: Share = 0.0
    """How well the runbook fits, from the search; shown so that a person can doubt it."""
    why: str = ""
    alternatives: tuple[str, ...] = ()
