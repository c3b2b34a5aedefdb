"""Those who call, in SQL: their tokens, and what was answered to them. A part of the SQL ledger."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from tocsin.model.identity import Token
from tocsin.ports import KeptAnswer
from tocsin.store.inserts import Row, replace
from tocsin.store.tables import answers, key, micros, tokens

_BY_DIGEST = select(tokens.c.data, tokens.c.revoked_at, tokens.c.last_used_at).where(
    tokens.c.sha256 == bindparam("digest")
)


class SqlTokens:
    """ports.TokenStore. What changes after a token is made stands in columns of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, token: Token) -> None:
        """Raises StoreError for an id or a digest that is kept already."""
        row: Row = {
            "id": token.id,
            "sha256": token.sha256,
            "created_at": micros(token.created_at),
            "revoked_at": _text(token.revoked_at),
            "last_used_at": _text(token.last_used_at),
            "data": token.model_dump_json(exclude={"revoked_at", "last_used_at"}),
        }
        self._connection.execute(insert(tokens), row)

    def by_digest(self, sha256: str) -> Token | None:
        """One row by its unique digest."""
        row = self._connection.execute(_BY_DIGEST, {"digest": sha256}).first()
        return None if row is None else _token(*row)

    def all(self) -> list[Token]:
        """Newest first."""
        chosen = select(tokens.c.data, tokens.c.revoked_at, tokens.c.last_used_at)
        newest = chosen.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
        return [_token(*row) for row in self._connection.execute(newest)]

    def revoke(self, token_id: str, at: datetime) -> bool:
        """The first revocation stands."""
        live = (tokens.c.id == token_id, tokens.c.revoked_at == "")
        return self._connection.execute(update(tokens).where(*live).values(revoked_at=_text(at))).rowcount == 1

    def touch(self, token_id: str, at: datetime) -> None:
        """One small column."""
        self._connection.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=_text(at)))


class SqlAnswers:
    """ports.AnswerStore. Callers' keys are outside text: searched by digest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, caller: str, idempotency_key: str) -> KeptAnswer | None:
        """None when nothing is kept."""
        chosen = select(answers.c.data).where(answers.c.id_key == key(caller, idempotency_key))
        data = self._connection.execute(chosen).scalar_one_or_none()
        return None if data is None else KeptAnswer.model_validate_json(data)

    def put(self, kept: KeptAnswer) -> None:
        """Keeps or replaces."""
        row: Row = {"id_key": key(kept.caller, kept.key), "at": micros(kept.at), "data": kept.model_dump_json()}
        replace(self._connection, answers, row)

    def trim(self, before: datetime) -> int:
        """The rest stays."""
        return self._connection.execute(delete(answers).where(answers.c.at < micros(before))).rowcount


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _token(data: str, revoked_at: str, last_used_at: str) -> Token:
    later = {"revoked_at": revoked_at, "last_used_at": last_used_at}
    changed = {name: datetime.fromisoformat(text) for name, text in later.items() if text}
    return Token.model_validate_json(data).model_copy(update=changed)
