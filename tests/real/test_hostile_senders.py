"""The service on a real socket against senders who mean harm: others are served meanwhile, memory stays flat, shutdown is clean."""

import asyncio
import gc
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
from tests.face_house import SLOW, House

from tocsin.web.serving import Server, server


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[tuple[Server, int]]:
    house.rooms.settings = house.rooms.settings.model_copy(update={"port": 0})
    running = server(house.app, house.rooms, house.rooms.settings)
    task = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110 - uvicorn has a flag, not an event
        await asyncio.sleep(0.01)
    try:
        yield running, running.servers[0].sockets[0].getsockname()[1]
    finally:
        running.close()
        await asyncio.wait_for(task, 120)


def with_server(house: House, story: Callable[[Server, int, httpx.AsyncClient], Awaitable[None]]) -> None:
    async def session() -> None:
        async with serving(house) as (running, port), httpx.AsyncClient(timeout=120) as client:
            client.base_url = f"http://127.0.0.1:{port}"
            await story(running, port, client)

    asyncio.run(session())


async def blocks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 65536


def test_a_body_of_64_mb_and_one_of_great_depth_are_refused_with_flat_memory() -> None:
    house = House()

    async def story(running: Server, port: int, client: httpx.AsyncClient) -> None:
        await client.post("/hooks/plain", json=SLOW)
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(3):
            try:
                answer = await client.post("/hooks/plain", content=blocks(1024))
            except httpx.HTTPError:  # refused while it was still sending: the answer may be lost with the connection
                continue
            assert answer.status_code == 413
        deep = await client.post("/hooks/plain", content=b"[" * 100_000 + b"]" * 100_000)
        assert deep.status_code == 422
        assert (await client.post("/hooks/plain", json=SLOW)).status_code == 200
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
        letters = (await client.get("/api/deadletters")).json()["deadletters"]
        assert sorted(one["error"]["code"] for one in letters)[0] == "TCS-INTAKE-413"

    with_server(house, story)


def test_others_are_served_at_once_while_fifty_senders_drip_and_the_drippers_are_let_go() -> None:
    house = House(read_seconds=1)

    async def drip(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /hooks/plain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(8):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.1)
        answer = await asyncio.wait_for(reader.read(12), 120)
        writer.close()
        return answer

    async def story(running: Server, port: int, client: httpx.AsyncClient) -> None:
        drippers = [asyncio.create_task(drip(port)) for _ in range(50)]
        await asyncio.sleep(0.3)
        for n in range(10):
            begun = time.monotonic()
            answer = await client.post("/hooks/plain", json=[{"name": f"slow-{n}"}])
            assert answer.status_code == 200
            assert time.monotonic() - begun < 1
        assert set(await asyncio.gather(*drippers)) == {b"HTTP/1.1 408"}

    with_server(house, story)


def test_bodies_beyond_the_room_are_asked_to_come_again_and_the_room_is_given_back() -> None:
    house = House(in_flight_bytes=100_000)

    async def half(port: int) -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST /hooks/plain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 80000\r\n\r\n"
        writer.write(head + b" " * 60_000)
        await writer.drain()
        await asyncio.sleep(0.2)
        return writer

    async def story(running: Server, port: int, client: httpx.AsyncClient) -> None:
        holding = await half(port)
        answer = await client.post("/hooks/plain", content=b" " * 60_000)
        assert (answer.status_code, answer.json()["code"]) == (503, "TCS-INTAKE-503")
        holding.close()
        await asyncio.sleep(0.2)
        assert (await client.post("/hooks/plain", content=b" " * 60_000)).status_code == 422

    with_server(house, story)


def test_an_open_stream_hears_news_at_once_and_ends_cleanly_when_the_service_stops() -> None:
    house = House(events={"poll_seconds": 60, "heartbeat_seconds": 60, "clients": 5})

    async def story(running: Server, port: int, client: httpx.AsyncClient) -> None:
        incident = (await client.post("/hooks/plain", json=SLOW)).json()["incidents"][0]
        async with client.stream("GET", f"/api/incidents/{incident}/events") as stream:
            lines = stream.aiter_lines()
            seen = [await anext(lines) for _ in range(4)]
            assert "id: 1" in seen
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            await client.post("/hooks/plain", json=[{"name": "errors", "service": "shop"}])
            while await anext(lines) != "id: 2":
                pass
            assert time.monotonic() - begun < 1
            running.close()
            assert all(not line.startswith("id:") for line in [line async for line in lines])

    with_server(house, story)
