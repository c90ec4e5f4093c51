"""From the receipt of a photo to its first appearance in search, over HTTP."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from factories import draw_jpeg, make_encounter, make_patient
from hub.bootstrap import build_hub
from hub.model import AuditEvent
from hub.settings import Settings
from hub.store.ports import Registered
from servers.hub import RunningHub, running_hub

ALONE = 20
SENDERS = 4
TOGETHER = 200


def run() -> dict[str, float]:
    """Return latencies in ms, alone and beside a stream of other photos, and its rate."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        started = datetime.now(UTC) - timedelta(hours=1)
        encounters = tuple(
            make_encounter(
                encounter_id=f"V-{n}", patient=make_patient(patient_id=f"P{n}"), started=started
            )
            for n in range(ALONE + TOGETHER)
        )
        catalog = build_hub(Settings(data=data)).catalog
        catalog.register(Registered(encounters=encounters), AuditEvent("import", by="bench"))
        with running_hub(data) as hub:
            return _measured(hub)


def _measured(hub: RunningHub) -> dict[str, float]:
    clinician, records = hub.client("clinician"), hub.client("records")
    alone = [_latency(clinician, records, n) for n in range(ALONE)]
    numbers = iter(range(ALONE, ALONE + TOGETHER))
    together: list[float] = []
    lock = threading.Lock()

    def send() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            if number % 10:
                _post(clinician, number)
            else:
                together.append(_latency(clinician, records, number))

    started = time.perf_counter()
    senders = [threading.Thread(target=send) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    seconds = time.perf_counter() - started
    return {
        "aloneMedianMs": _ms(statistics.median(alone)),
        "aloneWorstMs": _ms(max(alone)),
        "togetherMedianMs": _ms(statistics.median(together)),
        "togetherWorstMs": _ms(max(together)),
        "photosPerSecond": round(TOGETHER / seconds, 1),
    }


def _latency(clinician: httpx.Client, records: httpx.Client, number: int) -> float:
    word = f"marker{uuid.uuid4().hex[:12]}"
    _post(clinician, number, word)
    started = time.perf_counter()
    while not records.get("/api/v1/search", params={"q": word}).json()["items"]:
        time.sleep(0.005)
    return time.perf_counter() - started


def _post(clinician: httpx.Client, number: int, note: str = "") -> None:
    capture = {
        "patient": {"patientId": f"P{number}", "issuer": "HOSP"},
        "encounter": {"encounterId": f"V-{number}", "issuer": "HOSP"},
        "anatomicRegion": {"code": "85562004"},
        "laterality": "L",
        "operator": {"id": "bench"},
        "note": note,
        "capturedAt": datetime.now(UTC).isoformat(),
        "captureId": str(uuid.uuid4()),
    }
    files = {
        "capture": ("blob", json.dumps(capture).encode(), "application/json"),
        "file": ("photo.jpg", draw_jpeg(640, 480), "image/jpeg"),
    }
    answer = clinician.post(f"/api/v1/encounters/V-{number}/captures", files=files)
    answer.raise_for_status()


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
