"""API tokens: made once, shown once, kept as a digest. Called by `app` to make one and by the face to know who calls.

A token is `tcs_` and 256 random bits, so a plain SHA-256 is enough: there is nothing to guess and nothing to stretch. The
prefix lets people and secret scanners recognise a token that was left lying about.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.errors import DataError
from tocsin.model.identity import NOBODYS, Principal, Role, Token, person_id

PREFIX = "tcs_"
_BYTES = 32
_SHOWN = len(PREFIX) + 6
DEFAULT_DAYS = 90
MOST_DAYS = 366


def mint(
    token_id: str, person: str, roles: Iterable[Role], now: datetime, days: int = DEFAULT_DAYS
) -> tuple[str, Token]:
    """A new token's text, to be shown once and never kept, and what is kept of it. Raises DataError."""
    held = frozenset(roles)
    if not held:
        raise DataError("a token without a role opens nothing.", f"Name one with --role: {', '.join(Role)}.")
    if not 1 <= days <= MOST_DAYS:
        raise DataError(f"a token lives 1 to {MOST_DAYS} days, not {days}.", "Make a new one when it ends.")
    text = PREFIX + secrets.token_hex(_BYTES)
    kept = Token(
        id=token_id,
        sha256=digest(text),
        prefix=text[:_SHOWN],
        person=_person(person),
        roles=held,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return text, kept


def digest(text: str) -> str:
    """What a token is looked up by. To look up a digest tells nothing about time that helps to guess the token."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def standing(token: Token, now: datetime) -> str:
    """`live`, `revoked` or `expired`."""
    if token.revoked_at is not None:
        return "revoked"
    return "live" if now < token.expires_at else "expired"


def bearer(token: Token) -> Principal:
    """Whom a live token stands for."""
    return Principal(id=token.person, roles=token.roles, via="token")


def _person(text: str) -> str:
    """One person's name, and not one that tocsin itself uses."""
    try:
        name = person_id(text)
    except ValueError as mistake:
        raise DataError(f"{mistake}.", "Name the person by e-mail address.") from mistake
    if name in NOBODYS:
        raise DataError(f"{name} is a name of tocsin's own.", "Name the person by e-mail address.")
    return name
