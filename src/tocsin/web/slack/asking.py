"""Typed words become asks: the same values, with the same bounds, that API and command line hand to the acts."""

from typing import TypeVar

from pydantic import ValidationError

from tocsin.errors import DataError
from tocsin.model.ground import Value
from tocsin.model.slip import slip

A = TypeVar("A", bound=Value)


def read_ask(kind: type[A], **told: object) -> A:
    """The ask. Raises DataError that says what is missing or too much."""
    try:
        return kind.model_validate(told)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(f"{where}: {slip(first)}.", "See /incident help.", code="TCS-SLACK-WORDS") from mistake
