"""The configuration: one YAML file over the shipped defaults, read once. Each room owns its section's model and asks for it here.

Called by `app` and the CLI. The only room that reads the environment. Never builds an object that does anything.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError, model_validator
from pydantic_core import ErrorDetails

from tocsin.errors import ConfigError
from tocsin.model.ground import Value
from tocsin.model.quick_yaml import LOADER

M = TypeVar("M", bound=BaseModel)
DEFAULT_PATH = "tocsin.yaml"
HARMLESS = re.compile(r"[\w ,.*-]{0,32}")
"""Values that an error may repeat; an address with a password in it is none."""


class Secret(Value):
    """Where a secret is to be found: an environment variable or a file; never in the configuration itself."""

    env: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if bool(self.env) == bool(self.file):
            raise ValueError("name exactly one of `env` and `file`")
        return self


class Config:
    """The merged configuration. `section` gives each owner its part, typed; errors carry the YAML path."""

    def __init__(self, data: Mapping[str, Any], environ: Mapping[str, str], origin: str = "") -> None:
        self._data = dict(data)
        self._environ = environ
        self.origin = origin
        self._asked: set[str] = set()

    def section(self, name: str, model: type[M]) -> M:
        """The top-level part `name` as its owner's model. Raises ConfigError with the path of the first mistake."""
        self._asked.add(name)
        found = self._data.get(name)
        return parse_at(name, {} if found is None else found, model)

    def secret(self, secret: Secret, path: str) -> str:
        """The secret's value. Raises ConfigError when the place it names is empty."""
        if secret.env:
            value = self._environ.get(secret.env, "")
        else:
            where = Path(secret.file)
            value = where.read_text().strip() if where.is_file() else ""
        if not value:
            place = f"environment variable {secret.env}" if secret.env else f"file {secret.file}"
            raise ConfigError(path, f"the {place} holds no secret.", "Set it, or remove this entry.")
        return value

    def variable(self, name: str) -> str:
        """An environment variable, or ""."""
        return self._environ.get(name, "")

    def with_section(self, name: str, data: Mapping[str, Any]) -> "Config":
        """The same configuration with one section replaced."""
        return Config({**self._data, name: dict(data)}, self._environ, self.origin)

    def unknown_sections(self) -> list[str]:
        """Top-level names nobody asked for: most often a spelling mistake."""
        return sorted(set(self._data) - self._asked)


def merged(own: Mapping[str, Any]) -> dict[str, Any]:
    """The shipped defaults with these values of one's own over them."""
    return _overlay(_copied(_defaults()), own)


def load(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Reads `path` (or TOCSIN_CONFIG, or ./tocsin.yaml if there is one) over the shipped defaults."""
    environ = os.environ if environ is None else environ
    chosen = path or environ.get("TOCSIN_CONFIG") or (DEFAULT_PATH if Path(DEFAULT_PATH).exists() else None)
    own = _read(Path(chosen)) if chosen else {}
    return Config(merged(own), environ, str(chosen or "shipped defaults"))


def parse_at(path: str, data: object, model: type[M]) -> M:
    """`data` as `model`; the first mistake becomes a ConfigError with its full path."""
    try:
        return model.model_validate(data)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        raise ConfigError(_spell(path, first["loc"]), _plain(first), "Correct it and run `tocsin check`.") from mistake


def _spell(path: str, location: tuple[int | str, ...]) -> str:
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def _plain(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "no such setting."
    return f"{error['msg'].removeprefix('Value error, ')}{_given(error)}."


def _given(error: ErrorDetails) -> str:
    """What stood there, unless it may be a secret put where its place should be named."""
    value = error["input"]
    if error["type"].startswith("model_") or (isinstance(value, str) and not HARMLESS.fullmatch(value)):
        return f" (got a {type(value).__name__})"
    return f" (got {value!r:.80})"


def defaults_text() -> str:
    """The shipped configuration as it stands in its file, comments and all."""
    return files("tocsin").joinpath("defaults.yaml").read_text()


@cache
def _defaults() -> dict[str, Any]:
    return yaml.load(defaults_text(), Loader=LOADER) or {}  # noqa: S506 - always one of the two safe loaders


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text())
    except OSError as failure:
        raise ConfigError(
            "", f"cannot read {path}: {failure.strerror}.", "Give a readable file with --config."
        ) from failure
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        line = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(line, f"not YAML: {getattr(failure, 'problem', failure)}.", "Correct the line.") from failure
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError("", f"{path} must hold a mapping at the top.", "Start from `tocsin check --print-defaults`.")
    return data


def _copied(data: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    """The same in mappings and lists of its own: whoever is given it may change it."""
    if isinstance(data, dict):
        return {name: _copied(value) for name, value in data.items()}
    return [_copied(value) for value in data] if isinstance(data, list) else data


def _overlay(base: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge key by key; anything else of the user's replaces the default whole."""
    merged = dict(base)
    for key, value in own.items():
        known = merged.get(key)
        merged[key] = _overlay(known, value) if isinstance(known, dict) and isinstance(value, Mapping) else value
    return merged
