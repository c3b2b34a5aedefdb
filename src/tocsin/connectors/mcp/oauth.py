"""Tokens by OAuth 2 client credentials, for MCP servers that ask for one. Used by `box`; tokens live in memory only.

The SDK finds the authorization server by the resource's metadata (RFC 9728, RFC 8414) and asks for a token of that audience
(RFC 8707). Two things are ours: the credentials go to the configured issuer only, and nothing is fetched from a host that is
neither the tool server's nor the issuer's, whatever a header of the server's names.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tocsin.errors import SourceError

if TYPE_CHECKING:
    import httpx2
    from mcp.shared.auth import OAuthClientInformationFull, OAuthToken


@dataclass(slots=True)
class Account:
    """Who we are at an authorization server, and the token it last gave."""

    issuer: str
    client: str
    secret: str
    scopes: tuple[str, ...] = ()
    token: "OAuthToken | None" = None

    async def get_tokens(self) -> "OAuthToken | None":
        """As the SDK's TokenStorage."""
        return self.token

    async def set_tokens(self, tokens: "OAuthToken") -> None:
        """As the SDK's TokenStorage."""
        self.token = tokens

    async def get_client_info(self) -> "OAuthClientInformationFull | None":
        """As the SDK's TokenStorage: there is no registration, the client is configured."""
        return None

    async def set_client_info(self, client_info: "OAuthClientInformationFull") -> None:
        """As the SDK's TokenStorage."""

    def auth(self, url: str) -> "httpx2.Auth":
        """For the client that speaks to the tool server at `url`: asks for a token when the server wants one."""
        from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider

        return ClientCredentialsOAuthProvider(
            server_url=url,
            storage=self,
            client_id=self.client,
            client_secret=self.secret,
            scope=" ".join(self.scopes) or None,
            issuer=self.issuer,
        )

    def only_known(self, url: str, name: str) -> dict[str, list[Any]]:
        """Hooks of that client: a request to any other host is not sent. Raises SourceError."""
        return only_known(url, self.issuer, name)


def only_known(url: str, issuer: str, name: str) -> dict[str, list[Any]]:
    """Hooks of a client that lets requests go to the tool server and to its issuer, and nowhere else."""
    known = {urlsplit(one).netloc for one in (url, issuer)}

    async def check(request: "httpx2.Request") -> None:
        where = urlsplit(str(request.url)).netloc
        if where not in known:
            what = f"the tool server {name} sends for its token to {where[:100]}, which is not configured."
            raise SourceError(what, "See `tools.servers`: its `url` and `oauth.issuer`.", code="TCS-SOURCE-TOOL")

    return {"request": [check]}
