"""The templates of messages: shipped files, each replaced by a file of the same name in a team's own folder."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.meta import find_undeclared_variables

from tocsin.errors import ConfigError
from tocsin.stages.communicate.facts import Facts
from tocsin.stages.communicate.shapes import Handoff, Occasion, Passing

NAMES = (
    "declared",
    "update",
    "resolved",
    "external",
    "internal",
    "executive_summary",
    "handoff",
    "holding_line",
    "executive_brief",
    "security",
    "correction",
    "retraction",
    "transfer",
)
"""Every message there is."""
_MESSAGE = frozenset({*Facts.model_fields, *Occasion.model_fields})
_OTHERS = {"handoff": frozenset(Handoff.model_fields), "transfer": frozenset(Passing.model_fields)}


class Templates:
    """All of them, read once. A file that a team edits is read when the service starts; a mistake in it is named then."""

    def __init__(self, folder: str = "") -> None:
        self._environment = _environment(folder) if folder else _shipped()

    def write(self, name: str, facts: Mapping[str, Any]) -> str:
        """The message `name` filled with these facts."""
        return self._environment.get_template(f"{name}.txt").render(facts).strip()


@cache
def _shipped() -> Environment:
    """Without a folder: the same for every house in this process."""
    return _environment("")


def _environment(folder: str) -> Environment:
    """Every template read, those of the folder before the shipped ones. Raises ConfigError."""
    own = [FileSystemLoader(Path(folder))] if folder else []
    loader = ChoiceLoader([*own, PackageLoader("tocsin.stages.communicate")])
    # Plain text for chat and a status page: nothing to escape here. Values are data and are never parsed as templates;
    # whoever shows a message as HTML escapes it there.
    environment = Environment(  # noqa: S701
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    for name in NAMES:
        _read(environment, loader, name)
    return environment


def _read(environment: Environment, loader: ChoiceLoader, name: str) -> None:
    """Raises ConfigError for a file that is no template, or that uses a field which its message has not got."""
    try:
        environment.get_template(f"{name}.txt")
        source, *_ = loader.get_source(environment, f"{name}.txt")
        used = find_undeclared_variables(environment.parse(source))
    except (TemplateError, UnicodeDecodeError) as mistake:
        what = f"the template {name}.txt cannot be read: {mistake}."
        raise ConfigError("messages.templates", what, "Correct the file, or remove it.") from mistake
    if unknown := used - _OTHERS.get(name, _MESSAGE):
        what = f"the template {name}.txt uses {', '.join(sorted(unknown))}, which its message has not got."
        raise ConfigError("messages.templates", what, "Correct the spelling; docs/messages.md says what there is.")
