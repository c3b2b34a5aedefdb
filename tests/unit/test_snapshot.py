"""The snapshot format: every accepted spelling reads alike, and every mistake names its file and line."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.connectors.snapshot import Snapshot
from tocsin.errors import DataError
from tocsin.ports import Ask

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ASK = Ask(NOON - timedelta(hours=1), NOON + timedelta(hours=1))


def opened(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Snapshot(folder)


def series(snapshot):
    reply = asyncio.run(snapshot.metrics(ASK))
    return {(one.service, one.metric): one for one in reply.parse(reply.text)}


def lines(snapshot, ask=ASK):
    reply = asyncio.run(snapshot.logs(ask))
    return reply.parse(reply.text)


EPOCH = int(NOON.timestamp())
SAME = {
    "long": f"time,service,metric,value,unit\n{EPOCH},pay-api,lag,5,s\n",
    "long, other names": "timestamp,component,name,value\n2026-11-21T12:00:00Z,pay-api,lag,5\n",
    "wide with a dot": f"time,pay-api.lag\n{EPOCH},5\n",
    "wide with an underscore": f"Time,pay-api_lag\n{EPOCH}000,5\n",
    "another offset": "time,service,metric,value\n2026-11-21T13:00:00+01:00,pay-api,lag,5.0\n",
    "nanoseconds": f"time,service,metric,value\n{EPOCH}000000000,pay-api,lag,5e0\n",
}


@pytest.mark.parametrize("name", SAME)
def test_a_metric_reads_the_same_in_every_accepted_spelling(name, tmp_path):
    (one,) = series(opened(tmp_path, metrics_DOT_csv=SAME[name])).items()
    assert one[0] == ("pay-api", "lag") and one[1].values == (5.0,) and one[1].times == (float(EPOCH),)


def test_the_unit_of_a_metric_is_kept(tmp_path):
    assert series(opened(tmp_path, metrics_DOT_csv=SAME["long"]))["pay-api", "lag"].unit == "s"


def test_a_packed_file_reads_like_an_open_one(tmp_path):
    snapshot = opened(tmp_path, metrics_DOT_csv_DOT_gz=gzip.compress(SAME["long"].encode()))
    assert ("pay-api", "lag") in series(snapshot)


def test_a_file_per_service_names_the_service(tmp_path):
    assert set(series(opened(tmp_path, metrics__cart_DOT_csv=f"time,cpu,lag_p99\n{EPOCH},1,2\n"))) == {
        ("cart", "cpu"),
        ("cart", "lag_p99"),
    }


def test_a_service_known_from_other_files_decides_where_a_wide_column_is_cut(tmp_path):
    snapshot = opened(
        tmp_path, metrics_DOT_csv=f"time,pay_api_lag\n{EPOCH},5\n", topology_DOT_json='{"web": {"calls": ["pay_api"]}}'
    )
    assert set(series(snapshot)) == {("pay_api", "lag")}


def test_a_gap_is_not_a_zero(tmp_path):
    snapshot = opened(tmp_path, metrics_DOT_csv=f"time,a.x\n{EPOCH},\n{EPOCH + 15},NaN\n{EPOCH + 30},7\n")
    assert series(snapshot)["a", "x"].values == (7.0,)


MISTAKES = {
    "a word for a number": (
        {"metrics_DOT_csv": f"time,a.x\n{EPOCH},1\n{EPOCH},lots\n"},
        "metrics.csv:3: 'lots' is not a number",
    ),
    "a time that is none": ({"metrics_DOT_csv": "time,a.x\nnoon,1\n"}, "metrics.csv:2: 'noon' is not a time"),
    "a row too short": (
        {"metrics_DOT_csv": f"time,a.x,a.y\n{EPOCH},1\n"},
        "metrics.csv:2: 2 cells under a header of 3",
    ),
    "no time column": ({"metrics_DOT_csv": "when,a.x\n1,1\n"}, "metrics.csv:1: no column named time"),
    "no service column": ({"logs_DOT_csv": "time,message\n1,x\n"}, "logs.csv:1: no column named service"),
    "broken JSON": ({"changes_DOT_json": '[\n{"id": 1,,}\n]'}, "changes.json:2: not JSON"),
    "broken YAML": ({"topology_DOT_yaml": "a:\n  calls: [b\nc: d\n"}, "topology.yaml:"),
    "a broken line": ({"logs_DOT_jsonl": '{"message":"x","time":"1"}\n{oops\n'}, "logs.jsonl:2: not JSON"),
    "a line without words": ({"logs_DOT_jsonl": '{"time":"1"}\n'}, "logs.jsonl:1: no field named message"),
    "an edge of three": ({"topology_DOT_json": '{"edges": [["a", "b"], ["a", "b", "c"]]}'}, "edges[1] is neither"),
    "a change without a service": (
        {"changes_DOT_jsonl": '{"at": "2026-11-21T12:00:00Z", "text": "x"}\n'},
        "changes.jsonl:1: service",
    ),
    "a time without offset": ({"snapshot_DOT_yaml": "now: 2026-11-21 12:00:00\n"}, "snapshot.yaml:1: now"),
    "an unknown fact": ({"snapshot_DOT_yaml": "nwo: 1\n"}, "snapshot.yaml:1: nwo"),
    "a torn archive": (
        {"metrics_DOT_csv_DOT_gz": gzip.compress(b"time,a.x\n" * 99)[:30]},
        "metrics.csv.gz: cannot be read",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_file_is_told_with_file_and_line(name, tmp_path):
    files, words = MISTAKES[name]
    with pytest.raises(DataError) as told:
        opened(tmp_path, **files)
    assert words in str(told.value) and told.value.do


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(DataError, match="is not a folder"):
        Snapshot(tmp_path / "nowhere")


TOPOLOGIES = {
    "calls": '{"web": {"calls": ["pay", "cart"]}, "pay": {}}',
    "lists": '{"web": ["pay", "cart"]}',
    "services": '{"services": {"web": {"depends_on": ["pay", "cart"]}}}',
    "pairs": '{"edges": [["web", "pay"], ["web", "cart"]]}',
    "named ends": '{"edges": [{"source": "web", "target": "pay"}, {"from": "web", "to": "cart"}]}',
    "bare list": '[{"caller": "web", "callee": "pay"}, ["web", "cart"]]',
}


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_a_topology_reads_the_same_in_every_accepted_spelling(name, tmp_path):
    reply = asyncio.run(opened(tmp_path, topology_DOT_yaml=TOPOLOGIES[name]).topology(ASK))
    assert reply.parse(reply.text).edges == (("web", "pay"), ("web", "cart"))


TIMES = {
    "RFC 3339": "2026-11-21T12:00:00Z ERROR boom",
    "another offset": "2026-11-21T13:00:00.000+01:00 ERROR boom",
    "a space and a comma": "2026-11-21 12:00:00,000 ERROR boom",
    "brackets": "[2026-11-21 12:00:00.000000] [error] boom",
    "web server": '198.51.100.7 - - [21/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 500 error',
    "slashes": "2026/11/21 12:00:00 [error] boom",
    "two-digit year": "26/11/21 12:00:00 ERROR boom",
    "syslog": "Nov 21 12:00:00 host app[3]: error: boom",
    "klog": "E1121 12:00:00.000000       1 boom.go:7] boom",
    "epoch": f"{EPOCH}.000 ERROR boom",
    "milliseconds": f"{EPOCH}000 ERROR boom",
    "logfmt": "time=2026-11-21T12:00:00Z level=error msg=boom",
    "JSON": '{"ts":"2026-11-21T12:00:00Z","level":"error","msg":"boom"}',
}


@pytest.mark.parametrize("name", TIMES)
def test_the_time_and_level_of_a_log_line_are_found_in_every_common_spelling(name, tmp_path):
    (line,) = lines(
        opened(tmp_path, snapshot_DOT_yaml="now: 2026-11-21T12:00:00Z", logs__pay_DOT_log=TIMES[name] + "\n")
    )
    assert (line.at, line.level, line.service) == (NOON, "error", "pay")


def test_csv_and_json_lines_become_log_lines_of_their_services(tmp_path):
    table = 'time,service,level,message\n2026-11-21T12:00:00Z,pay,error,"boom, twice\n\tat Pay.java:1"\n'
    told = json.dumps(
        {
            "time": "2026-11-21T12:00:01Z",
            "service": "cart",
            "level": "warn",
            "message": "slow",
            "stack": "\tat Cart.java:2",
        }
    )
    pay, cart = lines(opened(tmp_path, logs_DOT_csv=table, logs_DOT_jsonl=told + "\n"))
    assert pay.text == "2026-11-21T12:00:00Z error boom, twice\n\tat Pay.java:1" and (pay.service, pay.level) == (
        "pay",
        "error",
    )
    assert cart.text.endswith("slow\n\tat Cart.java:2") and (cart.service, cart.level) == ("cart", "warn")


def test_only_the_asked_time_is_answered_and_a_trace_goes_with_its_line(tmp_path):
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: x\n'
    text = f"2026-11-21T10:00:00Z old\n2026-11-21T12:00:00Z ERROR boom\n{trace}"
    (line,) = lines(opened(tmp_path, logs__pay_DOT_log=text))
    assert line.text.endswith("ValueError: x") and line.text.startswith("2026-11-21T12:00:00Z ERROR boom\nTraceback")


def test_a_log_line_cannot_speak_in_another_service_s_name(tmp_path):
    hostile = "2026-11-21T12:00:00Z fine\n==> payments <==\n2026-11-21T12:00:01Z ERROR invented\n"
    assert {line.service for line in lines(opened(tmp_path, logs__web_DOT_log=hostile))} == {"web"}


def test_windows_without_files_are_named_as_missing_and_answer_with_nothing(tmp_path):
    snapshot = opened(tmp_path, metrics_DOT_csv=SAME["long"])
    assert (
        snapshot.windows == {"metrics"} and lines(snapshot) == () and snapshot.alert() is None and snapshot.now is None
    )


def test_what_kubectl_said_is_listed(tmp_path):
    snapshot = opened(
        tmp_path, **{"kubectl__get-pods_DOT_txt": "NAME READY\n==> x <==", "kubectl__web_DOT_yaml": "a: 1"}
    )
    reply = asyncio.run(snapshot.cluster(ASK))
    assert [(one.name, one.text) for one in reply.parse(reply.text)] == [
        ("get-pods", "NAME READY\n ==> x <=="),
        ("web", "a: 1"),
    ]
    assert "cluster" in snapshot.windows
