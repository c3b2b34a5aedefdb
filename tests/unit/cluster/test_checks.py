"""One fault at a time in a small healthy cluster: the analyst names it, and a healthy twin names nothing."""

import json

import pytest
from tests.unit.cluster.shop import app, healthy, thing

from tocsin.analysis.cluster import diagnose
from tocsin.analysis.cluster.remedies import REMEDIES

NOBODY = "0/3 nodes are available: "
FAULTS = {}


def fault(where, cause):
    """Registers a way to break the cluster, named by the sentence in its docstring."""

    def keep(breaks):
        FAULTS[breaks.__doc__] = (breaks, where, cause)
        return breaks

    return keep


# Let in --------------------------------------------------------------------------------------------------------------


def refused(shop, name, message):
    shop.drop(f"pod/{name}")
    shop[f"endpoints/{name}"]["subsets"] = []
    shop[f"deployment/{name}"]["status"] = {"readyReplicas": 0}
    shop.happen(name, "FailedCreate", message, kind="ReplicaSet")


QUOTA = (
    'Error creating: pods "x" is forbidden: exceeded quota: room, requested: {0}={1}, used: {0}={2}, limited: {0}={3}'
)


@fault("namespace/stall", "namespace_cpu_quota_exceeded")
def cpu_quota(shop):
    """a quota without CPU left keeps pods from being created"""
    refused(shop, "till", QUOTA.format("requests.cpu", "500m", "2", "2"))


@fault("namespace/stall", "namespace_memory_quota_exceeded")
def memory_quota(shop):
    """a quota without memory left keeps pods from being created"""
    refused(shop, "till", QUOTA.format("limits.memory", "300Mi", "900Mi", "1Gi"))


@fault("namespace/stall", "namespace_pod_quota_exceeded")
def pod_quota(shop):
    """a full pod quota is seen in its own numbers when no event is told"""
    shop.drop("pod/till")
    shop["quota/room"]["status"]["used"]["pods"] = "9"


@fault("namespace/stall", "namespace_service_quota_exceeded")
def service_quota(shop):
    """a full service quota explains a service that was written and is not there"""
    service = shop["service/till"]
    shop.drop("service/till", "endpoints/till")
    shop["quota/room"]["status"]["used"]["services"] = "9"
    shop.say(
        "manifest",
        json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "till"}, "spec": service["spec"]}),
    )


@fault("namespace/stall", "namespace_storage_quota_exceeded")
def storage_quota(shop):
    """a storage quota explains a claim that was written and is not there"""
    shop.waits("ledger", 'persistentvolumeclaim "books" not found')
    spec = shop["claim/books"]["spec"]
    shop.drop("claim/books")
    shop["quota/room"]["status"] = {"hard": {"requests.storage": "500Mi"}, "used": {"requests.storage": "0"}}
    shop.say(
        "manifest",
        json.dumps({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "books"}, "spec": spec}),
    )
    shop.say("get-pvc", "No resources found")


@fault("app/till", "missing_service_account")
def account(shop):
    """a service account that is not there keeps pods from being created"""
    shop["deployment/till"]["spec"]["template"]["spec"]["serviceAccountName"] = "ghost"
    refused(
        shop,
        "till",
        'pods "till-" is forbidden: error looking up service account stall/ghost: serviceaccount "ghost" not found',
    )


@fault("app/till", "admission_webhook_failure")
def webhook(shop):
    """a webhook that does not answer keeps pods from being created"""
    refused(shop, "till", 'Internal error occurred: failed calling webhook "inject.mesh": connection refused')


# Placed --------------------------------------------------------------------------------------------------------------


@fault("app/till", "node_selector_mismatch")
def selector(shop):
    """a node selector that no node fulfils leaves the pod without a node"""
    for spec in shop.specs("till"):
        spec["nodeSelector"] = {"disk": "fast"}
    shop.waits(
        "till", NOBODY + "1 node(s) had untolerated taint {x: }, 2 node(s) didn't match Pod's node affinity/selector."
    )


@fault("app/till", "node_affinity_mismatch")
def affinity(shop):
    """a required node affinity that no node fulfils leaves the pod without a node"""
    terms = [{"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a", "b"]}]}]
    shop.specs("till")[1]["affinity"] = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    }
    shop.waits("till", NOBODY + "2 node(s) didn't match Pod's node affinity/selector.")


@fault("app/till", "node_cordon_mismatch")
def cordon(shop):
    """a cordon on the only node the pod may use is to blame, not its selector"""
    for spec in shop.specs("till"):
        spec["nodeSelector"] = {"zone": "b"}
    shop["node/west"]["spec"] = {"unschedulable": True}
    shop.waits("till", NOBODY + "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable.")


@fault("app/till", "taint_toleration_mismatch")
def taint(shop):
    """a taint the pod does not tolerate keeps it off the nodes"""
    for name in ("east", "west"):
        shop[f"node/{name}"]["spec"] = {"taints": [{"key": "only", "value": "batch", "effect": "NoSchedule"}]}
    shop.waits("till", NOBODY + "3 node(s) had untolerated taint {only: batch}.")


@fault("app/till", "cpu_capacity_mismatch")
def cpu_room(shop):
    """a request for more CPU than any node has left finds no node"""
    for one in shop.both("till"):
        one["resources"]["requests"]["cpu"] = "3500m"
    shop.waits("till", NOBODY + "2 Insufficient cpu, 1 node(s) had untolerated taint {x: }.")


@fault("app/till", "memory_capacity_mismatch")
def memory_room(shop):
    """a request for more memory than any node has left finds no node, even when nobody says why"""
    for one in shop.both("till"):
        one["resources"]["requests"]["memory"] = "20Gi"
    shop.waits("till", NOBODY + "3 node(s) are not well.")


@fault("app/till", "pod_anti_affinity_conflict")
def apart(shop):
    """an anti-affinity to pods that run on every node leaves the pod without a node"""
    rule = {"labelSelector": {"matchLabels": {"run": "page"}}, "topologyKey": "kubernetes.io/os"}
    shop.specs("till")[1]["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}}
    shop["node/west"]["spec"] = {"unschedulable": True}
    shop.waits("till", NOBODY + "1 node(s) didn't match pod anti-affinity rules, 1 node(s) were unschedulable.")


@fault("node/head", "kube_scheduler_unavailable")
def scheduler(shop):
    """a waiting pod of which nobody says why points to the scheduler"""
    shop.waits("till")


# Volumes -------------------------------------------------------------------------------------------------------------


def unbound(shop, phase="Available", **changes):
    shop.waits("ledger", NOBODY + "pod has unbound immediate PersistentVolumeClaims.")
    shop["claim/books"]["status"]["phase"] = "Pending"
    shop["claim/books"]["spec"] |= {"volumeName": "", **changes}
    shop["volume/shelf"]["status"]["phase"] = phase
    if phase == "Available":
        shop["volume/shelf"]["spec"]["claimRef"] = {}


@fault("app/ledger", "pvc_storage_class_mismatch")
def storage_class(shop):
    """a claim of a storage class that is not there stays unbound"""
    unbound(shop, storageClassName="golden")


@fault("app/ledger", "pvc_access_mode_mismatch")
def access_mode(shop):
    """a claim for an access mode no volume allows stays unbound"""
    unbound(shop, accessModes=["ReadWriteMany"])


@fault("app/ledger", "pvc_capacity_mismatch")
def capacity(shop):
    """a claim for more than the volume holds stays unbound"""
    unbound(shop, resources={"requests": {"storage": "2Gi"}})


@fault("app/ledger", "pvc_selector_mismatch")
def claim_selector(shop):
    """a claim whose selector fits no volume stays unbound"""
    unbound(shop, selector={"matchLabels": {"use": "films"}})


@fault("app/ledger", "pv_binding_occupied")
def occupied(shop):
    """a claim whose only fitting volume another claim holds stays unbound"""
    unbound(shop, phase="Bound")
    shop["volume/shelf"]["spec"]["claimRef"] = {"namespace": "stall", "name": "older"}


# Images --------------------------------------------------------------------------------------------------------------


def unpulled(shop, answer):
    shop.stands("till", "ImagePullBackOff")
    shop.happen("till", "Failed", f'Failed to pull image "reg.example/till:1": {answer}')


@fault("app/till", "image_registry_dns_failure")
def registry_name(shop):
    """a registry whose name does not resolve"""
    unpulled(shop, "dial tcp: lookup reg.example on 10.0.0.2:53: no such host")


@fault("app/till", "incorrect_image_reference")
def image_name(shop):
    """an image the registry does not have"""
    unpulled(shop, "rpc error: code = NotFound desc = failed to resolve reference: reg.example/till:1: not found")


@fault("app/till", "missing_image_pull_secret")
def pull_secret(shop):
    """a registry that refuses a pod without credentials"""
    unpulled(shop, "failed to authorize: unexpected status: 401 Unauthorized")


@fault("app/till", "image_architecture_mismatch")
def architecture(shop):
    """an image that is not built for the node's machine"""
    unpulled(shop, "no match for platform in manifest: not found")


# Started and kept alive ----------------------------------------------------------------------------------------------


@fault("app/till", "missing_secret_binding")
def secret(shop):
    """a container that binds a secret that is not there"""
    for one in shop.both("till"):
        one["env"].append({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "lost", "key": "t"}}})
    shop.stands("till", "CreateContainerConfigError", 'secret "lost" not found')


@fault("app/till", "missing_config_map")
def config(shop):
    """a container that binds a ConfigMap that is not there"""
    for one in shop.both("till"):
        one["envFrom"] = [{"configMapRef": {"name": "gone"}}]
    shop.stands("till", "CreateContainerConfigError")


@fault("app/till", "oom_killed")
def memory(shop):
    """a container killed at its memory limit"""
    shop.restarts("till")
    shop["pod/till"]["status"]["containerStatuses"][0]["lastState"] = {
        "terminated": {"reason": "OOMKilled", "exitCode": 137}
    }


@fault("app/ledger", "volume_mount_permission_denied")
def rights(shop):
    """a container that may not write to the volume it mounts"""
    shop.stands("ledger", "CrashLoopBackOff", restarts=4, last={"terminated": {"reason": "Error", "exitCode": 1}})
    shop.say("logs-ledger", "2026-01-01 starting\nFatal: can't open /var/lib/books/ib: Permission denied\n")


@fault("app/till", "service_sidecar_port_conflict")
def sidecar(shop):
    """two containers of a pod that want the same port"""
    shop.restarts("till", ready=False)
    shop["pod/till"]["spec"]["containers"].append(
        {"name": "helper", "image": "h:1", "ports": [{"containerPort": 9000}]}
    )
    shop.say("logs-till", "listen tcp :9000: bind: address already in use\n")


@fault("app/till", "container_command_invalid")
def command(shop):
    """a command that is not in the image"""
    shop.stands(
        "till",
        "RunContainerError",
        'exec: "/bin/tilll": stat /bin/tilll: no such file or directory: unknown',
        restarts=2,
    )


@fault("app/till", "init_container_failure")
def init(shop):
    """an init container that fails holds up the rest"""
    shop["pod/till"]["spec"]["initContainers"] = [{"name": "first", "image": "i:1"}]
    shop.stands("till", "PodInitializing")
    first = {"name": "first", "ready": False, "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    shop["pod/till"]["status"]["initContainerStatuses"] = [first]


@fault("app/till", "pod_evicted")
def evicted(shop):
    """a pod evicted from its node"""
    shop["pod/till"]["status"] = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory"}


def knocked(shop, kind, probe, failure, times=5):
    for one in shop.both("till"):
        one[f"{kind}Probe"] = {"initialDelaySeconds": 5, "failureThreshold": 3, "periodSeconds": 10, **probe}
    shop.happen("till", "Unhealthy", f"{kind.capitalize()} probe failed: {failure}")
    shop.restarts("till", times if kind == "liveness" else 0, ready=kind == "liveness")


@fault("app/till", "liveness_probe_incorrect_port")
def liveness_port(shop):
    """a liveness probe at a port nobody listens on"""
    knocked(shop, "liveness", {"tcpSocket": {"port": 9001}}, "dial tcp 10.1.1.7:9001: connect: connection refused")


@fault("app/till", "liveness_probe_incorrect_protocol")
def liveness_protocol(shop):
    """a liveness probe in a protocol the container does not speak"""
    probe = {"httpGet": {"port": 9000, "path": "/"}}
    knocked(shop, "liveness", probe, 'Get "http://10.1.1.7:9000/": net/http: malformed HTTP response "\\x00"')


@fault("app/till", "liveness_probe_incorrect_timing")
def liveness_timing(shop):
    """a liveness probe that gives up before the container is up"""
    probe = {"tcpSocket": {"port": 9000}, "initialDelaySeconds": 1, "failureThreshold": 1, "periodSeconds": 1}
    knocked(shop, "liveness", probe, "dial tcp 10.1.1.7:9000: connect: connection refused")


@fault("app/till", "readiness_probe_incorrect_port")
def readiness_port(shop):
    """a readiness probe at a port nobody listens on"""
    knocked(shop, "readiness", {"tcpSocket": {"port": 9001}}, "dial tcp 10.1.1.7:9001: connect: connection refused")


@fault("app/till", "readiness_probe_incorrect_protocol")
def readiness_protocol(shop):
    """a readiness probe in a protocol the container does not speak"""
    knocked(shop, "readiness", {"httpGet": {"port": 9000}}, "HTTP probe failed with statuscode: 404")


# Reached -------------------------------------------------------------------------------------------------------------


@fault("app/till", "service_selector_mismatch")
def service_selector(shop):
    """a service that selects labels no pod has"""
    shop["service/till"]["spec"]["selector"] = {"run": "tlil"}
    shop["endpoints/till"]["subsets"] = []


@fault("app/till", "service_selector_mismatch")
def strayed(shop):
    """a service that selects another app's pods"""
    shop["service/till"]["spec"]["selector"] = {"run": "page"}


@fault("app/till", "service_port_mapping_mismatch")
def target(shop):
    """a service that sends to a port the container does not listen on"""
    shop["service/till"]["spec"]["ports"][0]["targetPort"] = 9009


@fault("app/till", "service_port_mapping_mismatch")
def target_name(shop):
    """a service that sends to a port name the container does not have"""
    shop["service/till"]["spec"]["ports"][0]["targetPort"] = "grpc"


@fault("app/till", "service_protocol_mismatch")
def protocol(shop):
    """a service that sends UDP to a TCP port"""
    shop["service/till"]["spec"]["ports"][0]["protocol"] = "UDP"


@fault("app/page", "service_env_var_address_mismatch")
def address_port(shop):
    """a client told the wrong port of a service"""
    for one in shop.both("page"):
        one["env"][0]["value"] = "till:9100"


@fault("app/page", "service_env_var_address_mismatch")
def address_host(shop):
    """a client told a name that slipped"""
    for one in shop.both("page"):
        one["env"][0]["value"] = "tilll:9000"


@fault("app/till", "deployment_zero_replicas")
def zero(shop):
    """a deployment scaled to nothing while others call it"""
    shop.drop("pod/till")
    shop["deployment/till"]["spec"]["replicas"] = 0
    shop["endpoints/till"]["subsets"] = []


@fault("app/page", "service_dns_resolution_failure")
def resolver(shop):
    """a pod that does not ask the cluster's resolver"""
    for spec in shop.specs("page"):
        spec |= {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.1"]}}
    shop.say("logs-page", "dial tcp: lookup till on 192.0.2.1:53: no such host\n")


@fault("app/page", "gateway_misroute")
def route(shop):
    """a proxy that leads a path to a service that is not there"""
    shop["config/proxy"] = thing(
        "ConfigMap", "proxy", data={"nginx.conf": "location /pay {\n proxy_pass http://tillx:9000;\n}"}
    )
    shop.specs("page")[0]["volumes"] = [{"name": "conf", "configMap": {"name": "proxy"}}]


@fault("app/till", "network_policy_blocks")
def policy(shop):
    """a network policy that keeps a caller out"""
    spec = {"podSelector": {"matchLabels": {"run": "till"}}, "policyTypes": ["Ingress"], "ingress": []}
    shop["policy/wall"] = thing("NetworkPolicy", "wall", spec=spec)
    shop.say("calls page", "page\n├── till\n")


@fault("app/page", "ingress_backend_mismatch")
def ingress(shop):
    """an ingress that leads to a port its service does not offer"""
    backend = {"service": {"name": "page", "port": {"number": 81}}}
    spec = {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]}
    shop["ingress/page"] = thing("Ingress", "page", spec=spec)


# Databases -----------------------------------------------------------------------------------------------------------


@fault("app/till", "mysql_invalid_credentials")
def password(shop):
    """a client with a password the database does not accept"""
    for one in shop.both("till"):
        one["env"][2]["value"] = "wrong"
    shop.say("logs-till", "ERROR 1045 (28000): Access denied for user 'till'@'10.1.1.7' (using password: YES)\n")


@fault("app/till", "mysql_invalid_port")
def database_port(shop):
    """a client told the wrong port of its database"""
    for one in shop.both("till"):
        one["env"][1]["value"] = "3307"
    shop.say("logs-till", "Communications link failure: The last packet sent\n")


@fault("app/ledger", "db_connection_exhaustion")
def connections(shop):
    """a database with no connection left"""
    for one in shop.both("ledger"):
        one["args"] = ["--max-connections=4"]
    shop.say("logs-till", "ERROR 1040 (HY000): Too many connections\n")


@fault("app/ledger", "db_read_only")
def read_only(shop):
    """a database that takes no writes"""
    for one in shop.both("ledger"):
        one["args"] = ["--read-only=1"]
    shop.say(
        "logs-till", "The MySQL server is running with the --read-only option so it cannot execute this statement\n"
    )


# Nodes and slowness --------------------------------------------------------------------------------------------------


def stopped(unit):
    return f"Service: {unit}\nStatus: ○ {unit}.service - one\n     Active: inactive (dead) since Fri 2026-01-02\n"


@pytest.mark.parametrize(
    ("unit", "cause"),
    [
        ("kubelet", "kubelet_unavailable"),
        ("containerd", "containerd_unavailable"),
        ("kube-proxy", "kube_proxy_unavailable"),
        ("kube-scheduler", "kube_scheduler_unavailable"),
    ],
)
def test_a_stopped_service_of_a_node_is_named(unit, cause):
    shop = healthy()
    shop.say(f"systemctl east {unit}", stopped(unit))
    assert first(shop)[:2] == ("node/east", cause)


@fault("node/east", "kubelet_unavailable")
def silent_node(shop):
    """a node whose kubelet is silent"""
    shop["node/east"]["status"]["conditions"] = [
        {
            "type": "Ready",
            "status": "Unknown",
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
        }
    ]


@fault("node/east", "containerd_unavailable")
def no_runtime(shop):
    """a node whose kubelet misses its container runtime"""
    said = "container runtime is down, PLEG is not healthy"
    shop["node/east"]["status"]["conditions"] = [
        {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": said}
    ]


@fault("node/west", "node_disk_pressure")
def pressure(shop):
    """a node short of disk"""
    shop["node/west"]["status"]["conditions"].append(
        {"type": "DiskPressure", "status": "True", "message": "kubelet has disk pressure"}
    )


@fault("node/east", "kube_proxy_unavailable")
def routing(shop):
    """a node from which nothing can be reached that others reach"""
    for name in ("page", "till", "ledger"):
        shop.say(
            f"reach {name}",
            "Debug Pod test results deployed on east: punt!\nConnection Failed\n"
            f"Debug Pod test results deployed on west: {name} open\nConnection Succeeded\n",
        )


def deviating(shop, *alerts):
    told = [{"type": kind, "name": name, "evidence": [said]} for kind, name, said in alerts]
    shop.say("alerts", json.dumps({"alerts": told}, indent=1))
    shop.say("calls page", "page\n├── till\n│   └── ledger\n")
    shop.say("calls till", "till\n└── ledger\n")


LATE = "LATENCY_DEGRADATION | p90latency: Normal=4.0ms -> Current={}ms (+)"


@fault("app/till", "pod_cpu_overload")
def processor(shop):
    """an app throttled at its CPU limit, though its caller is slow as well"""
    deviating(
        shop,
        ("Service", "page", LATE.format(90)),
        ("Service", "till", "RESOURCE_SATURATION [cpu_cfs] | Val: 0.8s (Throttled)"),
    )


@fault("app/till", "pod_network_delay")
def slow_pod(shop):
    """the deepest late app, not its caller that is as late"""
    deviating(shop, ("Service", "page", LATE.format(2000)), ("Service", "till", LATE.format(1900)))


@fault("node/west", "node_network_packet_loss")
def loss(shop):
    """a node that retransmits much"""
    deviating(
        shop,
        ("Service", "page", LATE.format(400)),
        ("Node", "west", "NETWORK_QUALITY [TCP Retransmission] | Normal=0.00retrans -> Current=9.0retrans"),
        ("Node", "east", "NETWORK_QUALITY [TCP Retransmission] | Normal=0.00retrans -> Current=0.4retrans"),
    )


@fault("node/west", "node_network_delay")
def delay(shop):
    """the node whose apps all deviate together"""
    shop["pod/till"]["spec"]["nodeName"] = shop["pod/page"]["spec"]["nodeName"] = "west"
    deviating(
        shop,
        ("Service", "page", LATE.format(3000)),
        ("Service", "till", LATE.format(2000)),
        ("Node", "east", "NETWORK_QUALITY [TCP Retransmission] | Normal=0.00retrans -> Current=0.5retrans"),
    )


@fault("app/till", "autoscaler_at_maximum")
def scaler(shop):
    """an app that may not grow further"""
    limited = [{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}]
    shop["hpa/till"] = thing(
        "HorizontalPodAutoscaler",
        "till",
        spec={"scaleTargetRef": {"name": "till"}, "maxReplicas": 2},
        status={"currentReplicas": 2, "conditions": limited},
    )


# -----------------------------------------------------------------------------------------------------------------------


def first(shop):
    found = diagnose(shop.answers())
    assert found, "nothing was suspected"
    return found[0].fault_object, found[0].root_cause, found[0]


@pytest.mark.parametrize("sentence", FAULTS, ids=lambda sentence: sentence.replace(" ", "_"))
def test_the_broken_relation_is_named_first(sentence):
    breaks, where, cause = FAULTS[sentence]
    shop = healthy()
    breaks(shop)
    found = first(shop)
    assert found[:2] == (where, cause), [
        (one.fault_object, one.root_cause, one.score) for one in diagnose(shop.answers())
    ]
    assert found[2].sentence and found[2].fix and found[2].relation


@pytest.mark.parametrize("sentence", FAULTS, ids=lambda sentence: sentence.replace(" ", "_"))
def test_every_quote_stands_word_for_word_in_an_answer(sentence):
    shop = healthy()
    FAULTS[sentence][0](shop)
    suspect = first(shop)[2]
    assert suspect.quotes
    assert all(any(quote in answer.text for answer in shop.answers()) for quote in suspect.quotes)


def test_a_healthy_cluster_is_suspected_of_nothing():
    assert diagnose(healthy().answers()) == ()


def test_no_answers_give_no_suspects():
    assert diagnose([]) == ()


def test_what_is_past_is_no_suspicion():
    shop = healthy()
    shop.happen("till", "Unhealthy", "Readiness probe failed: dial tcp 10.1.1.7:9000: connect: connection refused")
    shop.happen("till", "FailedScheduling", NOBODY + "pod has unbound immediate PersistentVolumeClaims.")
    shop.happen("till", "FailedCreate", "error looking up service account stall/runner: not found", kind="ReplicaSet")
    assert [one for one in diagnose(shop.answers()) if one.score >= 0.1] == []


def test_an_address_of_a_service_that_never_was_is_hardly_worth_a_word():
    shop = healthy()
    for one in shop.both("page"):
        one["env"].append({"name": "EXTRA_ADDR", "value": "assistant:80"})
        one["env"].append({"name": "OWNER", "value": "kubernetes://apis/apps/v1/namespaces/stall/deployments/page"})
    assert [one.score < 0.1 for one in diagnose(shop.answers())] == [True]


def test_a_port_that_is_reached_all_the_same_is_hardly_suspected():
    shop = healthy()
    shop["service/till"]["spec"]["ports"][0]["targetPort"] = 9009
    shop.say("reach till", "till (10.2.3.4:9000) open\nConnection Succeeded")
    assert all(one.score < 0.2 for one in diagnose(shop.answers()))


def test_every_remedy_has_a_fault_that_leads_to_it():
    led_to = {cause for _, _, cause in FAULTS.values()} | {"kube_scheduler_unavailable"}
    assert set(REMEDIES) - led_to == {"namespace_object_quota_exceeded"}


def test_of_two_apps_that_are_late_the_later_one_comes_first():
    shop = healthy()
    deviating(shop, ("Service", "page", LATE.format(90)), ("Service", "ledger", LATE.format(900)))
    shop.others = [one for one in shop.others if not one.name.startswith("calls")]
    assert first(shop)[:2] == ("app/ledger", "pod_network_delay")


def test_apps_with_less_to_do_do_not_make_one_slow_app_a_node_s_fault():
    shop = healthy()
    shop.objects |= {**app("jam", 1, "j:1"), **app("ham", 2, "h:1")}
    drop = "THROUGHPUT_DROP [RPS] | Normal=30.0req/s -> Current=4.0req/s (-)"
    dropped = [("Service", name, drop) for name in ("jam", "ham", "ledger", "page")]
    deviating(shop, ("Service", "till", LATE.format(900)), *dropped)
    assert first(shop)[:2] == ("app/till", "pod_network_delay")


def test_a_variable_that_names_one_service_and_leads_to_another_is_named():
    shop = healthy()
    shop.objects |= app("jam", 7000, "j:1")
    for one in shop.both("page"):
        one["env"][0] = {"name": "TILL_SERVICE_ADDR", "value": "jam:7000"}
    assert first(shop)[:2] == ("app/page", "service_env_var_address_mismatch")


def test_what_nobody_calls_may_be_scaled_to_nothing_on_purpose():
    shop = healthy()
    shop.objects |= app("jam", 7000, "j:1")
    shop.drop("pod/jam")
    shop["deployment/jam"]["spec"]["replicas"] = 0
    quiet = first(shop)[2].score
    zero(shop)
    assert first(shop)[:2] == ("app/till", "deployment_zero_replicas") and first(shop)[2].score > quiet


# Faults that only a comparison with others shows ---------------------------------------------------------------------------


def books(shop, *names, **held):
    """Apps that keep their database settings in a Secret of their own each."""
    for name in names:
        shop.objects |= app(name, 7000, f"reg.example/{name}:1")
        told = {"DB_HOST": "ledger", "DB_PORT": "3306", "DB_USER": "clerk", "DB_PASSWORD": "right", **held}
        shop[f"secret/{name}-db"] = thing("Secret", f"{name}-db", stringData=told)
        for one in shop.both(name):
            one["envFrom"] = [{"secretRef": {"name": f"{name}-db"}}]
    return shop


def test_the_one_app_that_does_not_bind_its_secret_as_the_others_do_is_named():
    shop = books(healthy(), "bread", "cheese", "wine")
    assert [one for one in diagnose(shop.answers()) if one.score >= 0.1] == []
    for one in shop.both("wine"):
        one["envFrom"] = []
    assert first(shop)[:2] == ("app/wine", "missing_secret_binding")


def test_the_one_app_with_another_password_than_its_peers_is_named():
    shop = books(healthy(), "bread", "cheese")
    books(shop, "wine", DB_PASSWORD="wrong")
    assert first(shop)[:2] == ("app/wine", "mysql_invalid_credentials")


def test_a_database_port_that_stands_in_a_secret_is_checked_too():
    shop = books(healthy(), "bread", "cheese")
    books(shop, "wine", DB_PORT="3307")
    assert first(shop)[:2] == ("app/wine", "mysql_invalid_port")


def test_a_value_of_a_secret_is_compared_and_never_told():
    shop = books(healthy(), "bread", "cheese")
    books(shop, "wine", DB_PASSWORD="wr0ng-and-secret")
    assert all("wr0ng" not in one.sentence for one in diagnose(shop.answers()))


def test_a_client_whose_own_pool_is_empty_is_named_before_the_server():
    shop = healthy()
    shop.say("logs-till", "HikariPool-1 - Connection is not available, request timed out after 30000ms\n")
    assert first(shop)[:2] == ("app/till", "db_connection_exhaustion")


def test_the_route_that_leads_elsewhere_than_it_says_is_named_by_the_others():
    shop = healthy()
    conf = "".join(
        f"location /api/{path} {{\n proxy_pass http://{to}:{port};\n}}\n"
        for path, to, port in [
            ("page", "page", 8080),
            ("till", "ledger", 3306),
            ("ledger", "ledger", 3306),
            ("page/x", "page", 8080),
        ]
    )
    shop["config/proxy"] = thing("ConfigMap", "proxy", data={"nginx.conf": conf})
    shop.specs("page")[0]["volumes"] = [{"name": "conf", "configMap": {"name": "proxy"}}]
    assert first(shop)[:2] == ("app/page", "gateway_misroute")


def test_an_address_in_another_namespace_is_not_judged():
    shop = healthy()
    for one in shop.both("page"):
        one["env"].append({"name": "BUS_ADDR", "value": "bus.elsewhere.svc.cluster.local:4222"})
    assert diagnose(shop.answers()) == ()


def test_a_pod_behind_a_headless_service_is_an_address_that_exists():
    shop = healthy()
    for one in shop.both("page"):
        one["env"].append({"name": "DB_ADDR", "value": "ledger-0.ledger.stall.svc.cluster.local:3306"})
    assert diagnose(shop.answers()) == ()
