"""Drafting: one template for each message, filled from the facts, checked by the wording rules. Called by response."""

from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from tocsin.guard.wording import Situation, check
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.component import affected, impact_of
from tocsin.model.event import Event
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.update import Audience, Update
from tocsin.model.vocabulary import WORDS
from tocsin.stages.communicate.facts import Facts, gather

MESSAGES: tuple[tuple[str, Audience], ...] = (
    ("declared", Audience.CHANNEL),
    ("internal", Audience.INTERNAL),
    ("external", Audience.EXTERNAL),
    ("executive", Audience.EXECUTIVE),
)
"""The messages drafted while an incident is open, and who reads each."""
DECLARED = "declared"
"""A declaration is said once; the others are said again whenever more is known."""


class MessageSettings(Value):
    """Section `messages`: a folder whose `NAME.txt` files replace the shipped templates, file by file."""

    templates: str = ""


class Desk:
    """Holds the templates. A file that a team edits is read when the service starts; a mistake in it is named then."""

    def __init__(self, settings: MessageSettings | None = None) -> None:
        own = settings.templates if settings else ""
        folders = [FileSystemLoader(Path(own))] if own else []
        # Plain text for chat and a status page: nothing to escape here. Values are data and are never parsed as templates;
        # whoever shows a message as HTML escapes it there.
        self._templates = Environment(  # noqa: S701
            loader=ChoiceLoader([*folders, PackageLoader("tocsin.stages.communicate")]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name, _ in MESSAGES:
            self._templates.get_template(f"{name}.txt")

    def write(self, name: str, facts: Facts) -> str:
        """The message `name` filled with these facts."""
        return (
            self._templates.get_template(f"{name}.txt")
            .render(facts.model_dump(mode="python") | {"words": facts.words})
            .strip()
        )


def draft(
    incident: Incident, events: list[Event], alerts: tuple[Alert, ...], catalogue: Catalogue, desk: Desk, now: datetime
) -> tuple[Update, ...]:
    """One draft for each audience, all from the same facts. Nothing is sent."""
    facts = gather(incident, events, alerts, catalogue, now)
    situation = situation_of(incident, catalogue)
    declared_before = any(update.template == DECLARED for update in incident.updates)
    wanted = [(name, audience) for name, audience in MESSAGES if not (name == DECLARED and declared_before)]
    drafts = (_one(name, audience, facts, situation, desk, now) for name, audience in wanted)
    return tuple(_on_the_page(one, incident, catalogue) for one in drafts)


def situation_of(incident: Incident, catalogue: Catalogue) -> Situation:
    """The incident as the wording rules see it. A machine's diagnosis confirms nothing: only a person does."""
    public = {service.public_name.lower() for service in catalogue.services if service.public_name}
    names = {name for service in catalogue.services for name in (service.name, *service.aliases)} | set(
        incident.services
    )
    return Situation(
        status=facts_status(incident),
        internal_names=frozenset(name for name in names if name and name.lower() not in public),
    )


def facts_status(incident: Incident) -> str:
    """The external word for where the incident stands."""
    return WORDS[incident.state].external.lower()


def _one(name: str, audience: Audience, facts: Facts, situation: Situation, desk: Desk, now: datetime) -> Update:
    text = desk.write(name, facts)
    external = audience is Audience.EXTERNAL
    return Update(
        audience=audience,
        template=name,
        text=text,
        status=facts.words.external if external else facts.words.internal,
        next_update_at=None if facts.is_resolved else now + timedelta(minutes=facts.interval_minutes),
        violations=check(text, situation) if external else (),
    )


def _on_the_page(update: Update, incident: Incident, catalogue: Catalogue) -> Update:
    """With what it says of components, where customers read it."""
    if update.audience is not Audience.EXTERNAL:
        return update
    shown = {"components": affected(incident, catalogue), "impact": impact_of(incident.severity)}
    return update.model_copy(update=shown)
