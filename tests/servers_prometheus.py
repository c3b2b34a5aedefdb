"""Starts Debian's Prometheus and Alertmanager for a test, on free ports, in a folder of the test. Nothing outlives its `with`."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def prometheus(folder: Path, config: str = "global: {}\n", openmetrics: str = "") -> Iterator[str]:
    """The address of a running Prometheus; `openmetrics` is put into its database first."""
    assert PROMETHEUS, "prometheus is not installed"
    data = folder / "prometheus-data"
    if openmetrics:
        assert PROMTOOL, "promtool is not installed"
        (folder / "samples.txt").write_text(openmetrics)
        _run([PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", str(folder / "samples.txt"), str(data)])
    (folder / "prometheus.yml").write_text(config)
    port = free_port()
    command = [PROMETHEUS, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={data}",
               f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y", "--log.level=error"]  # fmt: skip
    with _running(command, folder / "prometheus.log", f"http://127.0.0.1:{port}", "/-/ready") as address:
        yield address


@contextmanager
def alertmanager(folder: Path, config: str = "route: {receiver: none}\nreceivers: [{name: none}]\n") -> Iterator[str]:
    """The address of a running Alertmanager, without a cluster."""
    assert ALERTMANAGER, "alertmanager is not installed"
    (folder / "alertmanager.yml").write_text(config)
    port = free_port()
    command = [ALERTMANAGER, f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alertmanager-data'}",
               f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"]  # fmt: skip
    with _running(command, folder / "alertmanager.log", f"http://127.0.0.1:{port}", "/-/ready") as address:
        yield address


@contextmanager
def _running(command: list[str], log: Path, address: str, ready: str) -> Iterator[str]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait(process, f"{address}{ready}", log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{url} is not ready: {log.read_text()[-2000:]}")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
