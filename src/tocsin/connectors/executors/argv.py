"""The grammar of a program's arguments, and the one way from a step's list to the vector that is executed. Pure; runs nothing.

Called by `command` and by the benchmark `argv`. An argument that begins with a dash is an option the configuration names, or the
step is refused; where the program knows `--`, everything else comes after it.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from tocsin.connectors.executors.call import refused
from tocsin.model.ground import Value
from tocsin.model.pattern import MAX_VALUE, compiled

MOST_ARGUMENTS = 256


def _pattern(text: str) -> str:
    compiled(text)
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
"""Matches a whole argument, in linear time; see model/pattern."""


class Program(Value):
    """One entry of `executors.command.programs`: where the program is, and which arguments it may be given."""

    path: str = Field(pattern=r"^/[^\x00]+$")
    options: dict[str, Pattern | None] = Field(default_factory=dict)
    """Option to the pattern of its value; null for one that takes none. `--lines` also covers `--lines=VALUE`."""
    operands: tuple[Pattern, ...] = ()
    """One pattern for each argument that is no option, in order."""
    repeat_last: bool = False
    """Any number of operands may follow the last pattern."""
    separator: bool = True
    """The program knows `--`: operands are put behind one. False keeps the order as written. Steps never write it themselves."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Added to the nearly empty environment; not for secrets."""

    file_bytes: int = Field(default=1024**3, ge=0)
    """The largest file it may write."""

    @model_validator(mode="after")
    def _options_look_like_options(self) -> "Program":
        wrong = [name for name in self.options if not name.startswith("-") or name.strip("-") == "" or "=" in name]
        if wrong:
            raise ValueError(f"write options as -x or --name, without a value: {', '.join(wrong)}")
        return self


def vector(name: str, program: Program, arguments: Sequence[str]) -> list[str]:
    """What is executed: the absolute path, then the arguments in their safe order. Raises SourceError."""
    if len(arguments) > MOST_ARGUMENTS:
        raise refused(f"{name} was given {len(arguments)} arguments.", f"Give at most {MOST_ARGUMENTS}.")
    options, operands, ordered = list[str](), list[str](), list[str]()
    todo = [_plain(name, one) for one in arguments]
    while todo:
        argument = todo.pop(0)
        taken = _option(name, program, argument, todo) if argument.startswith("-") else []
        (options if taken else operands).extend(taken or [argument])
        ordered += taken or [argument]
    _check_operands(name, program, operands)
    if not program.separator:
        return [program.path, *ordered]
    return [program.path, *options, *(["--", *operands] if operands else [])]


def _plain(name: str, argument: str) -> str:
    """An argument that means the same to every reader: no NUL, no line breaks or other control characters, UTF-8."""
    if any(sign < " " or sign == "\x7f" for sign in argument) or not _encodable(argument):
        raise refused(f"An argument of {name} holds control characters.", "Correct the value.")
    if len(argument) > MAX_VALUE:
        raise refused(f"An argument of {name} is longer than {MAX_VALUE} characters.", "Correct the value.")
    return argument


def _encodable(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _option(name: str, program: Program, argument: str, todo: list[str]) -> list[str]:
    """The option with its value, taken from `todo` where it stands apart."""
    word, attached, value = argument.partition("=")
    if word not in program.options:
        raise refused(
            f"{name} may not be given the option {argument!r:.80}.",
            f"Name it under `options` of executors.command.programs.{name}, if it is safe.",
        )
    pattern = program.options[word]
    if pattern is None and not attached:
        return [argument]
    if pattern is None or (not attached and not todo):
        raise refused(f"{name}: the option {word} takes {'no' if pattern is None else 'a'} value.", "Correct the step.")
    if not attached:
        value = todo.pop(0)
        if value.startswith("-"):
            raise refused(f"{name}: the value of {word} begins with a dash.", f"Write {word}=VALUE, if it must.")
    if not compiled(pattern).fullmatch(value):
        raise refused(f"{name}: {value!r:.80} is no value for {word}.", f"Values must match {pattern}.")
    return [argument] if attached else [argument, value]


def _check_operands(name: str, program: Program, operands: Sequence[str]) -> None:
    patterns = list(program.operands)
    if program.repeat_last and patterns:
        patterns += [patterns[-1]] * (len(operands) - len(patterns))
    if len(operands) > len(patterns):
        raise refused(f"{name} may be given {len(patterns)} operands, not {len(operands)}.", "Correct the step.")
    for operand, pattern in zip(operands, patterns, strict=False):
        if not compiled(pattern).fullmatch(operand):
            raise refused(f"{name} may not be given {operand!r:.80}.", f"It must match {pattern}.")
