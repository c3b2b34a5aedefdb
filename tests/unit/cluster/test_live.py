"""The window on a live cluster: a small API server of our own is listed, and nothing else is asked of it."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.unit.cluster.shop import healthy

from tocsin.analysis.cluster import diagnose
from tocsin.connectors.kubernetes import Kubernetes, KubernetesConfig
from tocsin.errors import SourceError
from tocsin.ports import Ask

ASK = Ask(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def served():
    """Serves a cluster: `start(shop, refused)` gives the address and the list of what was asked."""
    servers = []

    def start(shop, refused=()):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.partition("?")[0]
                asked.append((self.command, path))
                kind = path.rpartition("/")[2]
                self.send_response(403 if kind in refused or "*" in refused else 200)
                self.end_headers()
                every = [*shop.objects.values(), *shop.events]
                found = [one for one in every if _plural(one["kind"]) == kind]
                stripped = [{key: part for key, part in one.items() if key != "kind"} for one in found]
                name = found[0]["kind"] if found else ""
                self.wfile.write(json.dumps({"kind": f"{name}List", "items": stripped}).encode())

            def log_message(self, *_parts):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _plural(kind):
    return {"StorageClass": "storageclasses", "Ingress": "ingresses", "Endpoints": "endpoints"}.get(
        kind, f"{kind.lower()}s"
    )


def asked_of(url, **more):
    return asyncio.run(Kubernetes(KubernetesConfig(url=url, namespace="stall", **more)).cluster(ASK))


def listed(url):
    reply = asked_of(url)
    return reply.parse(reply.text)


def test_the_answer_leads_to_the_page_where_people_look_at_the_namespace(served):
    page = "https://console.test/namespaces/stall"
    assert asked_of(served(healthy())[0], page=page).link == page


def test_a_live_cluster_is_diagnosed_like_a_recorded_one(served):
    shop = healthy()
    assert diagnose(listed(served(shop)[0])) == ()
    shop["service/till"]["spec"]["ports"][0]["targetPort"] = 9009
    found = diagnose(listed(served(shop)[0]))
    assert (found[0].fault_object, found[0].root_cause) == ("app/till", "service_port_mapping_mismatch")


def test_only_lists_are_asked_for_and_never_secrets(served):
    url, asked = served(healthy())
    listed(url)
    assert asked and {verb for verb, _ in asked} == {"GET"}
    assert not [path for _, path in asked if "secret" in path]


def test_a_list_that_is_refused_makes_nothing_missing(served):
    answers = listed(served(healthy(), refused=("serviceaccounts", "storageclasses"))[0])
    assert diagnose(answers) == ()
    assert "refused our credentials" in answers[-1].text


def test_a_cluster_that_refuses_everything_is_told_as_a_gap(served):
    with pytest.raises(SourceError, match="refused our credentials"):
        listed(served(healthy(), refused=("*",))[0])
