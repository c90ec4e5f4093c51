"""Video Photographic, Microscopic and Endoscopic Image (PS3.3 A.32.7, A.32.6, A.32.5)."""

from __future__ import annotations

from functools import partial

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    VideoEndoscopicImageStorage,
    VideoMicroscopicImageStorage,
    VideoPhotographicImageStorage,
)

from hub.model import CaptureContext, Code, Video

from . import encounter_modules as encounter
from . import image_modules as image
from .codes import code_sequence
from .iod import VIDEO_SERIES_NUMBERS, Iod
from .visible_light import of_specimen

_FRAME_TIME = 0x00181063
_AMBIENT_SOUND = Code("DCM", "109112", "Ambient room environment")
"""CID 3000 Audio Channel Source: a phone does not say what its microphone hears."""


def dataset(context: CaptureContext, video: Video, *, sop_class_uid: str, modality: str) -> Dataset:
    """Return the object's header; its stream stays where it is."""
    ds = Dataset()
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    encounter.general_series(ds, context, modality, VIDEO_SERIES_NUMBERS[modality])
    image.general_equipment(ds, context, video)
    image.general_image(ds, context)
    _cine(ds, video)
    _multi_frame(ds, video)
    _image_pixel(ds, video)
    image.acquisition_context(ds)
    image.vl_image(ds, context, video)
    of_specimen(ds, context)
    image.sop_common(ds, context, video, sop_class_uid)
    return ds


def _cine(ds: Dataset, video: Video) -> None:
    """Cine Module, C.7.6.5; the time of a frame is nominal."""
    ds.FrameTime = f"{video.frame_time_ms:.10g}"
    ds.CineRate = max(1, round(1000 / video.frame_time_ms))
    ds.EffectiveDuration = f"{video.duration:.10g}"
    if video.audio:
        items = [_channel(n, track.channels) for n, track in enumerate(video.audio, 1)]
        ds.MultiplexedAudioChannelsDescriptionCodeSequence = Sequence(items)


def _channel(number: int, channels: int) -> Dataset:
    """One audio channel (C.7.6.5.1.3): 1 is the main one."""
    item = Dataset()
    item.ChannelIdentificationCode = number
    item.ChannelMode = "MONO" if channels == 1 else "STEREO"
    item.ChannelSourceSequence = code_sequence(_AMBIENT_SOUND)
    return item


def _multi_frame(ds: Dataset, video: Video) -> None:
    """Multi-frame Module, C.7.6.6."""
    ds.NumberOfFrames = video.number_of_frames
    ds.FrameIncrementPointer = _FRAME_TIME


def _image_pixel(ds: Dataset, video: Video) -> None:
    """Image Pixel Module, C.7.6.3, with the values of PS3.5 8.2.7 and 8.2.10."""
    ds.SamplesPerPixel = 3
    ds.PhotometricInterpretation = "YBR_PARTIAL_420"
    ds.PlanarConfiguration = 0
    ds.Rows = video.rows
    ds.Columns = video.columns
    across, down = video.pixel_aspect_ratio
    if across != down and across > 0 and down > 0:
        # Vertical spacing first (C.7.6.3.1.7).
        ds.PixelAspectRatio = [str(down), str(across)]
    ds.BitsAllocated = 8
    ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelRepresentation = 0


def _iod(sop_class_uid: str, modality: str) -> Iod[Video]:
    write = partial(dataset, sop_class_uid=sop_class_uid, modality=modality)
    return Iod(sop_class_uid, modality, write, series_of="video")


PHOTOGRAPHIC = _iod(VideoPhotographicImageStorage, "XC")
MICROSCOPIC = _iod(VideoMicroscopicImageStorage, "GM")
ENDOSCOPIC = _iod(VideoEndoscopicImageStorage, "ES")
