"""The Runbook: one file people wrote, as a typed value that holds together. Made by `runbooks`, read by search and stages.

Pure: no file, no clock. A runbook that could do harm by omission (a slot nobody fills, a fix before a mitigation) is no
Runbook at all.
"""

from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from pydantic import Field, model_validator

from tocsin.library.steps import Duration, Name, Probe, Purpose, RunbookStep, Sentence, slots_of_probe
from tocsin.model.action import Risk
from tocsin.model.chain import canonical
from tocsin.model.ground import IncidentType, Value


class ParameterType(StrEnum):
    """What a slot may hold. The executor checks the value against it before anything runs."""

    INTEGER = "integer"
    IDENTIFIER = "identifier"
    HOST = "host"
    PORT = "port"
    IP = "ip"
    URL = "url"
    PATH = "path"
    SERVICE = "service"
    DATABASE = "database"
    DEPLOYMENT = "deployment"
    POD = "pod"
    NODE = "node"
    NAMESPACE = "namespace"
    ACCOUNT = "account"
    VERSION = "version"
    QUANTITY = "quantity"
    QUEUE = "queue"


class Parameter(Value):
    """A slot: its type, and where its value comes from."""

    type: ParameterType
    origin: str = Field(alias="from", pattern=r"^(alert|incident|catalogue|step|evidence|person)(\.[a-z][a-z0-9_]*)*$")
    """`alert.labels.pod`, `incident.service`, `catalogue.waf`, `step.find_long_queries`, `evidence.logs` or `person`."""
    about: str = ""


class Match(Value):
    """When this runbook is the right one: cause codes of the diagnosis, words of the alert, names of services."""

    causes: tuple[Name, ...] = ()
    terms: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Runbook(Value):
    """One runbook. `sections` is its prose, heading by heading; `origin` is the file it was read from.

    `reviewed` is False for a plain wiki page: it has no typed steps, so every step is a person's.
    """

    id: Name
    title: Sentence
    version: int = Field(default=1, ge=1)
    types: tuple[IncidentType, ...] = ()
    match: Match = Match()
    risk: Risk
    estimated_time: Duration | None = None
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    preconditions: tuple[Probe, ...] = ()
    needs: tuple[str, ...] = ()
    steps: tuple[RunbookStep, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    reviewed: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> "Runbook":
        for check in (_names_are_unique, _mitigations_come_first, _risk_is_the_highest, _slots_are_declared):
            check(self)
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that it says, wherever its file lies: an approved step is bound to it."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"origin"})
        return sha256(canonical(said).encode()).hexdigest()

    def section(self, title: str) -> str:
        """The prose under that heading, or ""."""
        return next((text for heading, text in self.sections if heading.lower() == title.lower()), "")


def _names_are_unique(runbook: Runbook) -> None:
    names = [step.name for step in runbook.steps]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"step names must differ: {', '.join(twice)} is used twice")


def _mitigations_come_first(runbook: Runbook) -> None:
    fixing = ""
    for step in runbook.steps:
        if step.purpose is Purpose.FIX:
            fixing = step.name
        elif step.purpose is Purpose.MITIGATE and fixing:
            raise ValueError(f"mitigations come before fixes: move step {step.name} before {fixing}")


def _risk_is_the_highest(runbook: Runbook) -> None:
    highest = max((step.risk for step in runbook.steps), key=lambda risk: risk.rank, default=Risk.READ)
    if highest is not runbook.risk:
        raise ValueError(f"risk is {runbook.risk}, but its most dangerous step is {highest}")


def _slots_are_declared(runbook: Runbook) -> None:
    if not runbook.reviewed:
        return
    used = {name for step in runbook.steps for name in step.slots()}
    used |= {name for probe in runbook.preconditions for name in slots_of_probe(probe)}
    if used - set(runbook.parameters):
        raise ValueError(f"declare these slots under parameters: {', '.join(sorted(used - set(runbook.parameters)))}")
    if set(runbook.parameters) - used:
        raise ValueError(f"no step uses these parameters: {', '.join(sorted(set(runbook.parameters) - used))}")
    steps = {step.name for step in runbook.steps}
    for name, parameter in runbook.parameters.items():
        kind, _, rest = parameter.origin.partition(".")
        if kind == "step" and rest.split(".")[0] not in steps:
            raise ValueError(f"parameter {name} comes from {parameter.origin}, and there is no such step")
