"""The wording rules: what they catch and what they let through."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from re import _constants, _parser

import pytest
from benchmarks.wording import CODES, OWN, SHARED, read, score
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.guard.late import Late
from tocsin.guard.wording import Situation, check, lexicon
from tocsin.model.update import Audience, WordingCode

OURS = read(OWN)


def codes(text, **situation):
    return {violation.code for violation in check(text, Situation(**situation))}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared wording corpus is not beside this checkout")
def test_every_case_of_the_wording_corpus_gets_exactly_its_codes():
    assert not [case.id for case in read(SHARED) if set(case.found()) != case.wanted]


def test_nineteen_of_twenty_of_our_own_cases_get_exactly_their_codes():
    wrong = [case.id for case in OURS if set(case.found()) != case.wanted]
    assert len(wrong) * 20 <= len(OURS), wrong


@pytest.mark.parametrize("code", CODES)
def test_each_rule_has_at_least_five_hits_and_five_near_misses_among_our_cases(code):
    assert sum(code in case.wanted for case in OURS) >= 5
    assert sum(code in case.near and code not in case.wanted for case in OURS) >= 5


def test_a_case_without_a_key_is_predicted_and_not_scored():
    blind = replace(OURS[0], wanted=None)
    assert score([blind]).cases == 0
    assert isinstance(blind.found(), dict)


GOOD = "As of 14:05 UTC some customers cannot log in. {} Next update by 14:35 UTC."

HITS = {
    "CAUSE_UNCONFIRMED": [
        "This was caused by a faulty update.",
        "Logins fail due to a change we made this morning.",
        "The root cause appears to be an expired certificate.",
        "We believe this is related to this morning's maintenance.",
        "The problem was introduced by the latest version.",
        "It stems from a change at our supplier.",
    ],
    "BLAME": [
        "An engineer's mistake removed the wrong setting.",
        "The networking team broke the link.",
        "This is the fault of our supplier.",
        "Human error took the page offline.",
        "Priya pushed the wrong setting.",
        "Our hosting provider failed again.",
        "This happened because Cloudflare went down.",
    ],
    "ETA": [
        "We will have this fixed in 20 minutes.",
        "Service will be restored by 15:00.",
        "ETA: 2 hours.",
        "This will be resolved shortly.",
        "We expect everything to be working again within the hour, by tomorrow at the latest.",
        "Recovery is expected soon.",
    ],
    "RESOLVED_EARLY": [
        "The issue has been fixed.",
        "Logins are fully operational.",
        "All systems are operational.",
        "Everything is back to normal.",
        "Access has been restored.",
    ],
    "STATUS_MISMATCH": [
        "We have identified the issue.",
        "A fix has been implemented and we are monitoring the results.",
        "The issue has been resolved.",
        "We are now monitoring the recovery.",
        "A fix is being rolled out.",
    ],
    "INTERNAL_DETAIL": [
        "The machine db-prod-eu-03 is affected.",
        "Requests from 10.4.11.27 are affected.",
        "Follow OPS-4312 for details.",
        "See https://grafana.example.internal/d/abc for details.",
        "The payments-svc service is affected.",
        "The on-call person is working on it.",
    ],
    "PII": [
        "Write to maria.lopez@example.com with questions.",
        "Call Jane on +44 20 7946 0958.",
        "Call +44 20 7946 0958 and ask for me.",
        "Card 4111 1111 1111 1111 was declined.",
        "Customer id: 88213 is affected.",
        "Our engineer Jane Whitfield is working on it.",
    ],
    "JARGON": [
        "Our pods are restarting.",
        "The p99 is high.",
        "We see many 503 errors.",
        "The load balancer is unhealthy.",
        "There is a connection pool problem.",
        "We are rolling out a hotfix to the Kubernetes cluster.",
    ],
}
NEAR_MISSES = {
    "CAUSE_UNCONFIRMED": [
        "We are working to identify the cause.",
        "The cause is not yet known.",
        "We are investigating what caused this.",
        "We do not know the reason yet.",
        "Since 13:52 UTC more customers are affected.",
    ],
    "BLAME": [
        "Our engineers are working on it.",
        "The team is investigating.",
        "We are working with our provider.",
        "A setting was wrong and has an effect on some accounts.",
        "Thank you for your reports.",
    ],
    "ETA": [
        "We will share when to expect recovery once we know.",
        "We do not have a time of recovery yet.",
        "We are working to restore access as fast as we can.",
        "The trouble began at 13:52 UTC.",
        "We post here every 30 minutes.",
    ],
    "RESOLVED_EARLY": [
        "We will tell you once access has been restored.",
        "This is not resolved.",
        "We will post again when the issue is fixed.",
        "We are working to have everything restored.",
        "The page is not back to normal.",
    ],
    "STATUS_MISMATCH": [
        "We are investigating.",
        "We continue to look into this.",
        "We have not identified the cause.",
        "We will post again once a fix is in place.",
        "We are working on it.",
    ],
    "INTERNAL_DETAIL": [
        "Customers in the EU are affected.",
        "The mobile app and the website are affected.",
        "Version 2 of our public API is affected.",
        "Read more at https://status.example.com.",
        "This began on 2026-11-21.",
    ],
    "PII": [
        "Customers in Europe are affected.",
        "About 1,200 customers are affected.",
        "This began on 2026-11-21 at 13:52 UTC.",
        "Contact our support team.",
        "Our hotline +44 20 7946 0958 is open.",
        "Customers with two accounts are affected.",
    ],
    "JARGON": [
        "Pages load slowly.",
        "Some customers see an error page.",
        "Payments are delayed.",
        "The website is not available.",
        "Our API returns errors to some customers.",
    ],
}


@pytest.mark.parametrize(("code", "said"), [(code, said) for code, all_said in HITS.items() for said in all_said])
def test_a_sentence_that_breaks_a_rule_is_caught(code, said):
    assert code in codes(GOOD.format(said))


@pytest.mark.parametrize(
    ("code", "said"), [(code, said) for code, all_said in NEAR_MISSES.items() for said in all_said]
)
def test_a_sentence_that_only_comes_close_is_let_through(code, said):
    assert code not in codes(GOOD.format(said))


@pytest.mark.parametrize(
    "said",
    [
        "As of 14:05 UTC some customers cannot log in.",
        "As of 14:05 UTC some customers cannot log in. More soon to follow here.",
        "As of 14:05 UTC some customers cannot log in. Next update in a while.",
        "As of 14:05 UTC some customers cannot log in. We will keep you posted.",
        "As of 14:05 UTC some customers cannot log in. Another update follows.",
    ],
)
def test_an_open_incident_without_a_time_for_the_next_update_is_caught(said):
    assert "NEXT_UPDATE" in codes(said)


@pytest.mark.parametrize(
    "said",
    [
        "Next update by 14:35 UTC.",
        "We will post again by 14:35 UTC.",
        "Next update within 30 minutes.",
        "Updates every 30 minutes.",
    ],
)
def test_any_promise_of_the_next_update_with_a_time_counts(said):
    assert "NEXT_UPDATE" not in codes(f"As of 14:05 UTC some customers cannot log in. {said}")


@pytest.mark.parametrize("said", ["at 2:05 pm", "at 14:05", "this afternoon", "14:05 CET", "a few minutes ago"])
def test_a_time_without_utc_is_caught(said):
    assert "TIMESTAMP" in codes(f"Some customers cannot log in, {said}. Next update within 30 minutes.")


@pytest.mark.parametrize(
    "said", ["14:05 UTC", "2026-11-21T14:05:00Z", "2026-11-21 14:05 UTC", "14:05 GMT", "14:05 (UTC)"]
)
def test_a_time_in_utc_is_accepted_however_it_is_written(said):
    assert "TIMESTAMP" not in codes(f"Some customers cannot log in since {said}. Next update within 30 minutes.")


@pytest.mark.parametrize(
    "said",
    [
        "We are looking into an issue.",
        "We are aware of a problem.",
        "The team is on it.",
        "We are working on it.",
        "Investigation continues.",
    ],
)
def test_a_message_that_does_not_say_what_customers_experience_is_caught(said):
    assert "NO_IMPACT" in codes(f"As of 14:05 UTC: {said} Next update by 14:35 UTC.")


@pytest.mark.parametrize(
    "said",
    ["Logins fail.", "Customers cannot pay.", "Uploads are delayed.", "The website is slow.", "Search is unavailable."],
)
def test_a_plain_word_on_the_impact_is_enough(said):
    assert "NO_IMPACT" not in codes(f"As of 14:05 UTC: {said} Next update by 14:35 UTC.")


def test_a_confirmed_cause_may_be_told_and_a_confirmed_recovery_claimed():
    said = "As of 14:05 UTC the errors customers saw, caused by a faulty change, are resolved."
    assert not codes(said, status="resolved", root_cause_confirmed=True, recovery_confirmed=True)


def test_the_catalogue_s_names_are_internal_whatever_they_look_like():
    assert "INTERNAL_DETAIL" in codes(GOOD.format("Zeus is affected."), internal_names=frozenset({"zeus"}))


def test_an_internal_message_may_name_hosts_and_people_but_not_blame_them():
    found = codes(
        "As of 14:05 UTC db-prod-3 is down, Ada looks into it. Next update by 14:35 UTC.", audience=Audience.INTERNAL
    )
    assert not found


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_the_rules_stumble_and_the_words_they_name_are_in_it(text):
    for violation in check(text, Situation()):
        assert violation.span in text
        assert violation.advice


@settings(deadline=None)
@given(st.sampled_from(sorted(WordingCode)), st.sampled_from(["investigating", "identified", "monitoring", "resolved"]))
def test_checking_twice_says_the_same_twice(code, status):
    text = GOOD.format(" ".join(HITS.get(code, ["We are on it."])))
    assert check(text, Situation(status=status)) == check(text, Situation(status=status))


NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_promise_of_another_time_than_the_desk_s_own_is_caught():
    said = "As of 12:00 UTC some customers cannot log in. Next update by 12:30 UTC."
    assert not codes(said, next_update_at=NOON.replace(minute=30), now=NOON)
    assert codes(said, next_update_at=NOON.replace(hour=13), now=NOON) == {"NEXT_UPDATE"}


def test_a_promise_for_a_time_that_has_passed_is_caught():
    said = "As of 11:00 UTC some customers cannot log in. Next update by 11:30 UTC."
    assert codes(said, now=NOON) == {"NEXT_UPDATE"}
    assert not codes(said, now=NOON.replace(hour=11))


def test_a_promise_for_after_midnight_is_no_past_one():
    said = "As of 23:50 UTC some customers cannot log in. Next update by 00:20 UTC."
    assert not codes(said, now=NOON.replace(hour=23, minute=50))


def test_words_that_these_customers_use_are_no_jargon_to_them():
    said = GOOD.format("Replication lag is high.")
    assert "JARGON" in codes(said)
    assert "JARGON" not in codes(said, customer_words=frozenset({"replication lag"}))


def test_the_line_that_support_reads_out_is_held_to_what_customers_may_hear():
    assert "CAUSE_UNCONFIRMED" in codes(GOOD.format("This was caused by a faulty update."), audience=Audience.SUPPORT)


def _patterns() -> Iterator[Late]:
    for module in iter_modules(lexicon.__path__):
        for value in vars(import_module(f"{lexicon.__name__}.{module.name}")).values():
            for one in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,):
                if isinstance(one, Late):
                    yield one


def _unbounded(parsed) -> bool:
    """Whether a repeat without an upper bound stands anywhere in a parsed expression."""
    for operation, argument in parsed:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            if argument[1] is _constants.MAXREPEAT or _unbounded(argument[2]):
                return True
        elif operation is _constants.BRANCH:
            if any(_unbounded(one) for one in argument[1]):
                return True
        elif isinstance(argument, tuple) and any(
            isinstance(one, _parser.SubPattern) and _unbounded(one) for one in argument
        ):
            return True
    return False


def test_no_text_can_keep_a_pattern_busy_for_every_repeat_has_an_upper_bound():
    patterns = list(_patterns())
    assert len(patterns) > 50
    read_again = [(one.pattern[:80], _parser.parse(one.pattern, one.flags & ~re.UNICODE)) for one in patterns]
    assert not [shown for shown, parsed in read_again if _unbounded(parsed)]


def test_the_search_for_unbounded_repeats_finds_them():
    assert _unbounded(_parser.parse(r"a(?:b|c+)d"))
    assert _unbounded(_parser.parse(r"(?=x*)y"))
    assert not _unbounded(_parser.parse(r"a(?:b|c{1,9})?d"))


HOSTILE = ["we ", "next update ", "will be fixed ", "by ", "db-", "1.", "the cause of ", "a", ",", "\n", " team "]


@given(st.lists(st.sampled_from(HOSTILE), max_size=400))
@settings(max_examples=25, deadline=None)
def test_long_hostile_texts_are_read_to_their_end(pieces):
    text = "".join(pieces)
    assert all(violation.span in text for violation in check(text, Situation()))
