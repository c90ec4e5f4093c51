"""Orthanc's /tools/create-dicom as a peer, in a network namespace of its own.

Orthanc listens on all addresses, so it gets a network with nothing but a loopback, and is
asked through the pipes of a process that lives there (`unshare -n`, which needs root).
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

REPOSITORY = Path(__file__).parent.parent
_URL = "http://127.0.0.1:8042"
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".tiff": "image/tiff", ".heic": "image/heic"}
_TAGS = {"PatientID": "1", "PatientName": "Bench^Mark", "Modality": "XC"}


class Orthanc:
    """A running Orthanc. Raises OSError where it cannot be had."""

    def __init__(self) -> None:
        if not shutil.which("Orthanc"):
            raise OSError("Orthanc is not installed (Debian package orthanc)")
        command = ["unshare", "-n", sys.executable, "-m", "bench.orthanc"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=REPOSITORY, text=True, **pipes)
        if self._process.stdout.readline() != "ready\n":
            raise OSError("Orthanc did not start")

    def create(self, photo: Path, target: Path | None = None) -> str:
        """Make the object of a photo and, where `target` is given, fetch it; say why not."""
        print(
            json.dumps([str(photo), target and str(target)]), file=self._process.stdin, flush=True
        )
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Orthanc:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Answer one line for each asked on standard input, until it ends."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = {"RemoteAccessAllowed": False, "AuthenticationEnabled": False}
        settings |= {"DicomServerEnabled": False, "StorageDirectory": f"{folder}/storage"}
        settings |= {"IndexDirectory": f"{folder}/index", "HttpPort": 8042, "Plugins": []}
        config = Path(folder) / "orthanc.json"
        config.write_text(json.dumps(settings))
        server = subprocess.Popen(
            ["Orthanc", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait()
            print("ready", flush=True)
            for line in sys.stdin:
                print(json.dumps(_create(*json.loads(line))), flush=True)
        finally:
            server.terminate()
            server.wait()


def _wait() -> None:
    for _ in range(100):
        try:
            _ask("/system")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("Orthanc did not start")


def _create(photo: str, target: str | None) -> str:
    kind = _TYPES.get(Path(photo).suffix.lower(), "application/octet-stream")
    content = base64.b64encode(Path(photo).read_bytes()).decode()
    asked = {"Tags": _TAGS, "Content": f"data:{kind};base64,{content}"}
    try:
        made = json.loads(_ask("/tools/create-dicom", json.dumps(asked).encode()))
    except urllib.error.HTTPError as refusal:
        return f"HTTP {refusal.code}"
    if target:
        Path(target).write_bytes(_ask(f"/instances/{made['ID']}/file"))
    return ""


def _ask(path: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(_URL + path, body, timeout=60) as answer:
        return answer.read()


if __name__ == "__main__":
    main()
