"""Bulletins: what customers were told of one incident, as it stands now. Pure; the one door between an incident and the public.

It takes published messages and nothing else of an incident: no title, no service, no person's name can come through here.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from tocsin.model.component import ComponentStatus, Impact
from tocsin.model.ground import Time, Value
from tocsin.model.narrative import Published
from tocsin.model.plain import one_line
from tocsin.model.update import Audience

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""What XML cannot say, and what turns the direction of text."""
_HEADING = re.compile(r"\s*\[([A-Za-z ]{1,40})\]\s*([^\n]*)\n?")
Naming = Callable[[str], str]
"""An inner name to its public one, always the same, and not to be guessed back."""


class Stage(StrEnum):
    """How far an incident has come, in the words of status page clients."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Notice(Value):
    """One message as it stands: its newest words. `earlier` are those that corrections have replaced, oldest first."""

    id: str
    stage: Stage
    heading: str
    text: str
    at: Time
    updated_at: Time
    components: dict[str, ComponentStatus]
    impact: Impact
    next_update_at: Time | None = None
    earlier: tuple[str, ...] = ()


class Bulletin(Value):
    """Everything customers were told of one incident and that still stands, oldest first; never empty."""

    id: str
    notices: tuple[Notice, ...]

    @property
    def last(self) -> Notice:
        """What holds now."""
        return self.notices[-1]

    @property
    def is_over(self) -> bool:
        """Customers were told that it is resolved."""
        return self.last.stage is Stage.RESOLVED

    @property
    def impact(self) -> Impact:
        """The worst that was said."""
        return max((one.impact for one in self.notices), key=lambda impact: impact.rank)

    @property
    def updated_at(self) -> Time:
        """When it last changed, by a correction, too."""
        return max(one.updated_at for one in self.notices)

    @property
    def components(self) -> tuple[str, ...]:
        """Every component it ever named."""
        return tuple(dict.fromkeys(name for one in self.notices for name in one.components))

    @property
    def title(self) -> str:
        """The title people approved; where that is only a component's name, what is the matter with it."""
        named, heading = self.components, self.notices[0].heading
        if heading and heading not in named:
            return heading
        return f"Issue with {_listed(named)}" if named else "Service issue"

    def only(self, names: Sequence[str]) -> "Bulletin":
        """The same, speaking of these components alone, in this order."""

        def among(said: dict[str, ComponentStatus]) -> dict[str, ComponentStatus]:
            return {name: said[name] for name in names if name in said}

        kept = (one.model_copy(update={"components": among(one.components)}) for one in self.notices)
        return self.model_copy(update={"notices": tuple(kept)})

    def reached(self, stage: Stage) -> Time | None:
        """When it last came to that stage; None while it has not, or is past it no more."""
        if stage is Stage.RESOLVED and not self.is_over:
            return None
        return next((one.at for one in reversed(self.notices) if one.stage is stage), None)

    def status_of(self, component: str) -> ComponentStatus:
        """How a component is by this bulletin alone: operational once it is resolved, or while it is not named."""
        return ComponentStatus.OPERATIONAL if self.is_over else status_in(self.last, component)


def bulletin(incident_id: str, published: Sequence[Published], naming: Naming) -> Bulletin | None:
    """What customers were told of that incident; None when nothing that stands."""
    told = [one for one in published if one.audience is Audience.EXTERNAL and not one.observed]
    roots: dict[str, list[Published]] = {}
    root_of: dict[str, str] = {}
    for one in told:
        root = root_of.get(one.corrects, one.corrects) or one.update_id
        root_of[one.update_id] = root
        roots.setdefault(root, []).append(one)
    notices = (_notice(incident_id, root, said, naming) for root, said in roots.items())
    standing = tuple(sorted((one for one in notices if one), key=lambda one: one.at))
    return Bulletin(id=naming(incident_id), notices=standing) if standing else None


def status_in(notice: Notice, component: str) -> ComponentStatus:
    """What a message says of a component; one that says it is over says so of all."""
    if notice.stage is Stage.RESOLVED:
        return ComponentStatus.OPERATIONAL
    return notice.components.get(component, ComponentStatus.OPERATIONAL)


def _notice(incident_id: str, root: str, said: Sequence[Published], naming: Naming) -> Notice | None:
    """One message and its corrections, without what was taken back."""
    standing = [one for one in said if not one.retracted]
    if not standing:
        return None
    first, last = standing[0], standing[-1]
    heading, text = parted(last.text)
    return Notice(
        id=naming(f"{incident_id}/{root}"),
        stage=_stage(last.status),
        heading=one_line(last.title) or heading,
        text=text,
        at=first.at,
        updated_at=last.at,
        components={name: ComponentStatus(status) for name, status in last.components.items()},
        impact=Impact(last.impact or Impact.MINOR),
        next_update_at=last.next_update_at,
        earlier=tuple(parted(one.text)[1] for one in standing[:-1]),
    )


def _stage(status: str) -> Stage:
    word = status.strip().lower()
    return Stage(word) if word in frozenset(Stage) else Stage.INVESTIGATING


def parted(text: str) -> tuple[str, str]:
    """`[Investigating] Payments` in the first line is a heading; what follows is the message. Printable, both."""
    text = _UNPRINTABLE.sub("", text)
    found = _HEADING.match(text)
    return (found[2].strip(), text[found.end() :].strip()) if found else ("", text.strip())


def _listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
