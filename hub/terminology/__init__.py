"""Coded words of the hub: body sites, modalities and departments, each read once.

The data files are facts of published code systems; `README.md` beside this file says
which, how they fit together, and under which notices they are shipped.
"""

from hub.terminology.anatomy import Anatomy, Region, SidedWords, anatomy
from hub.terminology.departments import Departments, departments
from hub.terminology.modalities import Modalities, Modality, modalities
from hub.terminology.sites import Site, site_in

__all__ = [
    "Anatomy",
    "Departments",
    "Modalities",
    "Modality",
    "Region",
    "SidedWords",
    "Site",
    "anatomy",
    "departments",
    "modalities",
    "site_in",
]
