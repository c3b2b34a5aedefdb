"""Do secrets get out? `python -m benchmarks.redaction --json`.

Secrets of many formats are drawn and planted in many contexts, then taken through the three doors they could leave by: the
evidence shelf, the prompt of a model, and a post by a tool. `known` are the formats and contexts that the tests were written
with; `other` are shapes found in the field that the table was not made from. `personal`: mail addresses, telephones, accounts
and the like, by the doors to a model and by a tool (they stay on the shelf). False alarms are counted on ordinary log lines.
"""

import argparse
import base64
import gzip
import json
import string
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.unit.test_personal import PERSONAL
from tests.unit.test_redact import ALNUM, BASE64, CONTEXTS, FORMATS, HEX, UPPER, URLSAFE, Draw, part, whole

from tocsin.guard.outward import outward
from tocsin.guard.personal import Veil, impersonal
from tocsin.guard.quarantine import fenced
from tocsin.guard.redact import redact

LOGS = Path("../shared/bench/loghub2k")
BENIGN = Path("../shared/security/benign.jsonl")
LOWER = string.ascii_lowercase + string.digits
Made = Callable[[Any], tuple[str, str]]
clean = partial(redact, key=b"a key of this measurement alone")
DOORS: Mapping[str, Callable[[str], str]] = {
    "evidence": lambda text: clean(text).text,
    "prompt": lambda text: fenced("data", text, clean),
    "post": lambda text: str(outward(text, clean)),
}
OUTSIDE: Mapping[str, Callable[[str], str]] = {
    "prompt": lambda text: str(Veil().over(fenced("data", text, clean))),
    "post": DOORS["post"],
}
OTHER: dict[str, Made] = {
    "kubernetes env, JSON": lambda d: part('{{"name":"DB_PASSWORD","value":"{}"}}', d.of(ALNUM, 14)),
    "kubernetes env, YAML": lambda d: part("- name: API_TOKEN\n  value: {}", d.of(ALNUM, 20)),
    "kubernetes secret": lambda d: part("data:\n  password: {}", base64.b64encode(d.of(ALNUM, 12).encode()).decode()),
    "kubeconfig key": lambda d: part("client-key-data: {}", base64.b64encode(d.pem("RSA ").encode()).decode()),
    "XML element": lambda d: part("<password>{}</password>", d.of(ALNUM, 12)),
    "XML attribute": lambda d: part('<add key="ApiSecret" value="{}" />', d.of(ALNUM, 24)),
    "XML property": lambda d: part('<property name="db.password" value="{}"/>', d.of(ALNUM, 12)),
    "Okta header": lambda d: part("Authorization: SSWS {}", "00" + d.of(URLSAFE, 40)),
    "API key header": lambda d: part("Authorization: ApiKey {}", base64.b64encode(d.of(ALNUM, 40).encode()).decode()),
    "signed request": lambda d: part(
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDX/20261121/eu/s3/aws4_request, SignedHeaders=host, Signature={}",
        d.of(HEX, 64),
    ),
    "private token header": lambda d: part("PRIVATE-TOKEN: {}", d.of(URLSAFE, 20)),
    "vault header": lambda d: part("X-Vault-Token: {}", d.of(ALNUM, 24)),
    "netrc": lambda d: part("machine git.example.com login deploy password {}", d.of(ALNUM, 16)),
    "sshpass": lambda d: part("sshpass -p {} ssh ops@db-1", d.of(ALNUM, 14)),
    "mysql": lambda d: part("mysql -u root -p{} shop", d.of(ALNUM, 14)),
    "redis": lambda d: part("redis-cli -h cache -a {} ping", d.of(ALNUM, 18)),
    "psql": lambda d: part("PGPASSWORD={} psql -h db", d.of(ALNUM, 14)),
    "mongo link": lambda d: part("mongodb+srv://app:{}@c0.example.net/shop", d.of(ALNUM, 16)),
    "amqp link": lambda d: part("amqps://app:{}@mq.example.net/vhost", d.of(ALNUM, 16)),
    "query item": lambda d: part("GET /v1/me?access_token={}&x=1", d.of(ALNUM, 32)),
    "airtable": lambda d: whole(f"pat{d.of(ALNUM, 14)}.{d.of(HEX, 64)}"),
    "circleci": lambda d: whole(f"CCIPAT_{d.of(ALNUM, 22)}_{d.of(HEX, 40)}"),
    "terraform cloud": lambda d: whole(f"{d.of(ALNUM, 14)}.atlasv1.{d.of(ALNUM, 67)}"),
    "devops token": lambda d: part("AZURE_DEVOPS_TOKEN={}", d.of(LOWER, 52)),
    "datadog key": lambda d: part("DD_API_KEY={}", d.of(HEX, 32)),
    "wireguard": lambda d: part("PrivateKey = {}", d.of(BASE64, 43) + "="),
    "one-time seed": lambda d: part(
        "otpauth://totp/ops?secret={}&issuer=x", d.of(string.ascii_uppercase + "234567", 32)
    ),
    "openssh key": lambda d: whole(d.pem("OPENSSH ")),
    "push token": lambda d: whole(f"{d.of(URLSAFE, 22)}:APA91b{d.of(URLSAFE, 134)}"),
    "cloudflare": lambda d: part("CF_API_TOKEN={}", d.of(URLSAFE, 40)),
    "splunk": lambda d: part("Authorization: Splunk {}", f"{d.of(HEX, 12)}-{d.of(HEX, 12)}-{d.of(HEX, 12)}"),
    "ansible": lambda d: part("ansible_become_pass: {}", d.of(ALNUM, 12)),
    "java property": lambda d: part("spring.datasource.password={}", d.of(ALNUM, 12)),
    "terraform": lambda d: part('secret_key = "{}"', d.of(BASE64, 40)),
    "ini": lambda d: part("aws_session_token = {}", d.of(BASE64, 120)),
    "python dict": lambda d: part("{{'passwd': '{}'}}", d.of(ALNUM, 12)),
    "ruby hash": lambda d: part(":client_secret => '{}'", d.of(ALNUM, 32)),
    "sentry link": lambda d: part("https://{}@o1.ingest.example.io/2", d.of(HEX, 32)),
    "github in a link": lambda d: part("https://x-access-token:{}@github.example.com/a/b", "ghs_" + d.of(ALNUM, 36)),
    "amazon id": lambda d: whole("AKIA" + d.of(UPPER, 16)),
}


def _as_it_is(text: str, _: object) -> tuple[str, str]:
    return text, text


PEOPLE: dict[str, Made] = {
    **{name: partial(_as_it_is, text) for name, text in PERSONAL.items()},
    "drawn e-mail": lambda d: whole(f"{d.of(LOWER, 9)}.{d.of(LOWER, 5)}@{d.of(LOWER, 8)}.example"),
    "drawn phone": lambda d: whole(f"+49 {d.random.randint(150, 179)} {d.random.randint(1000000, 9999999)}"),
    "drawn American": lambda d: whole(
        f"{d.random.randint(201, 989)}-{d.random.randint(201, 999)}-{d.of(string.digits, 4)}"
    ),
}
PLACES = {
    "exception": "java.lang.IllegalStateException: refused {} (attempt 3)",
    "syslog": "<34>1 2026-11-21T03:04:05Z host app 12 - - {}",
    "access log": '10.0.0.9 - - [21/Nov/2026:03:04:05 +0000] "{}" 401 12',
    "diff": "-{}\n+changed",
    "chat": "@ada look, it used {} again",
    "markdown": "```\n{}\n```",
    "structured": "ts=1 level=warn caller=a.go:7 msg=refused detail: {}",
    "wrapped": "stderr: | {}",
}


def planted(formats: Mapping[str, Made], contexts: Mapping[str, str], draws: int) -> Iterator[tuple[str, str, str]]:
    """`FORMAT in CONTEXT`, the whole text, and the secret in it."""
    for seed in range(draws):
        draw = Draw(seed)
        for name, make in formats.items():
            for where, template in contexts.items():
                text, secret = make(draw)
                yield f"{name} in {where}", template.format(text), secret


def leaks(
    formats: Mapping[str, Made],
    contexts: Mapping[str, str],
    draws: int,
    doors: Mapping[str, Callable[[str], str]] = DOORS,
) -> dict[str, Any]:
    """How many were planted, and how many came out by each door; the first few by name."""
    texts = list(planted(formats, contexts, draws))
    out = {door: [name for name, text, secret in texts if secret in through(text)] for door, through in doors.items()}
    worst = max(len(names) for names in out.values())
    return {
        "formats": len(formats),
        "contexts": len(contexts),
        "planted": len(texts),
        "leaked": {door: len(names) for door, names in out.items()},
        "recall": round(1 - worst / len(texts), 5),
        "first": sorted({name for names in out.values() for name in names})[:20],
    }


def false_alarms() -> dict[str, Any]:
    """Ordinary lines that lost something."""
    lines = [
        line
        for path in sorted(LOGS.glob("*/*_2k.log.gz"))
        for line in gzip.decompress(path.read_bytes()).decode("utf-8", "replace").splitlines()
    ]
    lines += [json.loads(line)["text"] for line in BENIGN.read_text().splitlines()] if BENIGN.is_file() else []
    touched = sum(clean(line).count > 0 for line in lines)
    veiled = sum(impersonal(line) != line for line in lines)
    return {
        "lines": len(lines),
        "touched": touched,
        "rate": round(touched / max(1, len(lines)), 5),
        "personal": veiled,
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--draws", type=int, default=3)
    asked = parser.parse_args()
    figures = {
        "benchmark": "redaction",
        "known": leaks(FORMATS, CONTEXTS, asked.draws),
        "other": leaks(OTHER, {**CONTEXTS, **PLACES}, asked.draws),
        "personal": leaks(PEOPLE, {**CONTEXTS, **PLACES}, asked.draws, OUTSIDE),
        "false_alarms": false_alarms() if LOGS.is_dir() else {"skipped": f"{LOGS} is not here"},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
