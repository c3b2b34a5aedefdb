"""What a person may ask for about a maintenance window: one value for each act, with its bounds. The same for API and CLI."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.guard.bounds import Line, Moment, Words
from tocsin.model.ground import Value
from tocsin.model.maintenance import PLAN
from tocsin.stages.communicate.asks import Approve as ApproveWords

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Components = Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
Which = Annotated[str, StringConstraints(pattern=r"^(PLAN|N\d{1,4})$")]
"""The plan, or one of the notes."""


class Schedule(Value):
    """A plan: what customers would read, what it touches, and when. `quiet` keeps alerts of the components quiet meanwhile."""

    title: Title
    text: Words
    components: Components
    starts_at: Moment
    ends_at: Moment
    quiet: bool = False


class Reword(Value):
    """Other words or times for what nobody has approved yet; what is left out stays. Notes have a text only."""

    which: Which = PLAN
    title: Title | None = None
    text: Words | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class Approve(ApproveWords):
    """A yes to exactly the words whose digest was shown: of the plan, or of one of the notes."""

    which: Which = PLAN


class Write(Value):
    """A note for customers."""

    text: Words


class Extend(Value):
    """It takes until then, and what customers read about that."""

    ends_at: Moment
    text: Words


class Move(Value):
    """It has come so far, earlier than the clock would say."""

    to: Literal["in_progress", "verifying", "completed"]


class Cancel(Value):
    """Why it is called off; that stays inside."""

    reason: Line
