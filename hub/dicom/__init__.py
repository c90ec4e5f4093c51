"""Facts and context to a DICOM object, and DICOM objects back to facts."""

from pydicom import config

from .built import BuiltObject, build
from .iods import modality, series_kind
from .note_sr import note_report

# `check` judges every value of ours before it is written, and objects from outside are kept
# as they are: pydicom's own warnings would only cost time, at each value that is set.
config.settings.reading_validation_mode = config.IGNORE
config.settings.writing_validation_mode = config.IGNORE

__all__ = ["BuiltObject", "build", "modality", "note_report", "series_kind"]
