"""The face over the in-memory store, spoken to as senders and people do: through HTTP."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.face_house import SLOW, START, TOKEN, House, parse

from tocsin.errors import ConfigError, SourceError, StoreError
from tocsin.model.event import Noted


def test_a_webhook_is_answered_with_what_became_of_each_alert_and_the_response_begins() -> None:
    house = House()
    answer = house.post("/hooks/plain", [*SLOW, {"name": "errors", "service": "shop"}])
    assert answer.status_code == 200
    said = answer.json()
    assert [one["disposition"] for one in said["alerts"]] == ["opened", "joined"]
    assert said["incidents"] == house.responded == [said["alerts"][1]["incident"]]
    whole = house.get(f"/api/incidents/{said['incidents'][0]}").json()
    assert [event["body"]["kind"] for event in whole["timeline"]] == ["declared", "alert_joined"]
    assert house.get(f"/api/incidents/{said['incidents'][0]}/report").json() == {"incidentId": said["incidents"][0]}


def test_ten_thousand_replays_open_nothing_new() -> None:
    house = House()
    first = house.post("/hooks/plain", SLOW).json()

    async def replay(client: httpx.AsyncClient) -> set[str]:
        seen = set()
        for _ in range(100):
            answer = await client.post("/hooks/plain", json=SLOW * 100)
            seen |= {f"{one['incident']} {one['replayed']}" for one in answer.json()["alerts"]}
        return seen

    assert house.talk(replay) == {f"{first['incidents'][0]} True"}
    assert len(house.get("/api/incidents").json()["incidents"]) == 1
    assert house.responded == first["incidents"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 422, "TCS-INTAKE-422"),
        (b"\xff\xfe\x00", {}, 422, "TCS-INTAKE-422"),
        (b"", {}, 422, "TCS-INTAKE-422"),
        (b"[" * 100_000, {}, 422, "TCS-INTAKE-422"),
        (b'[{"nothing": 1}]', {}, 422, "TCS-INTAKE-422"),
        (b"[]", {"content-encoding": "gzip"}, 422, "TCS-INTAKE-422"),
        (b"[" + b" " * 2_000_000 + b"]", {}, 413, "TCS-INTAKE-413"),
    ],
    ids=["broken", "binary", "empty", "deep", "parser trips", "compressed", "oversized"],
)
def test_a_body_we_cannot_take_gets_a_4xx_and_is_kept(
    body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    house = House()
    answer = house.post("/hooks/plain", body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["do"]
    (letter,) = house.get("/api/deadletters").json()["deadletters"]
    assert letter["id"] == answer.json()["delivery"]
    assert letter["error"]["code"] == code
    assert letter["bytes"] <= 262_144


def test_too_many_alerts_in_one_delivery_are_refused_whole() -> None:
    house = House(max_alerts=10)
    assert house.post("/hooks/plain", [{"name": str(n)} for n in range(11)]).status_code == 413
    assert house.get("/api/alerts").json()["alerts"] == []


def test_dead_letters_are_bounded_and_the_oldest_go_first() -> None:
    house = House(dead_letters={"most": 5, "most_bytes": 1000, "keep_bytes": 400})
    for n in range(20):
        house.post("/hooks/plain", b"x%d" % n)
    kept = house.get("/api/deadletters").json()["deadletters"]
    assert [one["body"] for one in kept] == ["x19", "x18", "x17", "x16", "x15"]
    for _ in range(4):
        house.post("/hooks/plain", b"y" * 5000)
    kept = house.get("/api/deadletters").json()["deadletters"]
    assert [one["bytes"] for one in kept] == [400, 400]
    assert kept[0]["error"]["truncated"] == "true"
    metrics = house.get("/metrics").text
    assert 'tocsin_deliveries_dead_total{code="TCS-INTAKE-422"} 24.0' in metrics
    assert "tocsin_dead_letters_dropped_total 22.0" in metrics


def test_a_dead_letter_can_be_replayed_once_after_the_parser_was_corrected() -> None:
    house = House()
    refused = house.post("/hooks/plain", b'[{"nothing": 1}]').json()
    path = f"/api/deadletters/{refused['delivery']}/replay"
    assert house.post(path, b"").status_code == 422
    house.rooms.parse = lambda delivery, source: parse(
        delivery.model_copy(update={"body": json.dumps(SLOW).encode()}), source
    )
    assert house.post(path, b"").json()["alerts"][0]["disposition"] == "opened"
    assert house.post(path, b"").status_code == 422
    assert house.get("/api/deadletters").json()["deadletters"] == []


def test_a_forged_delivery_does_not_become_true_by_replaying_it() -> None:
    house = House()
    refused = house.post("/hooks/signed", SLOW)
    assert refused.status_code == 401
    answer = house.post(f"/api/deadletters/{refused.json()['delivery']}/replay", b"")
    assert answer.status_code == 401
    assert house.get("/api/alerts").json()["alerts"] == []


def test_a_secret_cannot_be_walked_around_through_auto() -> None:
    house = House()
    assert house.post("/hooks/auto", SLOW).status_code == 401
    assert house.post("/hooks/auto", SLOW, **{"x-proof-signature": "proof"}).status_code == 200


def test_a_source_with_its_own_secret_needs_no_api_token_and_others_do() -> None:
    house = House(token=TOKEN)
    assert house.post("/hooks/signed", SLOW, **{"x-proof-signature": "proof"}).status_code == 200
    assert house.post("/hooks/signed/proof", SLOW).status_code == 200
    assert house.post("/hooks/signed?token=proof", SLOW).status_code == 200
    assert house.post("/hooks/signed/wrong", SLOW, authorization=f"Bearer {TOKEN}").status_code == 401
    assert house.post("/hooks/plain", SLOW).status_code == 401
    assert house.post("/hooks/plain", SLOW, authorization=f"Bearer {TOKEN}").status_code == 200
    assert house.post("/hooks/changes", []).status_code == 401


def test_secrets_are_not_kept_with_a_delivery() -> None:
    house = House()
    headers = {
        "authorization": "Basic c2VjcmV0",
        "cookie": "id=secret",
        "x-my-own": "secret",
        "x-api-key-signature": "secret",
    }
    house.post("/hooks/plain", b"{", **headers, **{"x-proof-signature": "sha256=1", "content-type": "text/plain"})
    kept = house.get("/api/deadletters").json()["deadletters"][0]["headers"]
    assert "secret" not in json.dumps(kept)
    assert {"content-type": "text/plain", "x-proof-signature": "sha256=1"}.items() <= kept.items()


def test_with_a_token_set_the_api_tells_strangers_nothing() -> None:
    house = House(token=TOKEN)
    for path in ("/api/incidents", "/api/alerts", "/api/silences", "/api/deadletters", "/metrics", "/openapi.json"):
        assert house.get(path).status_code == 401, path
        assert house.get(path, authorization=f"Bearer {TOKEN}").status_code == 200, path
        assert house.get(path, authorization="Bearer wrong-wrong-wrong-wrong").status_code == 401, path
    assert "/api/" not in house.get("/docs").text
    assert house.get("/healthz").json() == {"status": "ok", "connectors": None, "outbox": None}


def test_it_refuses_to_listen_beyond_this_machine_without_a_good_token() -> None:
    for host in ("0.0.0.0", "192.0.2.7", "::", "tocsin.example.net"):
        with pytest.raises(ConfigError, match="without a token"):
            House(host=host)
        House(host=host, token=TOKEN)
    with pytest.raises(ConfigError, match="fewer than"):
        House(token="short")
    House(host="::1")


def test_pages_of_other_sites_and_other_names_for_this_address_are_refused() -> None:
    house = House()
    assert house.post("/hooks/plain", SLOW, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert house.get("/api/incidents", host="evil.example").status_code == 403
    assert house.get("/api/incidents", host="localhost:8080").status_code == 200


def test_every_answer_forbids_caching_sniffing_framing_and_foreign_scripts() -> None:
    house = House()
    for path in ("/api/incidents", "/docs", "/healthz", "/nowhere", "/api/incidents/none"):
        headers = house.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    page = house.get("/docs").text
    assert "/api/incidents" in page
    assert "<script" not in page
    assert "http" not in page.replace("<!doctype", "")


def test_every_error_has_the_one_shape() -> None:
    house = House()
    answers = [
        house.get("/nowhere"),
        house.get("/api/incidents/none"),
        house.get("/api/incidents?limit=0"),
        house.get("/api/evidence/none"),
        house.post("/api/silences", {"matchers": []}),
        house.talk(lambda client: client.put("/healthz")),
        house.talk(lambda client: client.delete("/api/silences/none")),
        house.post("/api/deadletters/none/replay", b""),
        house.post("/hooks/a%20b", SLOW),
    ]
    assert [one.status_code for one in answers] == [404, 404, 422, 404, 422, 405, 404, 404, 422]
    assert all(set(one.json()) == {"code", "what", "do"} for one in answers)


def test_incidents_can_be_filtered_and_paged() -> None:
    house = House()
    for n in range(5):
        house.post("/hooks/plain", [{"name": "slow", "service": f"service-{n}"}] if n else SLOW)
        house.post("/hooks/plain", [{"name": f"slow-{n}", "service": f"service-{n}"}])
    page = house.get("/api/incidents?limit=2&open=true").json()
    assert (len(page["incidents"]), page["next_offset"]) == (2, 2)
    found = house.get("/api/incidents?service=SERVICE-3").json()
    assert [one["service"] for one in found["incidents"]] == ["service-3"]
    assert house.get("/api/incidents?severity=SEV1").json()["incidents"] == []
    assert house.get("/api/incidents?type=nonsense").status_code == 422
    assert house.get("/api/incidents?open=false").json()["incidents"] == []


def test_a_silence_quiets_alerts_until_it_is_taken_back() -> None:
    house = House()
    wanted = {"matchers": ["service=shop"], "ends_at": "2026-03-01T13:00:00Z", "reason": "move", "created_by": "ada"}
    silence = house.post("/api/silences", wanted)
    assert silence.status_code == 201
    assert house.post("/hooks/plain", SLOW).json()["alerts"][0]["disposition"] == "silenced"
    house.tick(1)
    assert house.responded == []
    assert house.talk(lambda client: client.delete(f"/api/silences/{silence.json()['id']}")).status_code == 204
    house.tick(1)
    assert len(house.responded) == 1
    assert house.get("/api/alerts?disposition=opened").json()["alerts"][0]["alert"]["title"] == "slow"


def test_changes_from_scripts_github_and_argo_cd_are_kept_once() -> None:
    house = House()
    plain = {"service": "shop", "text": "flag checkout-v2 on", "kind": "feature_flag", "at": "2026-03-01T11:50:00Z"}
    github = {
        "deployment": {
            "id": 7,
            "ref": "main",
            "sha": "abc123",
            "environment": "production",
            "creator": {"login": "ada"},
        },
        "deployment_status": {"id": 9, "state": "success", "created_at": "2026-03-01T11:55:00Z"},
        "repository": {"name": "shop", "full_name": "acme/shop", "html_url": "https://git.example/acme/shop"},
    }
    argo = {
        "app": {
            "metadata": {"name": "ledger"},
            "spec": {"destination": {"namespace": "prod"}},
            "status": {
                "sync": {"status": "Synced", "revision": "def456"},
                "operationState": {"phase": "Succeeded", "finishedAt": "2026-03-01T11:57:00Z"},
            },
        }
    }
    for body in ([plain], github, argo):
        assert [one["new"] for one in house.post("/hooks/changes", body).json()["changes"]] == [True]
        assert [one["new"] for one in house.post("/hooks/changes", body).json()["changes"]] == [False]
    kept = asyncio.run(house.rooms.store.read(lambda ledger: ledger.changes.between(START - timedelta(hours=1), START)))
    assert [(one.source, one.service, one.version) for one in kept] == [
        ("argocd", "ledger", "def456"),
        ("github", "shop", "abc123"),
        ("plain", "shop", ""),
    ]
    pending = github | {"deployment_status": {"id": 10, "state": "pending"}}
    assert house.post("/hooks/changes", pending).json()["changes"] == []
    assert house.post("/hooks/changes", {"zen": "x"}, **{"x-github-event": "ping"}).json()["changes"] == []
    for broken in ({"service": "shop"}, {"service": "s", "text": "t", "at": "yesterday"}, [1], b"{", {"text": "t"}):
        assert house.post("/hooks/changes", broken).status_code == 422


def test_when_the_store_fails_the_sender_is_told_to_come_again_and_health_says_so() -> None:
    house = House()

    async def broken(work: Any) -> Any:
        raise StoreError("the disk is full.", "Make room.", code="TCS-STORE-FULL")

    house.rooms.store.write = broken  # type: ignore[method-assign]
    house.rooms.store.read = broken  # type: ignore[method-assign]
    for answer in (house.post("/hooks/plain", SLOW), house.post("/hooks/plain", b"{"), house.get("/healthz")):
        assert (answer.status_code, answer.json()["code"]) == (503, "TCS-STORE-FULL")
        assert answer.headers["retry-after"]
    assert house.responded == []


WATCH = {"heartbeats": [{"alertname": "Watchdog", "max_silence_minutes": 10}]}
BEAT = [{"name": "Watchdog"}]


def test_a_watchdog_that_stops_opens_one_incident_and_its_return_resolves_it() -> None:
    house = House(watch=WATCH)
    house.tick(30)
    assert house.responded == [], "one that was never heard is not missed"
    house.post("/hooks/plain", BEAT)
    house.tick(9)
    assert house.responded == []
    house.tick(5)
    house.tick(5)
    assert len(house.responded) == 1
    house.post("/hooks/plain", BEAT)
    house.tick(1)
    (line,) = house.get("/api/incidents").json()["incidents"]
    assert "Watchdog has stopped" in line["title"]
    assert (line["alerts"], line["open_alerts"]) == (1, 0)
    house.tick(30)
    assert len(set(house.responded)) == 1, "it joins its own open incident"
    assert house.get("/api/incidents").json()["incidents"][0]["open_alerts"] == 1


def test_a_required_watchdog_is_missed_even_when_it_was_never_heard() -> None:
    house = House(watch={"heartbeats": [{"alertname": "Watchdog", "max_silence_minutes": 10, "required": True}]})
    house.tick(5)
    assert house.responded == []
    house.tick(6)
    assert len(house.responded) == 1


def test_the_dead_man_is_called_on_schedule_and_only_while_all_is_well() -> None:
    house = House(watch={"dead_man": {"url": {"env": "X"}, "every_seconds": 60}})
    for _ in range(4):
        house.tick(0.5)
    assert house.called == ["https://example.test/ping"] * 2
    house.answers["https://example.test/ping"] = SourceError("gone")
    house.tick(1)

    async def broken(work: Any) -> Any:
        raise StoreError("the disk is full.")

    house.rooms.store.write = broken  # type: ignore[method-assign]
    house.hands.time += timedelta(minutes=5)
    asyncio.run(house.rounds.round())
    assert len(house.called) == 3
    text = house.get("/metrics").text
    assert 'tocsin_dead_man_calls_total{result="failed"} 1.0' in text
    assert 'tocsin_ticks_total{result="failed"} 1.0' in text


def test_a_silent_connector_is_shown_and_alerted_about_when_configured() -> None:
    house = House(watch={"connectors": {"probe_seconds": 60, "silent_after_minutes": 5, "alert": True}})
    well = True

    async def probe() -> None:
        if not well:
            raise SourceError("connection refused.")

    house.rooms.probes = {"prometheus": probe}
    house.tick(1)
    assert house.get("/healthz").json()["connectors"] == {"prometheus": "ok"}
    well = False
    house.tick(2)
    assert house.get("/healthz").json()["connectors"] == {"prometheus": "connection refused."}
    assert 'tocsin_connector_up{connector="prometheus"} 0.0' in house.get("/metrics").text
    assert house.responded == []
    house.tick(4)
    house.tick(4)
    assert len(house.responded) == 1
    well = True
    house.tick(2)
    assert house.get("/api/incidents").json()["incidents"][0]["open_alerts"] == 0


def test_silences_are_pulled_from_an_alertmanager_and_taken_when_pushed() -> None:
    house = House()
    item = {
        "id": "f1",
        "status": {"state": "active"},
        "matchers": [{"name": "service", "value": "shop", "isRegex": False, "isEqual": True}],
        "startsAt": "2026-03-01T11:00:00Z",
        "endsAt": "2026-03-01T13:00:00Z",
    }
    answers: list[object] = [[item], SourceError("Alertmanager did not answer.", "Look there.")]

    async def ask() -> object:
        answer = answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    house.rooms.silences = {"alertmanager": ask}
    house.tick()
    assert house.post("/hooks/alertmanager", SLOW).json()["alerts"][0]["disposition"] == "silenced"
    assert house.post("/hooks/plain", SLOW).json()["alerts"][0]["disposition"] == "opened"
    house.tick(2)
    assert house.get("/healthz").json()["connectors"]["alertmanager"] != "ok"
    assert house.post("/hooks/silences", [item | {"id": "f2"}, {"id": "f3"}]).json() == {
        "kept": ["alertmanager:f2"],
        "refused": ["silence f3: Field required"],
    }
    assert house.post("/hooks/silences", {"a": 1}).status_code == 422


def test_a_stream_resumes_where_the_browser_left_off_and_follows_live() -> None:
    house = House(events={"poll_seconds": 0.05, "heartbeat_seconds": 3600, "clients": 2})
    incident = house.post("/hooks/plain", SLOW).json()["incidents"][0]
    house.post("/hooks/plain", [{"name": "errors", "service": "shop"}])

    async def listen() -> list[str]:
        from tocsin.web.face import stop
        from tocsin.web.streams import follow

        frames: list[str] = []

        async def read() -> None:
            frames.extend([frame.decode() async for frame in follow(house.rooms, incident, 1)])

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.02)
        note = Noted(text="line\nevent: forged\n\n")
        await house.rooms.store.write(
            lambda ledger: ledger.timeline.append(incident, note, actor="person:ada", at=house.hands.time)
        )
        house.rooms.wake.ring(incident)
        await asyncio.sleep(0.02)
        assert house.rooms.metrics.open_streams == 1
        stop(house.rooms)
        await asyncio.wait_for(reading, 60)
        return frames

    frames = asyncio.run(listen())
    assert [frame.split("\n", 2)[:2] for frame in frames[1:]] == [
        ["id: 2", "event: alert_joined"],
        ["id: 3", "event: noted"],
    ]
    assert "\nevent: forged" not in frames[-1]
    assert house.rooms.metrics.open_streams == 0
    answer = house.get(f"/api/incidents/{incident}/events", **{"last-event-id": "2"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "id: 3" in answer.text
    assert "id: 2\n" not in answer.text
    house.rooms.metrics.open_streams = 2
    assert house.get(f"/api/incidents/{incident}/events").status_code == 429


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "service",
                    "text",
                    "deployment",
                    "repository",
                    "id",
                    "app",
                    "metadata",
                    "status",
                    "at",
                    "matchers",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)
FUZZED = House()


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(["/hooks/plain", "/hooks/auto", "/hooks/changes", "/hooks/silences", "/api/silences"]),
    body=st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()),
    kind=st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense/\x7f"]),
)
def test_no_body_whatever_makes_the_service_fail(path: str, body: bytes, kind: str) -> None:
    answer = FUZZED.post(path, body, **{"content-type": kind})
    assert answer.status_code < 500
    assert answer.json()
