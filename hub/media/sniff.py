"""What kind of file the bytes are, by their first bytes; names and declared types are not asked."""

from __future__ import annotations

from hub.errors import NotAnImage, UnsupportedMedia

HEAD_BYTES = 132
"""How much of the file `format_of` needs to see."""

_MAGIC = (
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"BM", "bmp"),
    (8, b"WEBP", "webp"),
)

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"}
_AVIF_BRANDS = {b"avif", b"avis"}

WHOLE_SLIDE = (
    "This file is a whole slide of a scanner. Please convert it on a computer with `imaging-hub "
    "wrap`, kind microscopy, where wsidicomizer is installed (`pip install wsidicomizer`), and "
    "send the result by STOW-RS."
)

_OTHER_KINDS = (
    (0, b"II+\x00", WHOLE_SLIDE),
    (0, b"MM\x00+", WHOLE_SLIDE),
    (0, b"%PDF-", "This file is a PDF document, not a photo."),
    (4, b"ftyp", "This file is a video, not a photo."),
    (0, b"\x1a\x45\xdf\xa3", "This file is a video, not a photo."),
    (128, b"DICM", "This file is a DICOM object already; send it by STOW-RS."),
    (0, b"8BPS", "This file is a Photoshop document, not a photo."),
)


def format_of(head: bytes) -> str:
    """Return `jpeg`, `png`, `gif`, `tiff`, `bmp`, `webp`, `heif` or `avif`.

    An allow-list: SVG, HTML and whatever else a browser would run is none of these.
    Raises UnsupportedMedia for kinds it can name, NotAnImage for everything else.
    """
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            return name
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if brands & _AVIF_BRANDS:
            return "avif"
        if brands & _HEIF_BRANDS:
            return "heif"
    for offset, magic, sentence in _OTHER_KINDS:
        if head.startswith(magic, offset):
            raise UnsupportedMedia(sentence)
    raise NotAnImage


def _brands(head: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3)."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[i : i + 4] for i in range(16, size - 3, 4))}
