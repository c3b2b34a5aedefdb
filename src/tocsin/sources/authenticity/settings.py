"""The configuration section `sources`: per source how it proves itself. Owned here, read by app; holds no secret itself."""

from enum import StrEnum

from pydantic import Field, RootModel, model_validator

from tocsin.config import Secret
from tocsin.model.ground import Value


class Scheme(StrEnum):
    """How a sender proves who it is."""

    SHARED = "shared"
    """The secret itself: as Bearer token, Basic password, the header named in `header`, or the token in path or query."""
    HMAC = "hmac"
    """HMAC-SHA256 of the raw body as hex in the header named in `header`, after `prefix`."""
    PAGERDUTY = "pagerduty"
    GRAFANA = "grafana"
    SENTRY = "sentry"
    SNS = "sns"


_VENDORS_OWN = {
    "pagerduty": Scheme.PAGERDUTY,
    "grafana": Scheme.GRAFANA,
    "sentry": Scheme.SENTRY,
    "aws_sns": Scheme.SNS,
}


class SourceSettings(Value):
    """One entry of `sources`. Several secrets are for rotation: any of them is accepted."""

    scheme: Scheme | None = None
    """None: the vendor's own signature where it has one, else `shared`."""
    secrets: tuple[Secret, ...] = ()
    header: str = ""
    prefix: str = ""
    timestamp_header: str = ""
    """Grafana: the header that holds the signed time. Without it a signature has no age."""
    tolerance_seconds: int = Field(default=300, ge=1, le=3600)
    topics: tuple[str, ...] = ()
    """SNS: the topic ARNs we accept; no other topic is ever confirmed."""
    allow_sha1: bool = False
    """SNS: accept signature version 1, which is SHA-1. Better: set the topic's SignatureVersion to 2."""

    @model_validator(mode="after")
    def _whole(self) -> "SourceSettings":
        if self.scheme is Scheme.HMAC and not self.header:
            raise ValueError("scheme `hmac` needs `header`, the name of the header with the signature")
        if self.scheme is Scheme.SNS and not self.topics:
            raise ValueError("scheme `sns` needs `topics`, the topic ARNs to accept")
        return self

    def scheme_for(self, source: str) -> Scheme:
        """The scheme in force for that source; SNS' own only when topics are named."""
        own = _VENDORS_OWN.get(source, Scheme.SHARED)
        if self.scheme is None and own is Scheme.SNS and not self.topics:
            return Scheme.SHARED
        return self.scheme or own

    @property
    def is_configured(self) -> bool:
        """False: nothing to check against. The face accepts such a source only while it listens on loopback."""
        return bool(self.secrets or self.topics)


class SourcesSettings(RootModel[dict[str, SourceSettings]]):
    """The section `sources`: source name -> its settings."""

    root: dict[str, SourceSettings] = Field(default_factory=dict)
