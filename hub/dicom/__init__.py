"""Facts and context to a DICOM object, and DICOM objects back to facts."""

from .built import BuiltObject, build
from .iods import modality

__all__ = ["BuiltObject", "build", "modality"]
