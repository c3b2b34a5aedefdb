"""What other clusters show than the one the checks were developed on: decoys stay innocent, faults are named all the same."""

import json

from tests.unit.cluster.shop import app, healthy, thing
from tests.unit.cluster.test_checks import NOBODY, books, first

from tocsin.analysis.cluster import diagnose, read
from tocsin.model.signals import ClusterAnswer


def named(shop):
    return first(shop)[:2]


def worth_a_word(shop):
    return [(one.fault_object, one.root_cause) for one in diagnose(shop.answers()) if one.score >= 0.3]


# Decoys --------------------------------------------------------------------------------------------------------------


def test_a_toolbox_that_no_service_leads_to_may_stand_at_zero():
    shop = healthy()
    shop.objects |= app("toolbox", 7000, "busybox:1")
    shop.drop("pod/toolbox", "service/toolbox", "endpoints/toolbox")
    shop["deployment/toolbox"]["spec"]["replicas"] = 0
    assert worth_a_word(shop) == []


def test_a_policy_of_which_only_the_name_is_known_blocks_nobody():
    shop = healthy()
    shop.say("calls page", "├── till")
    shop.say("kubectl get networkpolicies -n stall", "NAME       POD-SELECTOR   AGE\ninner      run=till       9d\n")
    assert worth_a_word(shop) == []


def test_a_wall_with_a_door_in_another_policy_keeps_nobody_out():
    shop = healthy()
    shop["policy/wall"] = thing("NetworkPolicy", "wall", spec={"podSelector": {}, "policyTypes": ["Ingress"]})
    for name, caller in (("till", "page"), ("ledger", "till"), ("page", "page")):
        door = [{"from": [{"podSelector": {"matchLabels": {"run": caller}}}]}]
        rule = {"podSelector": {"matchLabels": {"run": name}}, "policyTypes": ["Ingress"], "ingress": door}
        shop[f"policy/{name}"] = thing("NetworkPolicy", f"door-{name}", spec=rule)
    assert worth_a_word(shop) == []
    shop.drop("policy/ledger")
    assert named(shop) == ("app/ledger", "network_policy_blocks")


def test_a_release_s_own_secret_is_no_secret_that_an_app_forgot():
    shop = books(healthy(), "bread", "cheese")
    shop["secret/release"] = thing("Secret", "sh.helm.release.v1.page.v3", type="helm.sh/release.v1", data={})
    shop["secret/tls"] = thing("Secret", "page-tls", type="kubernetes.io/tls", data={})
    assert worth_a_word(shop) == []


def test_what_was_evicted_or_killed_once_and_has_long_been_replaced_is_past():
    shop = healthy()
    gone = thing("Pod", "till-7f9c6d5b48-aaaaa", metadata={"labels": {"run": "till"}}, spec={"containers": []})
    shop["pod/gone"] = gone | {
        "status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory"}
    }
    assert worth_a_word(shop) == []
    shop.restarts("page", times=1)
    shop["pod/page"]["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"reason": "OOMKilled"}}
    assert all(one.score < 0.5 for one in diagnose(shop.answers()))
    shop.restarts("page", times=4)
    assert named(shop) == ("app/page", "oom_killed")


def test_a_service_for_a_role_that_no_pod_has_now_is_no_fault():
    shop = healthy()
    shop["pod/ledger"]["metadata"]["labels"] = {"run": "ledger", "role": "leader"}
    for role in ("leader", "follower"):
        spec = {"selector": {"run": "ledger", "role": role}, "ports": [{"port": 3306, "targetPort": 3306}]}
        shop[f"service/{role}"] = thing("Service", f"ledger-{role}", metadata={"labels": {"run": "ledger"}}, spec=spec)
    assert worth_a_word(shop) == []
    del shop.objects["service/leader"]
    assert named(shop) == ("app/ledger", "service_selector_mismatch")


def test_an_exporter_of_a_database_is_no_database():
    shop = healthy()
    shop.objects |= app("watch", 9104, "prom/mysqld-exporter:1")
    shop.say("logs-till", "ERROR 1290: running with the --read-only option\n")
    assert named(shop)[0] == "app/ledger" and "app/watch" not in dict(worth_a_word(shop))


def test_a_resolver_of_its_own_is_no_fault_while_nobody_complains():
    shop = healthy()
    for spec in shop.specs("page"):
        spec |= {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["169.254.20.10"]}}
    assert all(one.score < 0.5 for one in diagnose(shop.answers()))


def test_a_proxy_that_leads_to_a_group_a_neighbour_or_the_outside_leads_nowhere_wrong():
    shop = healthy()
    conf = (
        "upstream tills {\n  least_conn;\n  server till:9000;\n}\n"
        "location /till {\n proxy_pass http://tills;\n}\nlocation /self {\n proxy_pass http://localhost:81;\n}\n"
        "location /map {\n proxy_pass http://maps.example.com;\n}\nlocation /far {\n proxy_pass http://a.b.svc:1;\n}\n"
    )
    shop["config/proxy"] = thing("ConfigMap", "proxy", data={"nginx.conf": conf})
    assert worth_a_word(shop) == []
    shop["config/proxy"]["data"]["nginx.conf"] = conf.replace("till:9000", "tell:9000")
    assert named(shop)[1] == "gateway_misroute"


def test_a_gateway_s_routes_are_read_in_whatever_order_they_are_written():
    shop = healthy()
    routes = [
        {"id": name, "predicates": [f"Path=/{name}/**"], "uri": f"lb://{name}"} for name in ("till", "page", "cash")
    ]
    shop["config/gate"] = thing("ConfigMap", "gate", data={"routes.json": json.dumps({"routes": routes})})
    assert first(shop)[2].sentence == "The way /cash/** leads to cash, which does not exist."


# Faults --------------------------------------------------------------------------------------------------------------


def test_what_the_scheduler_says_of_most_nodes_counts_and_a_closed_control_plane_does_not():
    shop = healthy()
    shop.waits(
        "till",
        NOBODY + "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "2 node(s) didn't match pod topology spread constraints. preemption: 0/3 nodes are available: 3 not helpful.",
    )
    assert named(shop) == ("app/till", "topology_spread_conflict")


def test_a_probe_at_a_port_by_a_name_nobody_has_is_told_by_the_kubelet():
    shop = healthy()
    for one in shop.both("till"):
        one["ports"] = [{"containerPort": 9000}]
        one["livenessProbe"] = {"tcpSocket": {"port": "admin"}, "initialDelaySeconds": 60}
    shop.restarts("till")
    shop.happen("till", "Unhealthy", 'Liveness probe failed: strconv.Atoi: parsing "admin": invalid syntax')
    assert named(shop) == ("app/till", "liveness_probe_incorrect_port")


def test_an_address_in_a_namespace_that_the_resolver_does_not_know_is_named_by_the_app_s_complaint():
    shop = healthy()
    for one in shop.both("page"):
        one["env"][0]["value"] = "till.stal.svc.cluster.local:9000"
    assert worth_a_word(shop) == []
    shop.say("logs-page", "dial tcp: lookup till.stal.svc.cluster.local on 10.96.0.10:53: no such host\n")
    assert named(shop) == ("app/page", "service_env_var_address_mismatch")


def test_a_database_address_as_go_drivers_write_it_is_read():
    shop = healthy()
    for one in shop.both("till"):
        one["env"] = [{"name": "DSN", "value": "till:right@tcp(ledger:3307)/books?parseTime=true"}]
    assert named(shop) == ("app/till", "mysql_invalid_port")


def test_a_client_without_any_settings_lacks_its_secret_though_no_secret_was_listed():
    shop = books(healthy(), "bread", "cheese", "wine")
    shop.drop("secret/bread-db", "secret/cheese-db", "secret/wine-db")
    for one in shop.both("wine"):
        one["envFrom"] = []
    shop.say("logs-wine", "Access denied for user ''@'10.1.1.7' (using password: NO)\n")
    assert named(shop) == ("app/wine", "missing_secret_binding")


def test_a_secret_goes_with_the_app_it_is_named_after_whatever_ends_their_names_have():
    shop = healthy()
    for name in ("bread", "cheese", "wine", "wine-cellar"):
        shop.objects |= app(f"{name}-service", 7000, f"reg.example/{name}:1")
        shop[f"secret/{name}"] = thing("Secret", f"{name}-mysql", data={})
        for one in shop.both(f"{name}-service"):
            one["envFrom"] = [{"secretRef": {"name": f"{name}-mysql"}}]
    assert worth_a_word(shop) == []
    for one in shop.both("wine-service"):
        one["envFrom"] = []
    shop.say("logs-wine-service", "Could not resolve the address of the database\n")
    assert named(shop) == ("app/wine-service", "missing_secret_binding")


def test_a_database_port_without_its_host_is_compared_with_the_servers():
    shop = healthy()
    for one in shop.both("till"):
        one["env"] = [{"name": "TILL_MYSQL_PORT", "value": "3360"}]
    assert named(shop) == ("app/till", "mysql_invalid_port")


def test_the_one_client_that_does_not_reach_a_healthy_database_has_another_port_in_its_unseen_secret():
    shop = books(healthy(), "bread", "cheese", "wine")
    for name in ("bread", "cheese", "wine"):
        shop[f"secret/{name}-db"]["stringData"] = {}
    shop.say("logs-wine", "CommunicationsException: Communications link failure\n")
    assert named(shop) == ("app/wine", "mysql_invalid_port")


def test_a_resolver_beside_the_cluster_s_is_blamed_when_names_fail():
    shop = healthy()
    for spec in shop.specs("page"):
        spec["dnsConfig"] = {"nameservers": ["10.255.255.1"]}
    shop.say("logs-page", "getaddrinfo EAI_AGAIN till\n")
    assert named(shop) == ("app/page", "service_dns_resolution_failure")


def test_a_policy_that_admits_only_pods_that_are_not_there_is_named():
    shop = healthy()
    rule = {
        "podSelector": {"matchLabels": {"run": "ledger"}},
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"role": "backup"}}}]}],
    }
    shop["policy/lock"] = thing("NetworkPolicy", "lock", spec=rule)
    assert named(shop) == ("app/ledger", "network_policy_blocks")


def test_an_autoscaler_held_at_its_maximum_is_named_without_other_signals():
    shop = healthy()
    shop["scaler/till"] = thing(
        "HorizontalPodAutoscaler",
        "till",
        spec={"scaleTargetRef": {"name": "till"}, "maxReplicas": 3},
        status={
            "currentReplicas": 3,
            "conditions": [{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}],
        },
    )
    assert named(shop) == ("app/till", "autoscaler_at_maximum")


def test_a_job_that_gave_up_is_named():
    shop = healthy()
    given_up = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "backoff limit"}
    shop["job/nightly"] = thing("Job", "nightly", spec={}, status={"failed": 7, "conditions": [given_up]})
    assert named(shop) == ("app/nightly", "job_failed")


# Texts ---------------------------------------------------------------------------------------------------------------

EVERYTHING = """\
NAME                          READY   STATUS    RESTARTS        AGE
pod/oven-7f9c6d5b48-x2x9k     1/1     Running   3 (2m14s ago)   3d4h
pod/clay-0                    0/1     Running   0               3d4h

NAME           TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)    AGE
service/oven   ClusterIP   172.20.11.6   <none>        8080/TCP   3d4h

NAME                   READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/oven   1/1     1            1           3d4h

NAME                    READY   AGE
statefulset.apps/clay   0/1     3d4h
"""


def test_get_all_is_read_as_the_tables_it_is_made_of():
    seen = read([ClusterAnswer("kubectl get all -n pottery", EVERYTHING)])
    assert [(one.name, one.app, one.ready) for one in seen.pods] == [
        ("oven-7f9c6d5b48-x2x9k", "oven", True),
        ("clay-0", "clay", False),
    ]
    assert {(one.kind, one.name, one.ready) for one in seen.workloads} == {
        ("Deployment", "oven", 1),
        ("StatefulSet", "clay", 0),
    }
    assert [one.name for one in seen.services] == ["oven"]


def test_a_table_of_pods_alone_names_those_that_do_not_come_up():
    rows = "oven-7f9c6d5b48-x2x9k   0/1     CrashLoopBackOff        9 (1m ago)   3d\nclay-0   0/1     Init:Error   2   3d\n"
    told = "NAME                    READY   STATUS                  RESTARTS     AGE\n" + rows
    found = diagnose([ClusterAnswer("kubectl get pods -n pottery", told)])
    assert {one.root_cause for one in found} == {"container_crash_loop", "init_container_failure"}


def test_events_are_read_with_a_namespace_before_them_and_in_the_wide_form():
    everywhere = (
        "NAMESPACE   LAST SEEN         TYPE      REASON    OBJECT     MESSAGE\n"
        "shop        5m (x3 over 9m)   Warning   BackOff   pod/a-0    Back-off\n"
    )
    wide = (
        "LAST SEEN   TYPE      REASON    OBJECT    SUBOBJECT   SOURCE          MESSAGE    FIRST SEEN   COUNT   NAME\n"
        "2m14s       Warning   BackOff   pod/b-0               kubelet, east   Back-off   31m          4       b-0.1\n"
    )
    seen = read([ClusterAnswer("kubectl get events -A", everywhere), ClusterAnswer("kubectl get events -o wide", wide)])
    assert [(one.type, one.reason, one.kind, one.name, one.message) for one in seen.events] == [
        ("Warning", "BackOff", "pod", "a-0", "Back-off"),
        ("Warning", "BackOff", "pod", "b-0", "Back-off"),
    ]


RULES = """\
Name:             front
Namespace:        stall
Ingress Class:    nginx
Default backend:  <default>
Rules:
  Host              Path  Backends
  ----              ----  --------
  shop.example.com
                    /   page-v2:80 (<error: endpoints "page-v2" not found>)
Annotations:        <none>
Events:             <none>


Name:           till
Namespace:      stall
Min available:  1
Selector:       run=till
Status:
    Allowed disruptions:  0
    Current:              1
Events:                   <none>


Name:         inner
Namespace:    stall
Spec:
  PodSelector:     run=till
  Allowing ingress traffic:
    To Port: 9000/TCP
    From:
      PodSelector: run=page
    ----------
    To Port: <any> (traffic allowed to all ports)
    From:
      NamespaceSelector: team=ops
  Not affecting egress traffic
  Policy Types: Ingress
"""


def test_descriptions_of_several_kinds_in_one_answer_are_each_read_as_their_own():
    seen = read([ClusterAnswer("kubectl describe ingress,pdb,netpol -n stall", RULES)])
    assert [(one.path, one.backend, one.port) for one in seen.routes] == [("/", "page-v2", "80")]
    assert [(one.name, dict(one.selector), one.allowed) for one in seen.budgets] == [("till", {"run": "till"}, 0)]
    assert [(dict(one.selects), one.allows_from) for one in seen.network_rules] == [
        ({"run": "till"}, ({"run": "page"}, {}))
    ]


def test_a_stateful_set_s_claim_asks_for_what_its_template_says():
    template = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "9Gi"}}}}
    told = [
        thing("StatefulSet", "ledger", spec={"volumeClaimTemplates": [template]}, status={}),
        thing("PersistentVolumeClaim", "data-ledger-0", spec={}, status={"phase": "Pending"}),
    ]
    seen = read([ClusterAnswer("kubectl get sts,pvc -o json", json.dumps({"kind": "List", "items": told}))])
    assert [one.request for one in seen.claims] == ["9Gi"]
