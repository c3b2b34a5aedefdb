"""A model server that plays a script, OpenAI-compatible, over real HTTP: good answers, garbage, refusals, silence, lies."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

Answer = Callable[[dict[str, Any]], Any]
"""What a request is answered with: a value (sent as JSON content), or a whole Response."""


class Scripted:
    """Answers by a function and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        said = self.answer(body)
        if asyncio.iscoroutine(said):
            said = await said
        if isinstance(said, Response):
            return said
        if body.get("stream"):
            return StreamingResponse(chunks(said, body), media_type="text/event-stream")
        return JSONResponse(completion(said, body))


def completion(said: Any, body: dict[str, Any]) -> dict[str, Any]:
    words = said if isinstance(said, str) else json.dumps(said)
    asked = json.dumps([body["messages"], body.get("response_format")])
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}],
        "usage": {
            "prompt_tokens": len(asked) // 4,
            "completion_tokens": len(words) // 4,
            "total_tokens": (len(asked) + len(words)) // 4,
        },
    }


async def chunks(said: Any, body: dict[str, Any]) -> AsyncIterator[bytes]:
    """The same as a stream of pieces."""
    whole = completion(said, body)
    words = whole["choices"][0]["message"]["content"]
    pieces = [words[at : at + 40] for at in range(0, len(words), 40)] or [""]
    head = {"id": whole["id"], "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    for at, piece in enumerate(pieces):
        end = "stop" if at == len(pieces) - 1 else None
        choice = {"index": 0, "finish_reason": end, "delta": {"role": "assistant", "content": piece}}
        yield f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode()
    yield f"data: {json.dumps({**head, 'choices': [], 'usage': whole['usage']})}\n\n".encode()
    yield b"data: [DONE]\n\n"


def fields(body: dict[str, Any]) -> set[str]:
    """The fields of the schema that a request asks for."""
    wanted = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return set(wanted.get("properties", {}))


def every_role(body: dict[str, Any]) -> Any:
    """A model that plays any role of the house well, answering from what it is asked and nothing else."""
    asked, text = fields(body), _material(body)
    if "because" in asked:
        given = re.search(r"Given: (SEV\d)", body["messages"][0]["content"])
        return {"type": _type_in(text), "severity": given[1] if given else "SEV2", "because": _first_line(text)}
    if "findings" in asked:
        kinds = re.search(r"Kinds: (.*)\.", body["messages"][0]["content"])
        lines = re.findall(r"(?m)^L\d+ x\d+\| (.*)$", text) or [_first_line(text)]
        kind = kinds[1].split(", ")[0] if kinds else ""
        told = [{"kind": kind, "text": f"It says: {line[:120]}", "quotes": [line]} for line in lines[:2] if line]
        return {"findings": told}
    if "cause" in asked:
        code, cites = re.search(r"(?m)^(\w+): .*\(supported by ([^)]*)\)$", text).groups()  # type: ignore[union-attr]
        return {"cause": code, "cites": cites.split(", ")[:3]}
    return {name: _draft(text, name) for name in asked}


def _material(body: dict[str, Any]) -> str:
    return str(next(one["content"] for one in body["messages"] if one["role"] == "user"))


def _first_line(text: str) -> str:
    return next((one for one in text.splitlines() if one.strip() and not one.startswith("<<<")), "")


def _draft(text: str, name: str) -> str:
    found = re.search(rf"<<<DATA {name} \w+>>>\n(.*?)\n<<<END DATA", text, re.DOTALL)
    return found[1] if found else ""


def _type_in(text: str) -> str:
    words = {
        "database": r"(?i)postgres|mysql|replica|pool|deadlock|database",
        "security": r"(?i)login|unauthori|attack|exfil|cve",
        "network": r"(?i)dns|certificate|tls|load balancer|latency",
        "infrastructure": r"(?i)node|disk|host|memory pressure|kubelet",
    }
    return next((kind for kind, pattern in words.items() if re.search(pattern, text)), "application")


def too_many(_: dict[str, Any]) -> Response:
    return JSONResponse({"error": {"message": "rate limited", "type": "rate_limit"}}, 429, {"Retry-After": "30"})


def garbage(_: dict[str, Any]) -> Response:
    return PlainTextResponse("<<<not json", 200)


@asynccontextmanager
async def model_server(scripted: Scripted) -> AsyncIterator[str]:
    """Its base URL."""
    app = Starlette(routes=[Route("/v1/chat/completions", scripted.chat, methods=["POST"])])
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await running
