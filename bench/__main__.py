"""`python -m bench`: run every benchmark, print the ratios, keep them as JSON."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

from bench import searchable, video, wrapping

RESULTS = Path(__file__).parent / "results" / "ratios.json"


def main() -> None:
    results = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "wrapping": wrapping.run(),
        "wrappingHeic": wrapping.run_heic(),
        "wrappingVideo": video.run(),
        "searchable": searchable.run(),
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


main()
