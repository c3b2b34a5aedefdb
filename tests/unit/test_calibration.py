"""Confidence means how often such answers were right: monotone, bounded, moved by the house's verdicts, unknown below a floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.case_making import brief, fact, log, logs, metric, metrics

from tocsin.analysis.calibration import (
    LEAST,
    MOST,
    Bin,
    Calibration,
    Curve,
    Grounds,
    Lesson,
    either,
    error,
    moved,
    others,
    reliability,
    shift_for,
)
from tocsin.cli.reliability import drawn
from tocsin.model.diagnosis import Diagnosis, Hypothesis, bayes
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.roles.analysts import certainty
from tocsin.roles.analysts.certainty import Certainty
from tocsin.roles.analysts.specialists import specialists
from tocsin.roles.contract import Report

shares = st.floats(0, 1)
grounds = st.builds(Grounds, shares, shares, shares, shares, shares)
verdicts = st.lists(st.tuples(st.floats(0.02, 0.96), st.sampled_from([0.0, 0.5, 1.0])), max_size=60)


@pytest.mark.parametrize("judge", [certainty.CLUSTER, certainty.RANKING, certainty.STORM, certainty.CAUSES])
@given(grounds, grounds)
def test_more_of_anything_never_means_less_sure_and_nobody_is_certain(judge: str, one: Grounds, other: Grounds) -> None:
    names = Grounds.__dataclass_fields__
    more = Grounds(**{name: max(getattr(one, name), getattr(other, name)) for name in names})
    low, high = (certainty.shipped().probability(judge, some) for some in (one, more))
    assert LEAST <= low <= high <= MOST


@given(verdicts)
def test_verdicts_move_a_curve_towards_themselves_and_never_past_them(pairs: list[tuple[float, float]]) -> None:
    shift = shift_for(pairs)
    excess = sum(credit - given for given, credit in pairs)
    assert shift * excess >= 0 or abs(excess) < 1e-6
    after = sum(credit - moved(given, shift) for given, credit in pairs)
    assert abs(after) <= abs(excess) + 1e-6
    assert shift_for(list(reversed(pairs))) == pytest.approx(shift, abs=1e-5)


@given(verdicts, st.floats(0.02, 0.96))
def test_one_more_right_verdict_never_makes_an_analyst_less_sure(pairs: list[tuple[float, float]], said: float) -> None:
    before = shift_for(pairs)
    assert shift_for([*pairs, (said, 1.0)]) >= before - 1e-5
    assert shift_for([*pairs, (said, 0.0)]) <= before + 1e-5


def test_a_few_verdicts_move_little_and_many_bring_confidence_to_how_often_it_is_right() -> None:
    one = moved(0.8, shift_for([(0.8, 0.0)]))
    many = moved(0.8, shift_for([(0.8, 0.0)] * 140 + [(0.8, 1.0)] * 60))
    assert 0.7 < one < 0.8
    assert many == pytest.approx(0.3, abs=0.03)


def test_without_verdicts_the_shipped_curve_stands_and_only_the_judged_analysts_move() -> None:
    curves = Calibration({"causes": Curve(0.0)})
    assert curves.taught([]).here(0.8, ["log-analyst"]) == 0.8
    taught = curves.taught([Lesson(0.8, 0.0, ("log-analyst",))] * 10)
    assert taught.here(0.8, ["log-analyst"]) < 0.6
    assert taught.here(0.8, ["metric-analyst"]) == 0.8


@given(st.floats(0.01, 0.97), st.lists(shares, max_size=5))
def test_what_comes_behind_shares_what_the_first_leaves(first: float, scores: list[float]) -> None:
    rest = others(first, scores)
    assert all(0 <= one <= first for one in rest)
    assert first + sum(rest) <= 1 + 1e-9


@given(st.floats(0.01, 0.97), st.floats(0.01, 0.97))
def test_of_two_opinions_that_exclude_each_other_neither_gets_surer_and_both_are_never_more_than_one(
    one: float, other: float
) -> None:
    assert either(one, other) <= one
    assert either(one, other) + either(other, one) <= 1 + 2 * LEAST


def test_the_error_is_the_mean_distance_of_confidence_and_accuracy() -> None:
    curve = reliability([(0.95, 1.0)] * 3 + [(0.95, 0.0)] + [(0.25, 0.0)] * 4)
    assert [(one.n, round(one.confidence, 2), one.accuracy) for one in curve] == [(4, 0.25, 0.0), (4, 0.95, 0.75)]
    assert error(curve) == pytest.approx((0.25 + 0.2) / 2)
    assert error([]) is None


def test_the_curve_is_drawn_with_its_error_below_it() -> None:
    lines = drawn([Bin(0.7, 0.8, 12, 0.75, 0.5)])
    assert "70%-80%" in lines[1].replace(" ", "")
    assert lines[1].count("#") == 20
    assert lines[1].index("|") > lines[1].rindex("#")
    assert lines[-1] == "expected calibration error 0.250"


def cluster_fault(score: float, number: int = 1) -> Finding:
    data = {"score": score, "root_cause": "x", "object": "shop", "object_kind": "app"}
    return Finding(
        id=f"cluster-{number}",
        role="kubernetes-analyst",
        kind=FindingKind.CLUSTER_FAULT,
        text="x",
        confidence=score,
        data=data,
        quotes=(Quote(evidence_id="ev", text="x"),),
    )


def supported(*causes: str, by: str = "cluster-1") -> Diagnosis:
    ranked = tuple(Hypothesis(cause=one, text=one, service="shop", confidence=0.5, supports=(by,)) for one in causes)
    return Diagnosis(specialist="s", root_cause="x", confidence=0.5, hypotheses=ranked, next_question="what?")


def test_a_proven_relation_makes_sure_and_a_rival_as_well_proven_makes_unsure() -> None:
    alone = Certainty().of(supported("a"), [Report("k", (cluster_fault(0.95),))])
    rival = Certainty().of(supported("a"), [Report("k", (cluster_fault(0.95), cluster_fault(0.95, 2)))])
    assert alone.confidence > 0.9
    assert alone.next_question == ""
    assert rival.hypotheses[0].confidence < alone.confidence


def test_below_the_floor_the_cause_is_unknown_and_the_next_question_is_asked() -> None:
    told = Certainty().of(supported("a", "b"), [Report("k", (cluster_fault(0.2),))])
    assert (told.root_cause, told.confidence) == ("", 0.0)
    assert told.next_question == "what?"
    assert told.hypotheses[0].confidence < certainty.FLOOR
    brave = Certainty(floor=0.0).of(supported("a", "b"), [Report("k", (cluster_fault(0.2),))])
    assert brave.root_cause == "x"


def test_a_cause_whose_fix_did_not_help_counts_for_less_in_the_next_diagnosis_and_the_others_for_more() -> None:
    found, reports = supported("a", "b"), [Report("k", (cluster_fault(0.95),))]
    before, after = Certainty().of(found, reports), Certainty().of(found, reports, {"a": 1 / 3})
    assert [one.cause for one in after.hypotheses] == ["a", "b"]  # it was far ahead, and still is
    assert after.hypotheses[0].confidence < before.hypotheses[0].confidence
    assert after.hypotheses[1].confidence > before.hypotheses[1].confidence
    assert after.by_release == pytest.approx(
        after.confidence, abs=0.01
    )  # a later verdict is held against what was said
    twice = Certainty().of(found, reports, {"a": 1 / 1000})
    assert twice.hypotheses[0].cause == "b"
    assert twice.root_cause == ("b" if twice.hypotheses[0].confidence >= certainty.FLOOR else "")


@given(st.lists(st.tuples(shares, st.floats(0.01, 1)), min_size=1, max_size=5))
def test_new_evidence_moves_shares_by_bayes_rule_and_taking_it_back_gives_them_back(
    pairs: list[tuple[float, float]],
) -> None:
    total = max(1.0, sum(share for share, _ in pairs))
    given = [(share / total, weight) for share, weight in pairs]
    after = bayes(given)
    assert sum(after) <= 1 + 1e-9
    back = bayes([(share, 1 / weight) for share, (_, weight) in zip(after, given, strict=True)])
    assert back == pytest.approx([share for share, _ in given], abs=1e-6)


def test_the_next_question_names_the_source_that_tells_the_two_leading_causes_apart() -> None:
    asked = brief("Connection pool of ledger exhausted, queries are slow", "database", "ledger")
    found = specialists()[asked.triage.type].diagnose(
        asked,
        (
            fact("Connection pool of ledger exhausted, queries are slow"),
            metrics(metric(1, "ledger", "db_connections", resource="connections", signal="saturation", at_limit=True)),
        ),
    )
    assert found.next_question.startswith("From the logs of ledger around 03:11 UTC, not seen so far; it tells ")
    assert found.next_question.endswith("?")


def test_where_everything_was_seen_the_question_of_the_cause_itself_is_asked() -> None:
    asked = brief("Connection pool of ledger exhausted", "database", "ledger")
    seen = (
        fact("Connection pool of ledger exhausted"),
        metrics(metric(1, "ledger", "db_connections", resource="connections", signal="saturation", at_limit=True)),
        logs(log(1, "ledger", "connection is not available, request timed out")),
        Report("change-analyst", ()),
    )
    found = specialists()[asked.triage.type].diagnose(asked, seen)
    assert not found.next_question.startswith("From ")


def suspect(service: str, share: float) -> Report:
    """The ranking of services names this one with that share of all votes."""
    found = Finding(
        id="suspect-1",
        role="cause-ranker",
        kind=FindingKind.SUSPECT,
        text=f"Of 5 services {service} is the most likely first cause: its calls take longer",
        service=service,
        confidence=share,
        quotes=(Quote(evidence_id="EV-1", text="q"),),
        data={"share": share, "services": 5, "reasons": [], "others": [{"service": "mail", "share": 0.05}]},
    )
    return Report("cause-ranker", (found,))


def named(*causes: tuple[str, str, float]) -> Diagnosis:
    """Hypotheses of the catalogue: cause, service and weight."""
    held = tuple(
        Hypothesis(cause=cause, text=f"{service}: {cause}.", service=service, confidence=weight)
        for cause, service, weight in causes
    )
    return Diagnosis(specialist="s", root_cause=held[0].text, confidence=held[0].confidence, hypotheses=held)


def test_where_the_ranking_is_the_surer_of_two_opinions_what_is_wrong_at_its_service_comes_first() -> None:
    told = Certainty().of(named(("latency", "web", 0.3), ("resource_saturation", "disk", 0.2)), [suspect("disk", 0.9)])
    assert [one.service for one in told.hypotheses] == ["disk", "web"]
    assert told.root_cause == "disk: resource_saturation." and told.confidence > 0.75
    assert "suspect-1" in told.hypotheses[0].supports


def test_a_service_at_which_it_began_is_named_also_where_no_sign_of_it_is_in_the_catalogue() -> None:
    told = Certainty().of(named(("latency", "web", 0.3)), [suspect("disk", 0.9)])
    assert told.root_cause.startswith("Of 5 services disk is the most likely first cause") and told.confidence > 0.75
    assert told.hypotheses[0].cause == certainty.ORIGIN and told.hypotheses[1].confidence < 0.2
    nothing = Diagnosis(specialist="s", root_cause="", confidence=0.0)
    alone = Certainty().of(nothing, [suspect("disk", 0.9)])
    assert [one.service for one in alone.hypotheses] == ["disk"] and "not known yet" in alone.root_cause


def test_a_cause_that_the_catalogue_is_surer_of_stays_first_and_is_a_little_less_sure() -> None:
    strong = named(("pool_exhaustion", "db", 0.95))
    alone, against = (Certainty().of(strong, reports) for reports in ([], [suspect("disk", 0.3)]))
    assert against.hypotheses[0].service == "db" and 0.4 < against.confidence <= alone.confidence


def test_the_signs_of_a_cluster_are_not_overruled_by_a_ranking_of_services() -> None:
    fault = Report("kubernetes-analyst", (cluster_fault(0.95),))
    told = Certainty().of(supported("pvc"), [fault, suspect("disk", 0.9)])
    assert [one.cause for one in told.hypotheses] == ["pvc"]
