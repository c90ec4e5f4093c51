"""What metadata a file that is decoded carries, by kind and number; never a value of it."""

from __future__ import annotations

from collections import Counter

from PIL import Image

from .segments import counted

_BLOCKS = {
    "exif": "Exif",
    "xmp": "XMP",
    "XML:com.adobe.xmp": "XMP",
    "comment": "comment",
    "photoshop": "IPTC",
    "thumbnails": "thumbnail",
    "depth_images": "depth image",
    "aux": "auxiliary image",
    "extension": "application extension",
}
_TIFF_OF_PIXELS = frozenset({*range(254, 269), *range(273, 285), 296, 297, *range(317, 340)})
_TIFF_OF_PIXELS |= {284, 287, 347, *range(529, 533), 34675}
_TIFF_KINDS = {700: "XMP", 33723: "IPTC", 34377: "IPTC", 34665: "Exif", 34853: "Exif position"}


def metadata_of(image: Image.Image) -> tuple[str, ...]:
    """Return the kinds of metadata in a file that Pillow has opened."""
    found: Counter[str] = Counter()
    for key, value in image.info.items():
        if key in _BLOCKS and value:
            found[_BLOCKS[key]] += len(value) if isinstance(value, list | dict) else 1
        elif image.format == "PNG" and isinstance(value, str):
            found["text"] += 1
    for number in getattr(image, "tag_v2", ()):
        if number not in _TIFF_OF_PIXELS:
            found[_TIFF_KINDS.get(number, "TIFF tag")] += 1
    if image.format == "HEIF":
        found["further picture"] += getattr(image, "n_frames", 1) - 1
    return counted(+found)
