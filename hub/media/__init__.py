"""Bytes of any kind to facts and a conformant stream: upright, in colour, nothing private."""

from .photo import photograph
from .readers import read
from .scale import with_scale
from .slide import converted as converted_slide
from .slide import slide

__all__ = ["converted_slide", "photograph", "read", "slide", "with_scale"]
