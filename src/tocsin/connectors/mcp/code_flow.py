"""The SDK's authorization code flow with PKCE, over a `Login`. Made by it; imported late, for the SDK takes a while.

What the SDK forgets between two connections is kept: when the token ends, and where it is renewed. Only the configured issuer is
believed, and while one connection renews a token the others wait for it.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.utils import issuers_match
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

if TYPE_CHECKING:
    import httpx2

    from tocsin.connectors.mcp.login import Login


class CodeFlow(OAuthClientProvider):
    """For one connection."""

    def __init__(self, url: str, login: "Login") -> None:
        self._login = login
        self._answer: dict[str, str] = {}
        metadata = OAuthClientMetadata(
            redirect_uris=[AnyUrl(login.redirect)],
            client_name="tocsin",
            scope=" ".join(login.scopes) or None,
            token_endpoint_auth_method="client_secret_basic" if login.secret else "none",
        )
        super().__init__(url, metadata, _Shelf(login), self._ask, self._heard)

    async def _ask(self, address: str) -> None:
        self._answer = await self._login.answered(address)

    async def _heard(self) -> AuthorizationCodeResult:
        said = self._answer
        return AuthorizationCodeResult(code=said["code"], state=said.get("state"), iss=said.get("iss"))

    async def _initialize(self) -> None:
        await super()._initialize()
        kept = self._login.kept()
        self.context.token_expiry_time = kept.get("expires_at")
        self.context.oauth_metadata = OAuthMetadata.model_validate(kept["metadata"]) if kept.get("metadata") else None

    def _select_authorization_server(self, advertised: list[str]) -> str:
        found = next((one for one in advertised if issuers_match(one, self._login.issuer)), None)
        if found is None:
            raise self._login.failed(f"names {advertised[0][:100]} for its login", "See its `oauth.issuer`.")
        return found

    async def _handle_token_response(self, response: "httpx2.Response") -> None:
        await super()._handle_token_response(response)
        self._keep()

    async def _handle_refresh_response(self, response: "httpx2.Response") -> bool:
        renewed = await super()._handle_refresh_response(response)
        if renewed:
            self._keep()
        return renewed

    def _keep(self) -> None:
        held = self.context
        parts = {"tokens": held.current_tokens, "client": held.client_info, "metadata": held.oauth_metadata}
        told = {name: one.model_dump(mode="json", exclude_none=True) for name, one in parts.items() if one is not None}
        self._login.keep({**told, "expires_at": held.token_expiry_time})

    async def _auth_flow(self, request: "httpx2.Request") -> AsyncGenerator["httpx2.Request", "httpx2.Response"]:
        async with AsyncExitStack() as held:
            if self._login.stale():
                await held.enter_async_context(self._login.turn)
                self._initialized = False  # whoever had the turn before has renewed it
            flow = super()._auth_flow(request)
            try:
                sent = await anext(flow)
                while True:
                    response = yield sent
                    sent = await flow.asend(response)
            except StopAsyncIteration:
                return
            finally:
                await flow.aclose()


class _Shelf:
    """As the SDK's TokenStorage. It reads; what is kept is written whole, by the flow."""

    def __init__(self, login: "Login") -> None:
        self._login = login

    async def get_tokens(self) -> OAuthToken | None:
        told = self._login.kept().get("tokens")
        return OAuthToken.model_validate(told) if told else None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Written by the flow."""

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        login = self._login
        if login.client:
            return OAuthClientInformationFull(
                client_id=login.client,
                client_secret=login.secret or None,
                redirect_uris=[AnyUrl(login.redirect)],
                token_endpoint_auth_method="client_secret_basic" if login.secret else "none",
                issuer=login.issuer,
            )
        told = login.kept().get("client")
        return OAuthClientInformationFull.model_validate(told) if told else None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Written by the flow."""
