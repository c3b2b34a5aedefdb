"""Bounds of what people may write in an ask: a line, some paragraphs, one person, a time. Used by every stage with acts."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from tocsin.model.ground import Time
from tocsin.model.identity import person_id
from tocsin.model.plain import one_line


def readable(text: str) -> str:
    """The text itself. Raises ValueError where nobody can read anything in it."""
    if not one_line(text):
        raise ValueError("there is nothing to read in it")
    return text


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")


def _written(moment: object) -> object:
    """A time as people write it; a bare number means seconds to one and milliseconds to another."""
    if moment is None or isinstance(moment, datetime) or (isinstance(moment, str) and _DATE.match(moment)):
        return moment
    raise ValueError("write the time as 2026-11-21T03:04:05Z")


_Short = StringConstraints(strip_whitespace=True, max_length=200)
_Line = StringConstraints(strip_whitespace=True, min_length=1, max_length=500)
_Long = StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
Name = Annotated[str, _Short]
Line = Annotated[str, _Line, AfterValidator(readable)]
"""A sentence: a reason, a question, a next action."""
Words = Annotated[str, _Long, AfterValidator(readable)]
"""Some paragraphs."""
Owner = Annotated[str, _Short, AfterValidator(readable)]
"""Whoever owns something: a person, a team, or an on-call target."""
Pages = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000), AfterValidator(readable)
]
"""A whole document."""
MaybeLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Person = Annotated[str, StringConstraints(max_length=200), AfterValidator(person_id)]
"""One person, by e-mail address or login."""
Moment = Annotated[Time, BeforeValidator(_written)]
