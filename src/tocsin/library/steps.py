"""One step of a runbook as people write it: what it runs, how risky it is, how to see that it worked, how to undo it.

Parsed by `runbooks`, shown by `stages.remediate`, carried out elsewhere and only with permission. Nothing here runs
anything. Values that come from the incident stand in slots (`{pid}`); they are filled by type, never pasted as text.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tocsin.model.action import Risk
from tocsin.model.ground import Value

SLOT = re.compile(r"(?<!%)\{([a-z][a-z0-9_]*)\}")  # `%{http_code}` is the format of a program, not a slot
_DATABASE = "{database}"
_BIND = re.compile(r"(?<![:\w]):([a-z][a-z0-9_]*)")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A stable snake_case name."""
Duration = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}(s|m|h|d)$")]
"""A time span such as `30s`, `15m`, `2h` or `1d`."""
Sentence = Annotated[str, Field(min_length=3)]


class Purpose(StrEnum):
    """Why a step is there. `check` looks, `mitigate` stops the harm now, `fix` removes the cause."""

    CHECK = "check"
    MITIGATE = "mitigate"
    FIX = "fix"


class Sql(Value):
    """One statement on one database of the catalogue. Parameters are bound by the driver (`:pid`), never pasted."""

    executor: Literal["sql"]
    target: str = _DATABASE
    statement: Sentence

    @model_validator(mode="after")
    def _one_fixed_statement(self) -> "Sql":
        if SLOT.search(self.statement):
            raise ValueError("bind values as `:name`; a slot `{name}` in SQL would paste text into the statement")
        if ";" in self.statement.rstrip().rstrip(";"):
            raise ValueError("one statement per step, so that each can be approved and checked by itself")
        return self

    @property
    def binds(self) -> tuple[str, ...]:
        """Names of the bound parameters, in order of appearance."""
        return tuple(dict.fromkeys(_BIND.findall(self.statement)))

    def shown(self) -> str:
        """The statement as a person reads it, with slots where values will be bound."""
        where = "" if self.target == _DATABASE else f"  -- on {self.target}"
        return _BIND.sub(r"{\1}", " ".join(self.statement.split())) + where


class Http(Value):
    """One request to an HTTP endpoint of the catalogue. `body` is sent as JSON, slots filled value by value."""

    executor: Literal["http"]
    target: str
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(default="/", pattern=r"^/")
    body: dict[str, str | int | bool] = Field(default_factory=dict)

    def shown(self) -> str:
        """Method, target, path and body in one line."""
        body = " ".join(f"{key}={_plain(value)}" for key, value in self.body.items())
        return f"{self.method} {self.target}{self.path} {body}".rstrip()


class Command(Value):
    """A program with its argument list, never a shell line. `pipe_to` is a second program that reads the first's output."""

    executor: Literal["command"]
    target: str = ""
    """The host it runs on, "" for wherever the executor runs."""
    argv: tuple[str, ...] = Field(min_length=1)
    pipe_to: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fixed_programs(self) -> "Command":
        for argv in (self.argv, self.pipe_to):
            if argv and SLOT.search(argv[0]):
                raise ValueError("the program must be written out; only its arguments may be slots")
        return self

    def shown(self) -> str:
        """The command as a person would type it."""
        stages = [" ".join(_quoted(part) for part in argv) for argv in (self.argv, self.pipe_to) if argv]
        return " | ".join(stages) + (f"  # on {self.target}" if self.target else "")


class Kubernetes(Value):
    """One call to the Kubernetes API about one named object."""

    executor: Literal["kubernetes"]
    verb: Literal[
        "get",
        "describe",
        "logs",
        "events",
        "top",
        "scale",
        "restart",
        "rollout_status",
        "rollout_undo",
        "set_resources",
        "delete_pod",
        "cordon",
        "uncordon",
        "drain",
    ]
    kind: str = "deployment"
    name: str = ""
    namespace: str = ""
    options: dict[str, str | int | bool] = Field(default_factory=dict)
    """The verb's own settings, such as `replicas` or `memory_limit`."""

    def shown(self) -> str:
        """The kubectl line a person would type for it."""
        place = f" -n {self.namespace}" if self.namespace else ""
        options = "".join(f" --{key.replace('_', '-')}={_plain(value)}" for key, value in self.options.items())
        return f"kubectl {self._verb()}{place}{options}"

    def _verb(self) -> str:
        subject = f"{self.kind}/{self.name}" if self.name else self.kind
        match self.verb:
            case "restart" | "rollout_status" | "rollout_undo":
                return f"rollout {self.verb.removeprefix('rollout_')} {subject}"
            case "set_resources":
                return f"set resources {subject}"
            case "delete_pod":
                return f"delete pod {self.name}"
            case "cordon" | "uncordon" | "drain":
                return f"{self.verb} {self.name}"
            case "events":
                return f"events --for {subject}"
            case "top":
                return f"top {self.kind} {self.name}".rstrip()
            case _:
                return f"{self.verb} {subject}"


class Manual(Value):
    """A person does it and says so. `command` is what that person may type, if there is such a thing."""

    executor: Literal["manual"]
    command: str = ""
    by: str = ""

    def shown(self) -> str:
        """The line to type, or ""."""
        return self.command


Run = Annotated[Sql | Http | Command | Kubernetes | Manual, Field(discriminator="executor")]


class Probe(Value):
    """A look at the world with an expected answer: a precondition, or the proof that a step worked.

    `metric` is a PromQL expression; `expect` compares its value (`< 0.8`) or the answer's text (`contains notAfter`).
    Without `metric` and `run` a person looks and says so.
    """

    text: Sentence
    metric: str = ""
    run: Run | None = None
    expect: str = Field(
        default="", pattern=r"^$|^(<|<=|>|>=|==|!=) -?[0-9]+(\.[0-9]+)?$|^(contains|lacks) \S.*$|^(empty|ok)$"
    )
    within: Duration = "5m"

    @model_validator(mode="before")
    @classmethod
    def _sentence_alone(cls, data: object) -> object:
        return {"text": data} if isinstance(data, str) else data


class Rollback(Value):
    """How a person said this step is taken back. It is itself an action and needs its own permission."""

    text: Sentence
    run: Run | None = None

    @model_validator(mode="before")
    @classmethod
    def _sentence_alone(cls, data: object) -> object:
        return {"text": data} if isinstance(data, str) else data


class RunbookStep(Value):
    """One step. Anything but `read` says how to verify it and how to undo it, or says why it cannot."""

    name: Name
    text: Sentence
    purpose: Purpose
    risk: Risk
    run: Run
    auto: bool = False
    """May run by itself where policy lets reversible steps do so; never true for disruptive or destructive ones."""
    timeout: Duration = "30s"
    idempotent: bool = False
    """Running it twice is the same as once; otherwise a step cut by a crash asks a person."""
    destroys_evidence: bool = False
    """In a security incident such a step needs a snapshot first, or a recorded waiver."""
    verify: Probe | None = None
    no_verify: str = ""
    rollback: Rollback | None = None
    no_rollback: str = ""

    @model_validator(mode="after")
    def _answers_for_itself(self) -> "RunbookStep":
        if self.auto and self.risk.rank > Risk.REVERSIBLE.rank:
            raise ValueError(f"a {self.risk} step cannot be `auto: true`; a person decides")
        if self.risk is Risk.READ:
            return self
        if (self.verify is None) == (not self.no_verify):
            raise ValueError("give `verify`, or say in `no_verify` why nothing can be verified (one of the two)")
        if (self.rollback is None) == (not self.no_rollback):
            raise ValueError("give `rollback`, or say in `no_rollback` why it cannot be undone (one of the two)")
        return self

    @property
    def command(self) -> str:
        """What would run, with its slots left open: for reading, never for executing."""
        return self.run.shown()

    def slots(self) -> frozenset[str]:
        """Every parameter this step, its probe and its rollback need."""
        runs = [self.run, self.verify and self.verify.run, self.rollback and self.rollback.run]
        names = {name for run in runs if run for name in _slots_of(run)}
        return frozenset(names | set(SLOT.findall(self.verify.metric if self.verify else "")))


def slots_of_probe(probe: Probe) -> frozenset[str]:
    """Every parameter a probe needs."""
    names = set(_slots_of(probe.run)) if probe.run else set()
    return frozenset(names | set(SLOT.findall(probe.metric)))


def _slots_of(run: Sql | Http | Command | Kubernetes | Manual) -> Iterator[str]:
    if isinstance(run, Sql):
        yield from run.binds
    for text in _strings(run.model_dump()):
        yield from SLOT.findall(text)


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _strings(value)


def _plain(value: str | int | bool) -> str:
    """A setting as people write it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(argument: str) -> str:
    """Quotes an argument for the eye; slots stay bare."""
    return f'"{argument}"' if any(sign in argument for sign in " |&;<>()$*?'") else argument
