"""A model server that plays a script, OpenAI-compatible, over real HTTP: good answers, garbage, refusals, silence, lies."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
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
        return JSONResponse(completion(said, body))


def completion(said: Any, body: dict[str, Any]) -> dict[str, Any]:
    words = said if isinstance(said, str) else json.dumps(said)
    asked = json.dumps(body["messages"])
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


def fields(body: dict[str, Any]) -> set[str]:
    """The fields of the schema that a request asks for."""
    wanted = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return set(wanted.get("properties", {}))


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
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await running
