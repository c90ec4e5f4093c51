"""Facts and context to a DICOM object, and DICOM objects back to facts."""

from pydicom import config

from .built import BuiltObject, build
from .iods import modality, series_kind
from .note_sr import note_report
from .slide_object import MODALITY as SLIDE_MODALITY
from .slide_object import SlideObject, slide_objects

# `check` judges every value of ours before it is written, and objects from outside are kept
# as they are: pydicom's own warnings would only cost time, at each value that is set.
config.settings.reading_validation_mode = config.IGNORE
config.settings.writing_validation_mode = config.IGNORE

__all__ = [
    "SLIDE_MODALITY",
    "BuiltObject",
    "SlideObject",
    "build",
    "modality",
    "note_report",
    "series_kind",
    "slide_objects",
]
