"""Section `tools`: the MCP servers of this installation, and how each is spoken to."""

from typing import Self

from pydantic import Field, model_validator

from tocsin.config import Secret
from tocsin.model.ground import Value


class OAuthSettings(Value):
    """A token of an authorization server, for a server that asks for one: by client credentials, or by a person's login."""

    issuer: str = Field(pattern=r"^https?://")
    """The authorization server, as it calls itself. The credentials go nowhere else, whatever the tool server names."""
    client: str = ""
    """"" with `login`: tocsin registers itself there."""
    secret: Secret | None = None
    scopes: tuple[str, ...] = ()
    login: str = ""
    """A file that keeps a person's login (`tocsin tools login`), readable by its owner alone; "" for client credentials."""
    port: int = Field(default=8976, ge=1, le=65535)
    """Of this machine, where the browser brings the answer to a login."""

    @model_validator(mode="after")
    def _one_grant(self) -> Self:
        if not self.login and not (self.client and self.secret):
            raise ValueError("client credentials need `client` and `secret`; a person's login needs `login`")
        return self


class ServerSettings(Value):
    """A server of this installation: an address or a command, and where its secrets are kept."""

    url: str = ""
    command: tuple[str, ...] = ()
    bearer: Secret | None = None
    oauth: OAuthSettings | None = None
    env: dict[str, str] = Field(default_factory=dict)
    """What a command finds in its environment, besides PATH and the like. Nothing else of ours is in it."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """The same for secrets: `GRAFANA_SERVICE_ACCOUNT_TOKEN: { file: ... }`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Refuses what would be left out in silence."""
        if bool(self.url) == bool(self.command):
            raise ValueError("a tool server has either `url` or `command`")
        if self.url and (self.env or self.secrets):
            raise ValueError("`env` and `secrets` are for a server that is a `command`")
        if self.command and (self.bearer or self.oauth):
            raise ValueError("`bearer` and `oauth` are for a server that has a `url`")
        if self.bearer and self.oauth:
            raise ValueError("either `bearer` or `oauth`")
        return self


class ToolsSettings(Value):
    """The tool servers that agents may name."""

    servers: dict[str, ServerSettings] = Field(default_factory=dict)
    """By the name that documents use."""
    map: dict[str, str] = Field(default_factory=dict)
    """Host (and port) in documents to the address it stands for here."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """Names of secrets in documents to where they are kept."""
    seconds: float = Field(default=20, gt=0, le=600)
    answer_characters: int = Field(default=20_000, ge=500, le=1_000_000)
    listed_seconds: float = Field(default=300, ge=0)
    """How long a server's list of tools is believed."""
    idle_seconds: float = Field(default=120, ge=0)
    """How long a command that nobody asks is kept running."""
    most_tools: int = Field(default=200, ge=1)
