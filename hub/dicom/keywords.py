"""Attributes by what people and programs call them: keyword or tag (PS3.6)."""

from __future__ import annotations

import re

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

_TAG = re.compile(r"[0-9A-Fa-f]{8}")


def tag_of(name: str) -> str:
    """Return the tag, `ggggeeee` in upper case, of a keyword or tag; empty when it is neither.

    A private tag is a tag too; its VR is not known.
    """
    if _TAG.fullmatch(name):
        return name.upper()
    tag = tag_for_keyword(name)
    return f"{tag:08X}" if tag is not None else ""


def keyword_of(tag: str) -> str:
    """Return the keyword of a tag; empty for a private or unknown one."""
    return keyword_for_tag(int(tag, 16))


def vr_of(tag: str) -> str:
    """Return the VR of a standard tag, `UN` for others; of two possible ones the first."""
    try:
        return dictionary_VR(int(tag, 16)).split(" or ")[0]
    except KeyError:
        return "UN"
