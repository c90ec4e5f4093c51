"""Orthanc's /tools/create-dicom over some photos, in a network namespace of its own.

Run by `bench.comparison` as `unshare -n python -m bench.orthanc OUT PHOTO...`: Orthanc
listens on all addresses, so it gets a network with nothing but a loopback.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

_URL = "http://127.0.0.1:8042"
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".tiff": "image/tiff", ".heic": "image/heic"}
_TAGS = {"PatientID": "1", "PatientName": "Bench^Mark", "Modality": "XC"}


def main(out: Path, photos: list[Path]) -> None:
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
            for number, photo in enumerate(photos):
                _create(photo, out / f"{number}.dcm")
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


def _create(photo: Path, target: Path) -> None:
    kind = _TYPES.get(photo.suffix.lower(), "application/octet-stream")
    content = base64.b64encode(photo.read_bytes()).decode()
    asked = {"Tags": _TAGS, "Content": f"data:{kind};base64,{content}"}
    try:
        made = json.loads(_ask("/tools/create-dicom", json.dumps(asked).encode()))
        target.write_bytes(_ask(f"/instances/{made['ID']}/file"))
    except urllib.error.HTTPError as refusal:
        target.with_suffix(".refused").write_text(f"HTTP {refusal.code}")


def _ask(path: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(_URL + path, body, timeout=60) as answer:
        return answer.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]])
