"""Those who call, in memory: their tokens, and what was answered to them. A part of the store in memory."""

from datetime import datetime

from tocsin.errors import StoreError
from tocsin.model.identity import Token
from tocsin.ports import KeptAnswer
from tocsin.store.shelves import Shelves
from tocsin.store.tables import key


class MemoryTokens:
    """ports.TokenStore; kept by id."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def put(self, token: Token) -> None:
        """Raises StoreError for an id or a digest that is kept already."""
        self._shelves.writing()
        if token.id in self._shelves.tokens or self.by_digest(token.sha256):
            what = f"something with the same identifier is kept already. ({token.id})"
            raise StoreError(what, "Choose a new identifier.", code="TCS-STORE-CONFLICT")
        self._shelves.tokens[token.id] = token

    def by_digest(self, sha256: str) -> Token | None:
        """None when no such token was ever made."""
        return next((one for one in self._shelves.tokens.values() if one.sha256 == sha256), None)

    def all(self) -> list[Token]:
        """Newest first."""
        return sorted(self._shelves.tokens.values(), key=lambda one: (one.created_at, one.id), reverse=True)

    def revoke(self, token_id: str, at: datetime) -> bool:
        """The first revocation stands."""
        self._shelves.writing()
        known = self._shelves.tokens.get(token_id)
        if known is None or known.revoked_at is not None:
            return False
        self._shelves.tokens[token_id] = known.model_copy(update={"revoked_at": at})
        return True

    def touch(self, token_id: str, at: datetime) -> None:
        """A token that is not kept is none of ours."""
        self._shelves.writing()
        known = self._shelves.tokens.get(token_id)
        if known is not None:
            self._shelves.tokens[token_id] = known.model_copy(update={"last_used_at": at})


class MemoryAnswers:
    """ports.AnswerStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def get(self, caller: str, idempotency_key: str) -> KeptAnswer | None:
        """None when nothing is kept."""
        return self._shelves.answers.get(key(caller, idempotency_key))

    def put(self, kept: KeptAnswer) -> None:
        """Keeps or replaces."""
        self._shelves.writing()
        self._shelves.answers[key(kept.caller, kept.key)] = kept

    def trim(self, before: datetime) -> int:
        """The rest stays."""
        self._shelves.writing()
        old = [name for name, one in self._shelves.answers.items() if one.at < before]
        for name in old:
            del self._shelves.answers[name]
        return len(old)
