"""Search words stay on the server: a URL carries an opaque id, because words may be names.

The last twenty of a session are kept with it, so that Back, reload and a list's URL work
for as long as the session lives.
"""

from __future__ import annotations

import hashlib
import json

from flask_login import current_user

from .login import remember

MOST = 20
_LONGEST = 500


def keep(words: str) -> str:
    """Keep `words` with the session and return their id; the same words have the same id."""
    words = words.strip()[:_LONGEST]
    if not words or not current_user.session_id:
        return ""
    # The session's secret id is the salt, so that ids cannot be compared with a word list.
    key = hashlib.blake2b(
        words.encode(), key=current_user.session_id.encode()[:64], digest_size=9
    ).hexdigest()
    kept = {k: v for k, v in _kept().items() if k != key}
    last = list(kept.items())[1 - MOST :]
    remember(words=json.dumps(dict([*last, (key, words)])))
    return key


def words_of(key: str) -> str | None:
    """Return the words kept under `key`; None when another session kept them, or none did."""
    return _kept().get(key)


def _kept() -> dict[str, str]:
    return json.loads(current_user.data.get("words", "{}"))
