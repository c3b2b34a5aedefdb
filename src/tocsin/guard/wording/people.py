"""Whether a text names a person. Pure; used by the rules on people and on blame."""

import re
from collections.abc import Iterator

from tocsin.guard.wording.finding import Found, first, named, span
from tocsin.guard.wording.lexicon import names


def personal_name(plain: str, people: frozenset[str]) -> Found | None:
    """Where the first person is named: one of `people`, a known given name, or a capitalised word after a role."""
    after_role = (match for match in names.CAPITALISED.finditer(plain) if _has_role(plain, match))
    someone = first((*given_names(plain), *(_whole(plain, match) for match in after_role)))
    return someone or span(named(plain, people))


def given_names(plain: str) -> Iterator[Found]:
    """Every known given name that is no place, with the surname that follows it."""
    for match in names.CAPITALISED.finditer(plain):
        before = plain[max(0, match.start() - 12) : match.start()]
        if (
            match.group() in names.GIVEN
            and not names.PLACE_BEFORE.search(before)
            and not names.PLACE_AFTER.match(plain, match.end())
        ):
            yield _whole(plain, match)


def _has_role(plain: str, match: re.Match[str]) -> bool:
    before = plain[max(0, match.start() - 40) : match.start()]
    return match.group() not in names.NOT_A_NAME and names.ROLE_BEFORE.search(before) is not None


def _whole(plain: str, match: re.Match[str]) -> Found:
    surname = names.SURNAME.match(plain, match.end())
    return match.start(), surname.end() if surname else match.end()
