"""The type classifier: what it sees, that its numbers are shares, and that it is fast and the same every time."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis.classify import CLASSES, Classifier, cues_of
from tocsin.model.ground import IncidentType
from tocsin.roles.analysts.incident_type import load_classifier

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "alerts.jsonl"


def names(title: str, **parts: str) -> set[str]:
    return {cue.name for cue in cues_of(title, **parts)}


@pytest.mark.parametrize(
    "title", ["RabbitMQNodeDown", "rabbitmq node down", "Rabbit MQ: node is down", "prod-rabbitmq-1 node down"]
)
def test_a_product_is_recognised_however_its_name_is_written(title: str) -> None:
    assert "first-trade:queue" in names(title)


def test_a_product_named_after_a_thing_still_says_more_than_the_thing() -> None:
    assert "first-trade:relational" in names("Disk almost full on the PostgreSQL host")
    assert "first-trade:storage" in names("Disk almost full")


def test_a_longer_product_name_is_not_taken_for_a_shorter_one() -> None:
    assert "first-trade:cni" in names("kube-proxy restarts")
    assert "first-trade:orchestrator" in names("kube-scheduler restarts")


def test_hiding_the_technologies_hides_every_one_of_them() -> None:
    shown = {cue.name for cue in cues_of("Redis is slow", "on Kubernetes", technologies=False)}
    assert not [name for name in shown if "-trade:" in name or "-type:" in name]


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=100))
def test_whatever_the_text_the_shares_add_up_and_the_quotes_stand_in_it(title: str, body: str, labels: str) -> None:
    verdict = load_classifier().classify(title, body, labels)
    assert sum(verdict.shares.values()) == pytest.approx(1)
    assert verdict.shares[verdict.type] == max(verdict.shares.values()) == verdict.confidence
    assert all(quote in title + "\n" + body + "\n" + labels for quote in verdict.quotes)


def test_a_model_document_gives_the_model_it_describes() -> None:
    weights = {"word:boom": [0, 0, 2000, 0, 0]}
    model = Classifier.from_document({"weights": weights, "bias": [0, 0, 0, 0, 0], "temperature": 1.0})
    verdict = model.classify("boom")
    assert verdict.type is IncidentType.APPLICATION
    assert verdict.confidence == pytest.approx(2.718281828 / (4 + 2.718281828))


def test_the_shipped_model_loads_and_answers_a_long_text() -> None:
    load_classifier.cache_clear()
    model = load_classifier()
    verdict = model.classify(
        "PostgreSQL replication lag on db-1", "The replica is 300 s behind. " * 40, "team=data severity=critical"
    )
    assert verdict.type is IncidentType.DATABASE
    assert len(model.weights) > 1000


@pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpora/alerts.jsonl is not there")
def test_products_are_kept_apart_when_the_model_is_cross_validated() -> None:
    from benchmarks.train_triage import folds_of, read_rows

    rows = read_rows(CORPUS)
    where = folds_of(rows)
    assert set(where) == {row.group for row in rows}
    assert len(set(where.values())) == 8


def test_a_model_trained_on_a_few_rows_learns_their_words_and_keeps_what_experts_know(tmp_path: Path) -> None:
    from benchmarks.train_triage import read_rows, train

    def row(number: int, title: str, label: str) -> dict[str, object]:
        fixed = {"accept": [label], "label_confidence": "high", "summary": "", "description": "", "labels": {}}
        return {"id": str(number), "group": f"g{number}", "title": title, "type_label": label, **fixed}

    lines = [row(n, "the frobnicator wobbles", "security") for n in range(4)]
    lines += [row(n + 4, "the gizmo wobbles", "application") for n in range(4)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    model = train(read_rows(path))
    assert model.classify("frobnicator").type is IncidentType.SECURITY
    assert model.classify("gizmo").type is IncidentType.APPLICATION
    assert model.classify("Cassandra replication is slow").type is IncidentType.DATABASE
    assert len(CLASSES) == 5
