"""What the Kubernetes analyst reports, and what a whole response makes of it."""

import asyncio

from tests.unit.case_making import brief
from tests.unit.cluster.shop import healthy

from tocsin import config
from tocsin.app import once
from tocsin.connectors import cluster_text
from tocsin.errors import SourceError
from tocsin.model.evidence import FindingKind
from tocsin.roles.analysts.kubernetes import KubernetesAnalyst
from tocsin.roles.contract import Seen


class Cluster:
    """Windows with a cluster behind them, or nothing, or a cluster that is silent."""

    def __init__(self, answers=None, error=None):
        self.answers, self.error = answers, error

    async def cluster(self, ask):
        if self.error:
            raise self.error
        if self.answers is None:
            return None
        text = cluster_text.written(self.answers)
        return Seen("ev-c", text, cluster_text.read(text))


def investigated(windows):
    return asyncio.run(KubernetesAnalyst().investigate(brief("till is down", service="till"), windows))


def misdirected():
    shop = healthy()
    shop["service/till"]["spec"]["ports"][0]["targetPort"] = 9009
    return shop.answers()


def test_a_broken_relation_becomes_a_finding_with_quotes_and_a_fix():
    finding = investigated(Cluster(misdirected())).findings[0]
    assert (finding.kind, finding.service, finding.data["rank"]) == (FindingKind.CLUSTER_FAULT, "till", 1)
    assert finding.data["root_cause"] == "service_port_mapping_mismatch"
    assert finding.quotes and finding.data["fix"]


def test_quotes_stand_in_the_recorded_answer():
    text = cluster_text.written(misdirected())
    for finding in investigated(Cluster(misdirected())).findings:
        assert all(quote.text in text for quote in finding.quotes)


def test_without_a_cluster_nothing_is_said_and_nothing_is_missing():
    report = investigated(Cluster())
    assert report.findings == () and report.failure == ""


def test_a_silent_cluster_is_told_as_a_gap():
    assert "no answer" in investigated(Cluster(error=SourceError("no answer", "look"))).failure


def test_a_healthy_cluster_gives_no_findings():
    assert investigated(Cluster(healthy().answers())).findings == ()


def test_answers_survive_being_written_into_one_text():
    kept = healthy().answers()
    assert cluster_text.read(cluster_text.written(kept)) == tuple(kept)


def test_a_snapshot_with_kubectl_answers_leads_to_a_root_cause(tmp_path):
    (tmp_path / "kubectl").mkdir()
    (tmp_path / "snapshot.yaml").write_text("now: 2026-11-21T03:30:00Z\ntitle: the till is down\n")
    for answer in misdirected():
        ending = "json" if answer.text.startswith("{") else "txt"
        (tmp_path / "kubectl" / f"{answer.name}.{ending}").write_text(answer.text)
    body = b"Connection refused: till is unreachable. Service: till."
    loaded = config.Config(config.merged({}), {}, "test")
    response = asyncio.run(once.respond_once(body, evidence=tmp_path, config=loaded))
    assert "sends to 9009/TCP, but till listens on 9000/TCP" in response.report["rootCause"]
