"""The real Elasticsearch, its own minimal distribution, for the length of a `with`.

Fetched by Maven once, unpacked into `.servers/` at the top of the repository, and never
redistributed (ELv2, SSPL, AGPL).
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "8.19.5"
_SERVERS = Path(__file__).parents[2] / ".servers"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_MAVEN_GET = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get"
_USER = "eih-elasticsearch"
_READY_SECONDS = 120


class Missing(Exception):
    """Something that the server needs is not on this machine; says what."""


@contextmanager
def running() -> Iterator[str]:
    """Start a server of one node on a free loopback port; yield its URL, then stop it.

    Raises Missing.
    """
    home = _distribution()
    java = _java()
    with tempfile.TemporaryDirectory(prefix="eih-es-") as folder:
        run = Path(folder)
        port = _configure(home, run)
        url = f"http://127.0.0.1:{port}"
        with (run / "out.log").open("wb") as log:
            process = subprocess.Popen(
                [*_as_user(home, run), "bash", str(home / "bin" / "elasticsearch")],
                env=_environment(java, run),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(process, url, run / "out.log")
            yield url
        finally:
            process.terminate()
            process.wait(60)


def _environment(java: Path, run: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(run / "config"),
        "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
    }


def _distribution() -> Path:
    home = _SERVERS / f"elasticsearch-{VERSION}"
    if home.is_dir():
        return home
    _SERVERS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_SERVERS) as folder:
        with zipfile.ZipFile(_archive()) as archive:
            archive.extractall(folder)
        # Renamed when it is whole, or a cut unpacking would be taken for a server.
        (unpacked,) = Path(folder).iterdir()
        unpacked.rename(home)
    return home


def _archive() -> Path:
    if not shutil.which("mvn"):
        raise Missing("Maven (Debian package maven), which fetches Elasticsearch")
    folder = "org/elasticsearch/distribution/integ-test-zip/elasticsearch"
    archive = Path.home() / ".m2/repository" / folder / VERSION / f"elasticsearch-{VERSION}.zip"
    if not archive.is_file():
        command = ["mvn", "-B", "-q", _MAVEN_GET, "-Dtransitive=false", f"-Dartifact={_ARTIFACT}"]
        subprocess.run(command, check=True, timeout=600)
    return archive


def _java() -> Path:
    for folder in sorted(Path("/usr/lib/jvm").glob("*17*")):
        if (folder / "bin" / "java").exists():
            return folder.resolve()
    raise Missing("Java 17 (Debian package openjdk-17-jre-headless)")


def _configure(home: Path, run: Path) -> int:
    port, transport = _free_port(), _free_port()
    shutil.copytree(home / "config", run / "config")
    (run / "config" / "elasticsearch.yml").write_text(
        f"""
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
path.data: {run / "data"}
path.logs: {run / "logs"}
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
""",
        "utf-8",
    )
    return port


def _as_user(home: Path, run: Path) -> list[str]:
    """Return what to put before the command: Elasticsearch refuses to run as root."""
    if os.getuid():
        return []
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        subprocess.run(["useradd", "-r", _USER], check=True)
    for folder in (home, run):
        subprocess.run(["chown", "-R", _USER, str(folder)], check=True)
    # exec, so that the pid we stop is the server's.
    return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health", timeout=2) as answer:
                if json.load(answer)["status"] in ("green", "yellow"):
                    return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"Elasticsearch did not start:\n{log.read_text('utf-8')[-3000:]}")
