"""The hash chain: how one event is tied to the one before it, and how a damaged chain is found. Pure; used by store and audit.

An event's hash covers its place, time, actor and the *digest* of its body, so a body can be erased by a named act and the
chain still verifies. The digest is salted, so an erased body cannot be guessed back from it.
"""

import json
from hashlib import sha256

GENESIS = "0" * 64
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(data: object) -> str:
    """One spelling for one JSON value: sorted keys, no spaces, UTF-8 (RFC 8785 for the strings, ints and floats we store)."""
    return _ENCODE(data)


def body_digest(salt: str, body_text: str) -> str:
    """The digest that stands for a body in the chain."""
    return sha256(f"{salt}\n{body_text}".encode()).hexdigest()


def link_hash(prev: str, incident_id: str, seq: int, at: str, actor: str, digest: str) -> str:
    """The hash of one event; `at` is its RFC 3339 text exactly as stored."""
    return sha256(canonical([prev, incident_id, seq, at, actor, digest]).encode()).hexdigest()
