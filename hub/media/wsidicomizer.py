"""wsidicomizer over one untrusted slide file; runs only in a child of `hub.child`.

It is a program of an environment of its own (`requirements/wsi.lock`): its dependencies
are not those of the hub, and what is started here keeps the limits of the child.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Answer = tuple[dict[str, Any], bytes]


def program() -> str | None:
    """Return where wsidicomizer is: beside this Python, else on the PATH."""
    beside = shutil.which("wsidicomizer", path=str(Path(sys.executable).parent))
    return beside or shutil.which("wsidicomizer")


def answer(request: Mapping[str, Any]) -> Answer:
    """Convert `path` into DICOM files in the folder `output`, which must not exist."""
    found = program()
    if found is None:
        return {"refused": "missing"}, b""
    # Its temporary files go where its output goes: nowhere else may it write.
    command = ["env", f"TMPDIR={os.path.dirname(request['output'])}", found]
    command += ["--input", request["path"], "--output", request["output"]]
    command += ["--workers", "2", "--offset-table", "empty"]
    try:
        done = subprocess.run(  # noqa: S603 - options are ours, the input is one file
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=request["seconds_allowed"],
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "time"}, b""
    return ({} if done.returncode == 0 else {"refused": "failed"}), b""
