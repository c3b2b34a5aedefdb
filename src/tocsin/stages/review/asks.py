"""What a person may ask for once an incident is over: one value for each act, with its bounds."""

from typing import Annotated, Literal

from pydantic import Field

from tocsin.guard.bounds import Line, MaybeLine, Moment, Name, Owner, Pages
from tocsin.model.ground import Value


class Schedule(Value):
    """When the post-mortem is, and who leads it; None: as before."""

    at: Moment
    owner: Owner | None = None


class Edit(Value):
    """The whole document in Markdown. `base` is the newest version the writer had seen."""

    text: Pages
    base: Annotated[int, Field(ge=0, strict=True)]


class Approve(Value):
    """Which version; None: the one that stands. A reason where the blame check found something."""

    version: Annotated[int, Field(ge=1, strict=True)] | None = None
    reason: MaybeLine = ""


class OpenItem(Value):
    """An action item: what, who, until when."""

    text: Line
    owner: Owner | None = None
    due_at: Moment | None = None


class ChangeItem(Value):
    """Another owner, another date; None: as before."""

    owner: Owner | None = None
    due_at: Moment | None = None


class DropItem(Value):
    """Why it is not going to be done."""

    reason: Line


class ExportItem(Value):
    """The tracker, by the name of its setting."""

    tracker: Name


class JudgeCause(Value):
    """What people say of the diagnosis now that they know."""

    verdict: Literal["right", "partly", "wrong"]
    said: MaybeLine = ""
    digest: MaybeLine = ""
    """`Diagnosis.digest` as it was shown; "": whatever stands."""


class JudgeRunbook(Value):
    """Did the runbook help?"""

    helped: bool
