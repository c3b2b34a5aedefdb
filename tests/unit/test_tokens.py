"""API tokens: random, recognisable, kept as a digest, bound to one person and some roles, and over when they are over."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tocsin.errors import DataError
from tocsin.guard import tokens
from tocsin.guard.redact import redact
from tocsin.model.identity import LOCAL_CALLER, SERVICE, Right, Role, person_id

NOW = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)


def minted(person: str = "ada@example.com", *roles: Role, days: int = 90):
    return tokens.mint("TOK-1", person, roles or (Role.RESPONDER,), NOW, days)


def test_a_token_has_256_random_bits_and_only_its_digest_is_kept() -> None:
    made = [minted() for _ in range(50)]
    assert len({text for text, _ in made}) == 50
    for text, kept in made:
        assert text.startswith("tcs_")
        assert len(bytes.fromhex(text.removeprefix("tcs_"))) == 32
        assert kept.sha256 == sha256(text.encode()).hexdigest() == tokens.digest(text)
        assert text not in kept.model_dump_json()
        assert len(kept.prefix) <= len("tcs_") + 6  # what is shown gives nothing away


def test_a_token_stands_for_one_person_however_the_name_was_typed() -> None:
    _, kept = minted("  Ada@Example.COM ", Role.APPROVER)
    assert kept.person == "ada@example.com"
    assert tokens.bearer(kept).roles == {Role.APPROVER}
    assert tokens.bearer(kept).actor == "person:ada@example.com"


@pytest.mark.parametrize(
    "person", ["", " ", "ada bob", "ada,bob", "ada\nbob", "a" * 201, "local-operator", "serve.token"]
)
def test_no_token_is_made_for_two_people_for_nobody_or_for_tocsin_itself(person: str) -> None:
    with pytest.raises(DataError):
        minted(person)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_that_never_ends_is_not_made(days: int) -> None:
    with pytest.raises(DataError):
        minted(days=days)


def test_a_token_without_a_role_is_not_made() -> None:
    with pytest.raises(DataError):
        tokens.mint("TOK-1", "ada@example.com", (), NOW)


def test_a_token_is_live_until_its_last_moment_and_revoked_is_stronger_than_expired() -> None:
    _, kept = minted(days=1)
    assert tokens.standing(kept, kept.expires_at - timedelta(microseconds=1)) == "live"
    assert tokens.standing(kept, kept.expires_at) == "expired"
    revoked = kept.model_copy(update={"revoked_at": NOW})
    assert {tokens.standing(revoked, NOW), tokens.standing(revoked, kept.expires_at)} == {"revoked"}


def test_a_token_left_lying_in_a_log_is_taken_out_before_anyone_reads_it() -> None:
    text, _ = minted()
    shown = redact(f"curl -H 'Authorization: Bearer {text}' and then plain {text}, done", b"k" * 32)
    assert text not in shown.text
    assert text[10:40] not in shown.text


def test_neither_the_services_credential_nor_this_machine_can_approve() -> None:
    for caller in (SERVICE, LOCAL_CALLER):
        assert not caller.may(Right.APPROVE)
        assert not caller.may(Right.BREAK_GLASS)
        assert caller.may(Right.READ)
        assert caller.may(Right.RESPOND)
    assert not SERVICE.may(Right.COMMAND)
    assert not SERVICE.may(Right.ADMINISTER)


@pytest.mark.parametrize(("typed", "name"), [("Ada@X.org", "ada@x.org"), ("\uff41da", "ada"), (" åsa ", "åsa")])
def test_one_person_has_one_spelling(typed: str, name: str) -> None:
    assert person_id(typed) == name
