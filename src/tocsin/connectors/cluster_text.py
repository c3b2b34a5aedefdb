"""Answers of a cluster as one text, and back: each under a line with its name. Used by connectors with a cluster window.

A line of an answer that looks like such a heading is moved by one blank, so that no answer can speak in another's name.
"""

import re
from collections.abc import Iterable

from tocsin.model.signals import ClusterAnswer

_HEADING = re.compile(r"^==> (.{1,300}) <==$", re.MULTILINE)


def written(answers: Iterable[ClusterAnswer]) -> str:
    """The answers one below the other."""
    return "\n".join(_section(one) for one in answers)


def _section(one: ClusterAnswer) -> str:
    harmless = _HEADING.sub(r" \g<0>", one.text)
    return f"==> {' '.join(one.name.split())} <==\n{harmless}"


def read(text: str) -> tuple[ClusterAnswer, ...]:
    """The answers in a text that `written` made; what stands before the first heading is nobody's."""
    parts = _HEADING.split(text)[1:]
    return tuple(
        ClusterAnswer(name, said.removeprefix("\n").removesuffix("\n"))
        for name, said in zip(parts[::2], parts[1::2], strict=True)
    )
