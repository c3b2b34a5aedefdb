"""kubectl text, YAML and API JSON of the same objects read alike, and no text however mutilated breaks the reading."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cluster.shop import healthy

from tocsin.analysis.cluster import diagnose, read
from tocsin.analysis.cluster.quantity import quantity
from tocsin.analysis.cluster.questions import question
from tocsin.model.signals import ClusterAnswer

POD = """\
Name:             kiln-6b9d7c5f44-q2w3e
Namespace:        pottery
Service Account:  potter
Node:             shed/192.0.2.4
Labels:           craft=kiln
                  pod-template-hash=6b9d7c5f44
Status:           Running
Controlled By:    ReplicaSet/kiln-6b9d7c5f44
Containers:
  oven:
    Image:          reg.example/kiln:3
    Ports:          8080/TCP, 9090/UDP
    Command:
      bake
      --hot
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Ready:          False
    Restart Count:  4
    Limits:
      cpu:     2
      memory:  64Mi
    Requests:
      memory:  32Mi
    Liveness:   http-get http://:8080/alive delay=7s timeout=2s period=5s #success=1 #failure=4
    Environment:
      CLAY_ADDR:  clay:7000
      TOKEN:      <set to the key 'token' in secret 'fire'>  Optional: false
    Mounts:
      /glaze from bowl (rw)
Conditions:
  Type     Status
  Ready    False
Volumes:
  bowl:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  bowls
Node-Selectors:  heat=high
                 wing=north
Tolerations:     smoke=thick:NoSchedule
                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason   Age               From     Message
  ----     ------   ----              ----     -------
  Warning  BackOff  3s (x9 over 61s)  kubelet  Back-off restarting failed container oven
"""
SAME = {
    "kind": "Pod",
    "metadata": {
        "name": "kiln-6b9d7c5f44-q2w3e",
        "namespace": "pottery",
        "uid": "1",
        "labels": {"craft": "kiln", "pod-template-hash": "6b9d7c5f44"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "kiln-6b9d7c5f44"}],
    },
    "spec": {
        "nodeName": "shed",
        "serviceAccountName": "potter",
        "nodeSelector": {"heat": "high", "wing": "north"},
        "tolerations": [
            {"key": "smoke", "operator": "Equal", "value": "thick", "effect": "NoSchedule"},
            {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
        ],
        "volumes": [{"name": "bowl", "persistentVolumeClaim": {"claimName": "bowls"}}],
        "containers": [
            {
                "name": "oven",
                "image": "reg.example/kiln:3",
                "command": ["bake", "--hot"],
                "ports": [{"containerPort": 8080}, {"containerPort": 9090, "protocol": "UDP"}],
                "resources": {"limits": {"cpu": 2, "memory": "64Mi"}, "requests": {"memory": "32Mi"}},
                "livenessProbe": {
                    "httpGet": {"port": 8080, "path": "/alive"},
                    "initialDelaySeconds": 7,
                    "timeoutSeconds": 2,
                    "periodSeconds": 5,
                    "failureThreshold": 4,
                },
                "env": [
                    {"name": "CLAY_ADDR", "value": "clay:7000"},
                    {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "fire", "key": "token"}}},
                ],
                "volumeMounts": [{"name": "bowl", "mountPath": "/glaze"}],
            }
        ],
    },
    "status": {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [
            {
                "name": "oven",
                "ready": False,
                "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            }
        ],
    },
}


def test_a_description_and_the_api_s_json_become_the_same_pod():
    told = read([ClusterAnswer("describe-pod-kiln", POD)]).pods
    assert told == read([ClusterAnswer("pods", json.dumps(SAME))]).pods
    assert told[0].app == "kiln"


def test_a_description_is_known_without_its_name():
    assert read([ClusterAnswer("saved", POD)]).pods[0].node == "shed"


def test_events_of_a_description_are_heard_once_however_many_answers_list_them():
    listed = "LAST SEEN   TYPE      REASON    OBJECT                      MESSAGE\n"
    listed += "3s          Warning   BackOff   pod/kiln-6b9d7c5f44-q2w3e   Back-off restarting failed container oven\n"
    cluster = read([ClusterAnswer("describe-pod-kiln", POD), ClusterAnswer("get-events", listed)])
    assert [event.reason for event in cluster.events] == ["BackOff"]


def test_a_table_with_empty_cells_reads_under_other_names_too():
    table = (
        "NAME   STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE\n"
        "mug    Pending                                      clay           5s\n"
        "a-much-longer-name    Pending                                      stone           5s\n"
    )
    claims = read([ClusterAnswer("kubectl get pvc -n pottery", table)]).claims
    assert [(one.name, one.phase, one.volume) for one in claims] == [
        ("mug", "Pending", ""),
        ("a-much-longer-name", "Pending", ""),
    ]


def test_a_manifest_is_what_was_meant_and_a_live_answer_is_what_is():
    meant = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: clay\nspec:\n  ports:\n  - port: 7000\n    targetPort: 1\n"
    )
    lives = '{"kind": "Service", "metadata": {"name": "clay", "uid": "2"}, "spec": {"ports": [{"port": 7000, "targetPort": 2}]}}'
    assert read([ClusterAnswer("manifest", meant)]).services[0].live is False
    both = read([ClusterAnswer("manifest", meant), ClusterAnswer("services", lives)]).services
    assert [(one.live, one.ports[0].target) for one in both] == [(True, "2")]


def test_a_table_of_services_tells_no_target_port():
    table = "NAME   TYPE        CLUSTER-IP   PORT(S)    AGE\nclay   ClusterIP   192.0.2.9    7000/TCP   5s\n"
    assert [(one.port, one.target) for one in read([ClusterAnswer("get-svc", table)]).services[0].ports] == [(7000, "")]


def test_a_node_s_labels_and_role_are_read_from_a_table():
    table = "NAME   STATUS   ROLES           AGE   VERSION   LABELS\nhead   Ready    control-plane   1d    v1.31     zone=a\n"
    node = read([ClusterAnswer("get-nodes", table)]).nodes[0]
    assert (node.control_plane, node.labels["zone"]) == (True, "a")


def test_a_question_is_read_from_a_command_and_from_a_file_s_name():
    told = {
        "kubectl get pods -n pottery": ("get", "Pod", "", False),
        "kubectl get po -l craft=kiln -n pottery": ("get", "Pod", "", True),
        "get-pods-wide": ("get", "Pod", "", False),
        "describe-node-shed-1": ("describe", "Node", "shed-1", True),
        "kubectl describe svc clay": ("describe", "Service", "clay", True),
        "kubectl get deploy,sts,svc -n pottery -o yaml": ("get", "", "", False),
        "kubectl get all -n pottery": ("get", "", "", False),
        "kubectl get deployments.apps": ("get", "Deployment", "", False),
        "kubectl get pods --field-selector=spec.nodeName=shed": ("get", "Pod", "", True),
        "systemctl node-1 kubelet": ("systemctl", "", "node-1", True),
        "logs-clay": ("logs", "", "clay", True),
        "notes": ("", "", "", False),
    }
    read_as = {name: question(name) for name in told}
    assert {name: (one.verb, one.kind, one.name, one.narrowed) for name, one in read_as.items()} == told


def test_only_a_whole_list_makes_the_rest_missing():
    one = {"kind": "ConfigMap", "metadata": {"name": "a", "uid": "1"}}
    listed = {"kind": "ConfigMapList", "items": [{"metadata": {"name": "a", "uid": "1"}}]}
    cut = {**listed, "metadata": {"continue": "more"}}
    whole, single, part = (read([ClusterAnswer("saved", json.dumps(told))]) for told in (listed, one, cut))
    assert [cluster.missing("ConfigMap", "b") for cluster in (whole, single, part)] == [True, False, False]


def test_an_empty_list_of_the_api_makes_what_is_named_missing():
    empty = '{"kind": "ServiceAccountList", "items": []}'
    assert read([ClusterAnswer("get-serviceaccounts", empty)]).missing("ServiceAccount", "b")


def test_an_empty_answer_to_a_narrow_question_makes_nothing_missing():
    assert not read([ClusterAnswer("kubectl get secrets -l a=b", "")]).missing("Secret", "fire")


def test_an_error_in_place_of_a_list_makes_nothing_missing():
    refused = 'Error from server (Forbidden): secrets is forbidden: User "x" cannot list resource "secrets"'
    assert not read([ClusterAnswer("get-secrets", refused)]).missing("Secret", "fire")
    assert read([ClusterAnswer("get-secrets", "No resources found in pottery namespace.")]).missing("Secret", "fire")


def test_quantities_compare_across_their_spellings():
    assert (quantity("1500m"), quantity("1Ki"), quantity("2e3"), quantity(3)) == (1.5, 1024.0, 2000.0, 3.0)
    assert quantity("lots") is None and quantity("") is None


# Outside text is never trusted --------------------------------------------------------------------------------------------

WHOLE = [*healthy().answers(), ClusterAnswer("describe-pod-kiln", POD)]
NAMES = (
    "describe-pod-a",
    "get-pods",
    "kubectl describe node x -n y",
    "logs-a",
    "reach a",
    "systemctl n u",
    "alerts",
    "saved",
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_mutilated_answer_breaks_a_diagnosis(data):
    answer = data.draw(st.sampled_from(WHOLE))
    start = data.draw(st.integers(0, len(answer.text)))
    end = data.draw(st.integers(start, len(answer.text)))
    noise = data.draw(st.text(max_size=20))
    text = data.draw(st.sampled_from([answer.text[:start] + noise + answer.text[end:], answer.text[start:end]]))
    diagnose([*WHOLE, ClusterAnswer(data.draw(st.sampled_from(NAMES)), text)])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.text(max_size=300))
def test_no_text_at_all_breaks_a_diagnosis(name, text):
    diagnose([ClusterAnswer(name, text)])


KINDS = (
    "Pod",
    "Service",
    "Node",
    "Deployment",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "Ingress",
    "ConfigMap",
    "Event",
    "List",
)
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANY = st.recursive(PLAIN, lambda one: st.lists(one, max_size=3), max_leaves=5)
KEYS = (
    "metadata",
    "spec",
    "status",
    "items",
    "containers",
    "name",
    "ports",
    "selector",
    "conditions",
    "data",
    "rules",
    "template",
)
SHAPES = st.recursive(ANY, lambda one: st.dictionaries(st.sampled_from(KEYS), one, max_size=5), max_leaves=20)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(KEYS), SHAPES, max_size=6))
def test_no_json_of_another_shape_breaks_a_diagnosis(kind, told):
    named = {"kind": kind, **told}
    diagnose([*WHOLE, ClusterAnswer("saved", json.dumps(named))])
