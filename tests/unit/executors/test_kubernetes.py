"""What each verb of the executor `kubernetes` sends, reads and says, before a played cluster."""

import asyncio
import json
from typing import Any

import pytest
from tests.conformance.test_executors import step_of

from tocsin.connectors.executors.fakes.cluster import FakeCluster
from tocsin.connectors.executors.kubernetes import ClusterAccess, Kubernetes, KubernetesConfig
from tocsin.connectors.executors.kubernetes_objects import rollout_state
from tocsin.connectors.executors.sending import Wire
from tocsin.errors import SourceError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep, Risk


class House:
    """A cluster with one deployment that was released twice, and the executor before it."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.cluster.add("node", "node-1", spec={})
        self.cluster.add_deployment("orders", "shop", "orders:1", replicas=2)
        self.release("orders:2")
        config = KubernetesConfig(clusters={"main": ClusterAccess(url="http://cluster")})
        wire = Wire("main", "http://cluster", dict, transport=self.cluster.transport())
        self.executor = Kubernetes(config, {"main": wire})
        self.cluster.changes.clear()

    def release(self, image: str) -> None:
        patch = {"spec": {"template": {"spec": {"containers": [{"name": "orders", "image": image}]}}}}
        headers = {"content-type": "application/strategic-merge-patch+json"}
        path = "/apis/apps/v1/namespaces/shop/deployments/orders"
        assert self.cluster.handle("PATCH", path, {}, headers, json.dumps(patch).encode())[0] == 200

    def step(self, verb: str, kind: str = "deployment", name: str = "orders", **more: Any) -> RenderedStep:
        options = more.pop("options", {})
        call = {"executor": "kubernetes", "verb": verb, "kind": kind, "name": name, "options": options}
        call["namespace"] = "" if kind == "node" else "shop"
        return step_of(call, **more)

    def run(self, *words: str, key: str = "INC-1:0", **more: Any) -> Outcome:
        return asyncio.run(self.executor.run(self.step(*words, **more), key))

    def rehearse(self, *words: str, **more: Any) -> Rehearsal:
        return asyncio.run(self.executor.rehearse(self.step(*words, **more)))

    def image(self) -> str:
        template = self.cluster.of("deployment", "orders", "shop")["spec"]["template"]
        return str(template["spec"]["containers"][0]["image"])

    def pods(self) -> list[str]:
        return sorted(name for (_, plural, _, name) in self.cluster.objects if plural == "pods")


@pytest.fixture
def house() -> House:
    return House()


def test_an_undo_brings_back_the_earlier_image_and_its_rehearsal_names_both(house: House) -> None:
    rehearsal = house.rehearse("rollout_undo")
    assert "take deployment orders in shop back to revision 1: orders:2 becomes orders:1" in rehearsal.said
    assert house.image() == "orders:2"
    assert house.run("rollout_undo").ok
    assert house.image() == "orders:1"


def test_an_undo_repeated_after_a_crash_does_not_undo_itself(house: House) -> None:
    house.run("rollout_undo", key="INC-1:3")
    again = house.run("rollout_undo", key="INC-1:3")
    assert again.ok
    assert "already taken back" in again.said
    assert house.image() == "orders:1"
    assert len(house.cluster.changes) == 1


def test_an_undo_goes_to_the_revision_that_was_named(house: House) -> None:
    house.release("orders:3")
    assert house.run("rollout_undo", options={"to_revision": 1}).ok
    assert house.image() == "orders:1"


def test_an_undo_without_an_earlier_revision_surely_does_nothing(house: House) -> None:
    house.cluster.add_deployment("fresh", "shop", "fresh:1")
    with pytest.raises(SourceError, match="No revision before 1"):
        house.run("rollout_undo", "deployment", "fresh")


def test_an_undo_is_refused_when_somebody_deployed_meanwhile(house: House) -> None:
    respond = house.cluster._respond

    def deploy_in_between(request: Any) -> Any:
        if request.method == "PATCH":
            house.release("orders:3")
        return respond(request)

    import httpx

    wire = Wire("main", "http://cluster", dict, transport=httpx.MockTransport(deploy_in_between))
    executor = Kubernetes(KubernetesConfig(clusters={"main": ClusterAccess(url="http://cluster")}), {"main": wire})
    with pytest.raises(SourceError, match="resourceVersion"):
        asyncio.run(executor.run(house.step("rollout_undo"), "INC-1:0"))
    assert house.image() == "orders:3"


def test_a_restart_repeated_for_the_same_action_restarts_once(house: House) -> None:
    before = house.pods()
    house.run("restart", key="INC-1:1")
    after = house.pods()
    assert before != after
    house.run("restart", key="INC-1:1")
    assert house.pods() == after
    house.run("restart", key="INC-1:2")
    assert house.pods() != after


def test_scaling_to_the_present_number_changes_nothing(house: House) -> None:
    assert "already has 2 copies" in house.run("scale", options={"replicas": 2}).said
    assert house.cluster.changes == []


@pytest.mark.parametrize("replicas", ["-1", "many", 1_000_000, "1; reboot"])
def test_a_number_of_copies_is_a_number_in_bounds(house: House, replicas: Any) -> None:
    with pytest.raises(SourceError, match="replicas"):
        house.run("scale", options={"replicas": replicas})
    assert house.cluster.changes == []


def test_resources_are_set_on_every_container_and_only_known_ones(house: House) -> None:
    assert house.run("set_resources", options={"limits": "memory=512Mi,cpu=500m"}).ok
    container = house.cluster.of("deployment", "orders", "shop")["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == {"limits": {"memory": "512Mi", "cpu": "500m"}}
    assert container["image"] == "orders:2"
    with pytest.raises(SourceError, match="limits"):
        house.run("set_resources", options={"limits": "memory=lots"})


def test_a_deleted_pod_is_the_one_that_was_read_and_comes_back(house: House) -> None:
    pod = house.pods()[0]
    assert house.run("delete_pod", "pod", pod).ok
    assert pod not in house.pods()
    assert len(house.pods()) == 2


def test_a_pod_that_nothing_would_start_again_is_not_deleted(house: House) -> None:
    house.cluster.add("pod", "lonely", "shop", spec={})
    rehearsal = house.rehearse("delete_pod", "pod", "lonely")
    assert not rehearsal.ok
    assert ("a controller starts it again", False, "nothing owns this pod") in rehearsal.preconditions
    with pytest.raises(SourceError, match="nothing owns"):
        house.run("delete_pod", "pod", "lonely")
    assert "lonely" in house.pods()


def test_a_node_is_closed_and_opened_and_its_table_says_so_as_kubectl_prints_it(house: House) -> None:
    house.run("cordon", "node", "node-1")
    assert "Ready,SchedulingDisabled" in house.run("get", "node", "node-1", risk=Risk.READ).output
    house.run("uncordon", "node", "node-1")
    assert "SchedulingDisabled" not in house.run("get", "node", "node-1", risk=Risk.READ).output


def test_a_drain_asks_what_kubectl_asks_and_evicts_what_may_go(house: House) -> None:
    owner = [{"kind": "DaemonSet", "name": "agent", "uid": "x"}]
    house.cluster.add("pod", "agent-1", "shop", metadata={"ownerReferences": owner}, spec={"nodeName": "node-1"})
    assert not house.rehearse("drain", "node", "node-1").ok
    before = house.pods()
    outcome = house.run("drain", "node", "node-1", options={"ignore_daemonsets": True})
    assert outcome.ok, outcome.said
    assert house.cluster.of("node", "node-1")["spec"]["unschedulable"] is True
    assert "agent-1" in house.pods()
    assert not set(house.pods()) & (set(before) - {"agent-1"})


def test_a_drain_held_back_halfway_says_how_far_it_came(house: House) -> None:
    house.cluster.fault = "busy"
    outcome = house.run("drain", "node", "node-1", options={"ignore_daemonsets": True}, timeout_seconds=1)
    assert not outcome.ok
    assert outcome.said.startswith("1 of 3 parts done, then:")


def test_the_log_of_a_deployment_is_that_of_its_newest_pod_and_bounded(house: House) -> None:
    for number, pod in enumerate(house.pods()):
        house.cluster.logs[pod] = f"pod {number}\n" * 50
    outcome = house.run("logs", options={"tail": 3, "since": "15m"}, risk=Risk.READ)
    assert len(outcome.output.splitlines()) == 3


def test_a_description_joins_the_object_with_its_events(house: House) -> None:
    about = {"name": "orders", "kind": "Deployment"}
    house.cluster.add("event", "e1", "shop", involvedObject=about, type="Warning", reason="Failed", message="no image")
    house.cluster.add("event", "e2", "shop", involvedObject={"name": "other"}, type="Normal", reason="X", message="y")
    outcome = house.run("describe", risk=Risk.READ)
    assert "Warning Failed x1: no image" in outcome.output
    assert "x1: y" not in outcome.output
    assert '"image": "orders:2"' in outcome.output


def test_usage_is_told_container_by_container(house: House) -> None:
    usage = {"cpu": "10m", "memory": "20Mi"}
    house.cluster.add("pod metrics", "orders-1", "shop", containers=[{"name": "orders", "usage": usage}])
    call = {"executor": "kubernetes", "verb": "top", "kind": "pod", "namespace": "shop"}
    outcome = asyncio.run(house.executor.run(step_of(call, Risk.READ), ""))
    assert "orders-1/orders\t10m\t20Mi" in outcome.output


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../../secrets/x"),
        ("name", "a/b"),
        ("namespace", "a%2fb"),
        ("kind", "secret"),
        ("verb", "exec"),
        ("name", ""),
    ],
)
def test_a_value_can_never_leave_its_place_in_the_path(house: House, field: str, value: str) -> None:
    step = house.step("scale", options={"replicas": 3})
    step = step.model_copy(update={"call": {**step.call, field: value}})
    with pytest.raises(SourceError):
        asyncio.run(house.executor.run(step, ""))
    assert house.cluster.changes == []


def test_an_environment_without_its_own_cluster_reaches_none(house: House) -> None:
    config = KubernetesConfig(clusters={"a": ClusterAccess(url="http://a"), "b": ClusterAccess(url="http://b")})
    executor = Kubernetes(config, {})
    with pytest.raises(SourceError, match="Which cluster"):
        asyncio.run(executor.run(house.step("restart"), ""))


@pytest.mark.parametrize(
    ("status", "done"),
    [
        ({"observedGeneration": 1, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, False),
        ({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 3, "availableReplicas": 3}, False),
        ({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4, "availableReplicas": 3}, False),
        ({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 2}, False),
        ({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, True),
    ],
)
def test_a_rollout_is_complete_exactly_when_kubectl_says_so(status: dict[str, int], done: bool) -> None:
    workload = {"metadata": {"generation": 2}, "spec": {"replicas": 3}, "status": status}
    assert rollout_state(workload)[0] is done
