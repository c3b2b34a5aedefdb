"""The templates of messages: shipped files, each replaced by a file of the same name in a team's own folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError

from tocsin.errors import ConfigError

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


class Templates:
    """All of them, read once. A file that a team edits is read when the service starts; a mistake in it is named then."""

    def __init__(self, folder: str = "") -> None:
        own = [FileSystemLoader(Path(folder))] if folder else []
        # Plain text for chat and a status page: nothing to escape here. Values are data and are never parsed as templates;
        # whoever shows a message as HTML escapes it there.
        self._environment = Environment(  # noqa: S701
            loader=ChoiceLoader([*own, PackageLoader("tocsin.stages.communicate")]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in NAMES:
            self._read(name)

    def write(self, name: str, facts: Mapping[str, Any]) -> str:
        """The message `name` filled with these facts."""
        return self._environment.get_template(f"{name}.txt").render(facts).strip()

    def _read(self, name: str) -> None:
        try:
            self._environment.get_template(f"{name}.txt")
        except TemplateError as mistake:
            what = f"the template {name}.txt cannot be read: {mistake}."
            raise ConfigError("messages.templates", what, "Correct the file, or remove it.") from mistake
