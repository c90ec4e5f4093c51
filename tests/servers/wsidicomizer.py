"""wsidicomizer as locked, in an environment of its own below `.servers/`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

_TOP = Path(__file__).parents[2]
_LOCK = _TOP / "requirements" / "wsi.lock"
_HOME = _TOP / ".servers" / "wsi-venv"


def programs() -> Path:
    """Return the folder of its programs, installed at first use and when the lock changed."""
    stamp, wanted = _HOME / "lock", hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(_HOME, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", _HOME], check=True)
        pip = [_HOME / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", _LOCK], check=True)
        stamp.write_text(wanted)
    return _HOME / "bin"
