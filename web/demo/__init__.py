"""Demo people, encounters, orders, photos and radiographs: `fill(hub)`.

Everything goes the way of the real thing: encounters by `Registration.apply`, photos by
`Ingest.capture`, radiographs by `Ingest.dicom`. Filling twice adds nothing.
"""

from .accounts import ACCOUNTS
from .filling import fill

__all__ = ["ACCOUNTS", "fill"]
