"""Bytes of any kind to facts and a conformant stream: upright, in colour, nothing private."""

from .document import flags_of
from .photo import photograph
from .readers import read
from .scale import with_scale
from .slide import converted as converted_slide
from .slide import is_slide
from .transcode import Coder
from .video import CodedLater

__all__ = [
    "CodedLater",
    "Coder",
    "converted_slide",
    "flags_of",
    "is_slide",
    "photograph",
    "read",
    "with_scale",
]
