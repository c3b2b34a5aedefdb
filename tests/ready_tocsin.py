"""A `tocsin` whose rooms are imported already: a page of thirty commands would otherwise spend its minutes importing.

`tests.pages` starts one for each test process and puts `tocsin` first on the path of the page's shell. Each command is a fork
that takes over the caller's arguments, folder, environment and streams and runs the verb as `tocsin.cli.main` does. It never
runs outside tests, and one page (the README) runs the true command.
"""

import array
import importlib
import json
import os
import pkgutil
import random
import select
import signal
import socket
import sys
from pathlib import Path

CLIENT = """#!{python} -IS
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as to:
    to.connect({address!r})
    said = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    streams = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))
    to.sendmsg([len(said).to_bytes(4, "big")], [streams])
    to.sendall(said)
    sys.exit(int(to.recv(8) or 70))
"""


def serve(address: str) -> None:
    """Takes commands until standard input ends, which is when the test process does."""
    import tocsin.app

    for room in pkgutil.iter_modules(tocsin.app.__path__, "tocsin.app."):
        importlib.import_module(room.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            caller, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _attend(caller)
            caller.close()


def _attend(caller: socket.socket) -> None:
    """One command: a child runs it, and is stopped when the caller goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams = _taken(caller)
    said = json.loads(caller.recv(size, socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        caller.close()
        _run(*said, streams)
    ended = os.pidfd_open(child)
    if ended not in select.select([caller, ended], [], [])[0]:
        os.kill(child, signal.SIGTERM)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    caller.sendall(str(code if code >= 0 else 128 - code).encode())
    os._exit(0)


def _taken(caller: socket.socket) -> tuple[int, list[int]]:
    head, told, _, _ = caller.recvmsg(4, socket.CMSG_LEN(3 * array.array("i").itemsize))
    return int.from_bytes(head, "big"), array.array("i", told[0][2]).tolist()


def _run(arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    sys.argv = ["tocsin", *arguments]
    os._exit(_verb())


def _verb() -> int:
    from tocsin.cli import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def client(folder: Path, address: str) -> None:
    """The program `tocsin` in that folder."""
    program = folder / "tocsin"
    program.write_text(CLIENT.format(python=sys.executable, address=address))
    program.chmod(0o755)


if __name__ == "__main__":
    serve(sys.argv[1])
