"""The communications desk of a configuration. Called by `build`, and by the acts of people at this machine."""

from tocsin.app.settings import Settings
from tocsin.guard.policy import InForce
from tocsin.stages.communicate import Desk
from tocsin.stages.communicate.templating import Templates


def communications_desk(settings: Settings) -> Desk:
    """Raises ConfigError when a template cannot be read."""
    directory = settings.oncall.directory
    return Desk(
        settings=settings.messages,
        cadence=settings.cadence,
        catalogue=settings.catalogue,
        law=InForce(settings.policy, settings.config.origin),
        leaders=frozenset(person for role in settings.cadence.leaders for person in directory.get(role, ())),
        templates=Templates(settings.messages.templates),
    )
