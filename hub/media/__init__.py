"""Bytes of any kind to facts and a conformant stream: upright, in colour, nothing private."""

from .photo import photograph

__all__ = ["photograph"]
