"""Bytes of any kind to facts and a conformant stream: upright, in colour, nothing private."""

from .photo import photograph
from .readers import read
from .scale import with_scale

__all__ = ["photograph", "read", "with_scale"]
