"""The cause catalogue: what can be wrong, and what speaks for and against it, as data that an SRE can review.

One YAML file per incident type lies beside this module; `load_causes` reads them once. Used by the specialists, and by
whoever needs the list of cause codes. Holds no reasoning: that is in `weighing`.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import ValidationError, field_validator

from tocsin.errors import DataError
from tocsin.model.change import ChangeKind
from tocsin.model.ground import IncidentType, Share, Value
from tocsin.model.quick_yaml import LOADER
from tocsin.roles.analysts.causes.concepts import Phrase, phrase


class MetricSign(Value):
    """A movement of a metric: any key left out may be anything. `words` are looked for in the metric's name and labels."""

    signal: str = ""
    resource: str = ""
    words: str = ""
    goes: Literal["rise", "fall", ""] = ""
    at_limit: bool = False
    bad: bool = False
    """True: it must move in its harmful direction, whichever that is."""
    weight: Share = 1.0
    """How surely this movement means this cause."""

    @property
    def phrase(self) -> Phrase | None:
        """The words as a phrase, if there are any."""
        return phrase(self.words) if self.words else None


class Cause(Value):
    """One thing that can be wrong. `docs/diagnosis.md` explains each key and how to add a cause."""

    code: str
    type: IncidentType
    sentence: str
    """Names the service as `{service}`; no full stop, so that a clause can follow."""
    after_change: str = ""
    """The clause that links it to a `{change}` made just before; present only where a change can bring it about."""
    says: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    shows: tuple[MetricSign, ...] = ()
    fits: tuple[MetricSign, ...] = ()
    refutes: tuple[MetricSign, ...] = ()
    codes: tuple[str, ...] = ()
    """Error codes that name it, as `SCHEME CODE` (`sqlstate 53300`)."""
    cluster: tuple[str, ...] = ()
    """Faults of a cluster that are this cause, as codes of the Kubernetes analyst; `*` stands for anything."""
    changes: tuple[ChangeKind, ...] = ()
    change_is_cause: bool = False
    """True when the change itself is the root cause, not merely what set it off."""
    explains: tuple[str, ...] = ()
    """Causes that are only its symptoms: they never outrank it."""
    confounders: tuple[str, ...] = ()
    """Causes that look alike and are to be considered with it."""
    symptom: bool = False
    """True when it says what is seen and not why: alone, it is no root cause."""
    settles: tuple[str, ...] = ()
    question: str = ""

    @field_validator("says", "hints", "denies")
    @classmethod
    def _are_phrases(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        for one in written:
            phrase(one)
        return written

    @field_validator("sentence")
    @classmethod
    def _names_the_service(cls, sentence: str) -> str:
        if "{service}" not in sentence:
            raise ValueError("the sentence must name the service as {service}")
        return sentence


@lru_cache(maxsize=1)
def load_causes() -> tuple[Cause, ...]:
    """All shipped causes, in the order of the files. Raises DataError naming the file and the entry."""
    found: list[Cause] = []
    for kind in IncidentType:
        text = files(__package__).joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
        found.extend(parse_causes(text, kind, f"causes/{kind}.yaml"))
    _check_references(found)
    return tuple(found)


def parse_causes(text: str, kind: IncidentType, where: str) -> list[Cause]:
    """The causes of one file. Raises DataError naming `where` and the entry that is wrong."""
    try:
        entries: list[dict[str, Any]] = yaml.load(text, Loader=LOADER)  # noqa: S506 - always one of the two safe loaders
    except yaml.YAMLError as mistake:
        raise DataError(f"{where} is not YAML: {mistake}", "Correct the file.") from mistake
    return [_cause(entry, kind, f"{where}[{index}]") for index, entry in enumerate(entries)]


def _cause(entry: dict[str, Any], kind: IncidentType, where: str) -> Cause:
    try:
        return Cause.model_validate({**entry, "type": kind})
    except (ValidationError, TypeError) as mistake:
        raise DataError(f"{where} is not a cause: {mistake}", "See docs/diagnosis.md for the keys.") from mistake


def _check_references(causes: list[Cause]) -> None:
    """Every code is there once, and whatever a cause refers to exists."""
    codes = [cause.code for cause in causes]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    unknown = sorted({name for cause in causes for name in (*cause.explains, *cause.confounders)} - set(codes))
    if twice or unknown:
        raise DataError(f"causes given twice: {twice}; causes named but not given: {unknown}", "Correct the catalogue.")
