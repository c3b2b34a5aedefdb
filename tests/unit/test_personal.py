"""Personal data: what belongs to people stays in the house, what incidents are made of is still read, and marks are undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_redact import CONTEXTS, KEY

from tocsin.guard.outward import outward
from tocsin.guard.personal import Veil, impersonal, pieces
from tocsin.guard.redact import Redacted, redact

PERSONAL = {
    "e-mail": "ada.lovelace@example.com",
    "e-mail with a tag": "ada+shop@mail.example.co.uk",
    "e-mail, encoded": "ada%40example.org",
    "e-mail in another script": "jürgen@bücher.example",
    "phone abroad": "+49 170 1234567",
    "phone in one piece": "+447911123456",
    "phone, American": "415-555-0132",
    "phone in parentheses": "(415) 555-0132",
    "account": "DE89370400440532013000",
    "account in groups": "GB82 WEST 1234 5698 7654 32",
    "social security": "078-05-1120",
    "Italian tax code": "RSSMRA85T10A562S",
    "Spanish card": "12345678Z",
    "French number": "1 85 05 78 006 084 91",
}
LABELLED = {
    '{"first_name": "Ada", "n": 1}': "Ada",
    '{"customerName":"Ada Lovelace"}': "Lovelace",
    "dob=1985-10-12 plan=gold": "1985-10-12",
    "phone: 0170 1234567": "1234567",
    "GET /signup?last_name=Lovelace&zip_code=90210": "Lovelace",
    '{\\"billing_address\\": \\"12 St James Square\\"}': "James",
    "passport_number=C01X00T47": "C01X00T47",
}
ORDINARY = [
    "3 successful logins from 203.0.113.42 to different accounts, 150 failed for user admin",
    "user@1000.service: Main process exited; getty@tty1.service started",
    "git clone git@github.com:org/repo && ssh root@db-1.example.com",
    "postgresql://app:<secret:3f2a>@db.internal:5432/shop",
    "image registry.example.com/pay@sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    "npm ERR! lodash@4.17.21.tgz and java.lang.Object@1a2b3c4d",
    "[21/Nov/2026:03:04:05 +1100] 2026-11-21 +0200 took +12 ms",
    "order 1234567890 blk_-1608999687919862906 of 12345678 bytes, 1763700000123456789",
    "first_name= is required; dob: null; phone: 12",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736, version 415.555.013, 2026-11-21T03:04:05Z",
]


def clean(text: str) -> Redacted:
    return redact(text, KEY)


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_data_of_every_known_shape_leaves_in_no_context(name: str) -> None:
    texts = [template.format(PERSONAL[name]) for template in CONTEXTS.values()]
    for through in (Veil().over, impersonal, lambda text: outward(text, clean)):
        assert not [text for text in texts if PERSONAL[name] in through(text)]


@pytest.mark.parametrize(("text", "piece"), LABELLED.items())
def test_what_is_called_a_name_a_birthday_or_an_address_is_one(text: str, piece: str) -> None:
    assert piece not in Veil().over(text)


@pytest.mark.parametrize("line", ORDINARY)
def test_what_incidents_are_made_of_is_still_read(line: str) -> None:
    assert Veil().over(line) == impersonal(line) == line


def test_the_same_person_has_the_same_mark_throughout_a_question_and_the_answer_has_them_back() -> None:
    veil = Veil()
    shown = veil.over(
        {"alert": "locked: ada@example.com, bob@example.com", "logs": ["ada@example.com called +49 170 1234567"]}
    )
    assert shown == {"alert": "locked: <e-mail 1>, <e-mail 2>", "logs": ["<e-mail 1> called <phone 3>"]}
    said = {"quotes": ["<e-mail 1> called <phone 3>"], "text": "<e-mail 9> is nobody", "n": 4}
    assert veil.lifted(said) == {
        "quotes": ["ada@example.com called +49 170 1234567"],
        "text": "<e-mail 9> is nobody",
        "n": 4,
    }


@given(st.lists(st.sampled_from([*PERSONAL.values(), *LABELLED, *ORDINARY]) | st.text(max_size=40), max_size=8))
def test_lifting_a_veil_gives_back_what_it_was_laid_over(parts: list[str]) -> None:
    veil, text = Veil(), " ".join(parts)
    assert veil.lifted(veil.over(text)) == text or "<" in text


@pytest.mark.parametrize(
    "piece", ["a.", "a@", "a@a.", "%40a.", "+1 ", "1-", "DE12 ", "phone: 1 ", 'first_name="', "AB12"]
)
def test_text_made_to_be_slow_comes_back_all_the_same(piece: str) -> None:
    assert list(pieces(piece * (100_000 // len(piece)))) is not None
