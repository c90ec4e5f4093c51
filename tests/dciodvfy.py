"""The real `dciodvfy` (dicom3tools), and what it is known to be wrong about."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "dciodvfy"

FALSE_ALARMS = {
    r"CodingSchemeDesignator.*Unrecognized defined term = <99": (
        "PS3.16 8.2 gives designators that begin with 99 to private schemes; "
        "the validator knows a fixed list."
    ),
    r"LossyImageCompressionMethod.*Unrecognized defined term = <(ISO_23008_2|AV1|VP8)>": (
        "Defined Terms may be extended (PS3.5 7.4); DICOM has none for stills coded "
        "with HEVC, AV1 or VP8."
    ),
    r"/Modality\(0008,0060\).*Unrecognized defined term = <DMS>": (
        "PS3.3 C.7.3.1.1.1 has DMS, Dermoscopy, since 2020; the validator's list is older."
    ),
    (
        r"/(OperatorsName|OperatorIdentificationSequence|BodyPartExamined|ImageComments)\(.*"
        r"not present in standard DICOM IOD"
    ): (
        "A document and a note say by whom, where on the body and, where its title is too "
        "short, why: a Standard Extended SOP Class (PS3.2 7.3). The image IODs have all four."
    ),
    r"/PixelSpacingCalibration(Type|Description)\(.*not present in standard DICOM IOD": (
        "How the scale was found is told by the Basic Pixel Spacing Calibration Macro in a "
        "Standard Extended SOP Class (PS3.2 7.3), ADR 0023."
    ),
    r"= <[^>]*[^\x00-\x7f][^>]*> - Length invalid for this VR": (
        "Lengths of text are in characters (PS3.5 6.2); the validator counts bytes of UTF-8. "
        "`hub.dicom.check` counts characters."
    ),
}
"""Pattern of the line and why the object is right all the same."""


def complaints(path: Path) -> list[str]:
    """Errors and warnings about the object in `path` that are not known false alarms."""
    done = subprocess.run([PROGRAM, "-new", path], capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    found = [line for line in lines if re.match(r"(Error|Warning)\b", line)]
    return [line for line in found if not any(re.search(known, line) for known in FALSE_ALARMS)]
