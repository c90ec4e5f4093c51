"""How text is read for finding it again: folded, in words, and by sound (D6).

The index and the query call the same functions, so that both engines need nothing but
a split at spaces and answer the same.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\u0131": "i",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019\u02bc`\u00b4](?=\w)")
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)")


def fold(text: str) -> str:
    """Return `text` without case, accents and compatibility forms."""
    # Compatibility first: a mathematical A has no lower case until it is a plain one.
    plain = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    # Composed again, or a Hangul syllable would stay in pieces.
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def fold_umlauts(text: str) -> str:
    """Return `text` folded with ä ö ü written out, as in passports: Müller is Mueller."""
    composed = unicodedata.normalize("NFC", text.casefold())
    return fold(composed.translate(_UMLAUTS))


def words(text: str) -> list[str]:
    """Return the folded words of `text`; O'Brien is one word, runs of Han are pairs."""
    return _split(fold(_APOSTROPHES.sub("", text)))


def forms(text: str) -> list[str]:
    """Return the words of `text` in every spelling it may be looked up by, each once.

    Beside `words`: ä ö ü as ae oe ue, the parts of O'Brien, and Smith-Jones as one word.
    """
    found = words(text) + _split(fold_umlauts(_APOSTROPHES.sub("", text)))
    found += _split(fold(_APOSTROPHES.sub(" ", text)))
    for joined in re.findall(r"\w+(?:-\w+)+", text):
        found += words(joined.replace("-", ""))
    return list(dict.fromkeys(found))


def singular(word: str) -> str:
    """Return an English plural without its ending; other words as they are."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def within_one_edit(a: str, b: str) -> bool:
    """Whether one letter added, left out, changed, or two neighbours swapped make `b` of `a`."""
    if abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if at is None:
        return True
    swapped = a[at + 1 : at + 2] + a[at : at + 1] + a[at + 2 :]
    return b[at:] in (swapped, a[at + 1 :]) or a[at:] == b[at + 1 :] or a[at + 1 :] == b[at + 1 :]


def _split(folded: str) -> list[str]:
    return [piece for word in _WORD.findall(folded) for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    out: list[str] = []
    for run in filter(None, _CJK.split(word)):
        if _CJK.fullmatch(run) and len(run) > 1:
            # Han is written without spaces: pairs of signs stand in for words.
            out += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            out.append(run)
    return out


# --- names by their sound ------------------------------------------------------

_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"^ps", "s"),
        (r"sch|sh|tch|ch(?=[aeiouy]|$)", "S"),
        (r"ph|v", "f"),
        (r"mps", "ms"),
        (r"th", "t"),
        (r"ck|q|ch", "k"),
        (r"c(?=[eiy])|z", "s"),
        (r"c|g(?![eiyn])|x", "k"),
        (r"gn", "n"),
        (r"g", "j"),
        (r"dt|d$", "t"),
        (r"(?<=[aeiou])h|h(?![aeiouy])", ""),
        (r"w(?![aeiouy])", ""),
        (r"y", "i"),
    )
]


def sound(word: str) -> str:
    """Return a key that a name shares with names that sound alike; "" for short words.

    Consonants by group with the vowels between them left out: Meyer, Maier and Meier,
    Smith and Smyth, Catherine and Kathryn, Stephen and Steven agree.
    """
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return ""
    key = word
    for pattern, replacement in _SOUNDS:
        key = pattern.sub(replacement, key)
    first = "a" if key[:1] in "aeiou" else key[:1]
    key = first + re.sub(r"[aeiou]", "", key[1:])
    key = re.sub(r"(.)\1+", r"\1", key)
    # One letter would make Lee, Lao and Lu the same person.
    return key if len(key) > 1 else ""


def sounds(names: list[str]) -> list[str]:
    """Return the sound keys of `names`, each once."""
    return list(dict.fromkeys(key for key in map(sound, names) if key))
