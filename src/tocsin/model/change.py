"""Changes and quiet times: what somebody did to a system, and when alerts are meant to open nothing. Kept by intake."""

from enum import StrEnum

from pydantic import Field

from tocsin.model.ground import Time, Value


class ChangeKind(StrEnum):
    """What sort of change."""

    DEPLOY = "deploy"
    CONFIG = "config"
    INFRASTRUCTURE = "infrastructure"
    FEATURE_FLAG = "feature_flag"
    DATABASE = "database"
    OTHER = "other"


class Change(Value):
    """One change to one service. `text` is the source's own line; `id` is stable, so a repeated delivery changes nothing."""

    id: str
    kind: ChangeKind
    service: str
    at: Time
    text: str
    version: str = ""
    environment: str = ""
    author: str = ""
    source: str = ""
    link: str = ""


class Matcher(Value):
    """One condition on an alert: a label (or `service`, `source`, `title`, `environment`) equals or matches a value."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class Silence(Value):
    """A time in which matching alerts are kept and shown but open nothing. `origin` is `own`, `maintenance` or `alertmanager`."""

    id: str
    matchers: tuple[Matcher, ...] = Field(min_length=1)
    starts_at: Time
    ends_at: Time
    reason: str
    created_by: str
    origin: str = "own"
