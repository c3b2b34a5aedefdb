"""Database failures in plain words: what happened to the store and what to do about it. Used wherever SQL is run."""

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from tocsin.errors import StoreError

_FULL = ("FULL", "the disk of the store is full.", "Free space where the database lives; nothing acknowledged is lost.")
_READONLY = ("READONLY", "the store may only be read here.", "Give tocsin write access to the database and its folder.")
_CONNECT = ("CONNECT", "the store cannot be reached.", "Check that `store.url` is right and the database is running.")
_BUSY = ("BUSY", "the store is locked by someone else.", "Stop the other writer, or raise `store.busy_seconds`.")
_DAMAGED = ("DAMAGED", "the database is damaged.", "Run `tocsin audit verify`, then restore the last good backup.")
_DENIED = ("DENIED", "the database refuses this user.", "Check user, password (PGPASSWORD, ~/.pgpass) and its rights.")
_CONFLICT = ("CONFLICT", "something with the same identifier is kept already.", "Choose a new identifier.")
_OTHER = ("FAILED", "the store could not do that.", "See the cause below it; report it if it is not yours.")

_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READONLY,
    "SQLITE_CANTOPEN": _CONNECT,
    "SQLITE_PERM": _READONLY,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _DAMAGED,
}
_POSTGRES = {"53": _FULL, "25006": _READONLY, "08": _CONNECT, "57P": _CONNECT, "28": _DENIED, "42501": _DENIED}
_POSTGRES |= {
    "3D": _CONNECT,
    "55P03": _BUSY,
    "40": _BUSY,
    "XX": _DAMAGED,
    "53300": _BUSY,
    "57014": _BUSY,
    "25P03": _BUSY,
}


def translated(failure: BaseException) -> BaseException:
    """A StoreError for a database failure; anything else is its own explanation and stays what it is."""
    if not isinstance(failure, SQLAlchemyError):
        return failure
    code, what, do = _kind(failure)
    cause = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
    error = StoreError(f"{what} ({cause})", do, code=f"TCS-STORE-{code}")
    error.__cause__ = failure
    return error


def _kind(failure: SQLAlchemyError) -> tuple[str, str, str]:
    if isinstance(failure, IntegrityError):
        return _CONFLICT
    if not isinstance(failure, DBAPIError):
        return _OTHER
    name = str(getattr(failure.orig, "sqlite_errorname", ""))
    state = str(getattr(failure.orig, "sqlstate", None) or "")
    if name:
        return _SQLITE.get("_".join(name.split("_")[:2]), _OTHER)
    for prefix in (state, state[:3], state[:2]):
        if prefix in _POSTGRES:
            return _POSTGRES[prefix]
    return _CONNECT if failure.connection_invalidated or not state else _OTHER
