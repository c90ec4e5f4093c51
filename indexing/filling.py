"""How each field of a search document is filled from a study. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hub.model import Laterality, Study
from hub.terminology import anatomy
from hub.text import fold, fold_umlauts, forms, sounds, words
from indexing.sites import SeriesSite


@dataclass(frozen=True, slots=True)
class Facts:
    """A study, the site's zone, and what its series show."""

    study: Study
    zone: ZoneInfo
    sites: tuple[SeriesSite, ...]


def place_term(modality: str = "*", region: str = "*", side: str = "*") -> str:
    """Return modality, region and side of one series as one term; `*` stands for any.

    One term, so that a left foot X-ray and a right hand photo in the same study do not
    answer "left hand photo".
    """
    return f"{modality}/{region}/{side}"


def places(f: Facts) -> set[str]:
    """Return the place terms of every region shown and all that it is a part of."""
    return {
        place_term(modality, region, side)
        for site in f.sites
        for modality in (site.modality, "*")
        for region in (*_found_under(site), "*")
        for side in (site.side, "*")
    }


def own_places(f: Facts) -> set[str]:
    """Return the place terms of the regions as recorded, without what they are a part of."""
    return {
        place_term(modality, region, side)
        for site in f.sites
        for modality in (site.modality, "*")
        for region in _own(site)
        for side in (site.side, "*")
    }


def _found_under(site: SeriesSite) -> set[str]:
    keys = set(_own(site))
    return keys.union(*(anatomy().index_codes(region) for region in site.regions))


def _own(site: SeriesSite) -> list[str]:
    return [r.key for r in site.regions] + ([site.unknown_code] if site.unknown_code else [])


def body_sites(f: Facts) -> list[str]:
    """Return the keys of the regions as recorded."""
    return [key for site in f.sites for key in _own(site)]


def sides(f: Facts) -> list[str]:
    """Return the sides shown; an unpaired region has none to count."""
    return [site.side for site in f.sites if site.side != Laterality.UNPAIRED]


def sensitive(f: Facts) -> list[str]:
    """Return y when any region is sensitive, else n."""
    return ["y" if any(r.sensitive for site in f.sites for r in site.regions) else "n"]


def department(f: Facts) -> list[str]:
    """Return the department's code as one word, or the sender's text."""
    code = f.study.department.code
    return [f"{code.scheme}:{code.value}" if code else f.study.department.name]


# --- who ---------------------------------------------------------------------


def identities(f: Facts) -> Iterator[str]:
    """Yield `id|issuer`, folded, under the whole issuer and its first part (HL7 HD)."""
    patient = f.study.patient
    for issuer in {patient.issuer, patient.issuer.partition("&")[0]}:
        yield f"{folded_id(patient.patient_id)}|{folded_id(issuer)}"


def ids(f: Facts) -> list[str]:
    """Return the numbers somebody may type: patient id, accession, visit number."""
    study = f.study
    numbers = (study.patient.patient_id, study.accession_number, study.encounter_id)
    return [folded_id(number) for number in numbers if number]


def bare_ids(f: Facts) -> list[str]:
    """Return the same numbers without leading zeros."""
    return [number.lstrip("0") for number in ids(f)]


def folded_id(number: str) -> str:
    """Return an identifier without case; punctuation in it counts."""
    return fold(number.strip())


def name(f: Facts) -> list[str]:
    """Return every spelling of every part of the patient's name."""
    return [" ".join(_name_words(f.study.patient.name))]


def name_sound(f: Facts) -> list[str]:
    """Return the sounds of the patient's name."""
    return sounds(_name_words(f.study.patient.name))


def _name_words(pn: str) -> list[str]:
    return forms(pn.replace("^", " ").replace("=", " "))


def person_names(pn: str) -> list[str]:
    """Return the groups of a PN as QIDO matches them, ä also as ae (PS3.4 C.2.2.2.1)."""
    return [form for group in pn.split("=") for form in {fold_pn(group), fold_pn(group, True)}]


def fold_pn(group: str, umlauts: bool = False) -> str:
    """Return one group of a PN folded, without empty components behind."""
    folding = fold_umlauts if umlauts else fold
    return "^".join(" ".join(folding(part).split()) for part in group.split("^")).rstrip("^")


def birth_date(f: Facts) -> list[int]:
    """Return the birth date; 1945 is 19450000, so that `dob:1945` finds it."""
    digits = f.study.patient.birth_date.replace("-", "")
    return [int(digits.ljust(8, "0"))] if digits.isdigit() else []


# --- when --------------------------------------------------------------------


def study_date(f: Facts) -> list[int]:
    """Return Study Date as a number."""
    return [int(f"{f.study.study_date:%Y%m%d}")] if f.study.study_date else []


def study_time(f: Facts) -> list[int]:
    """Return Study Time as a number, without fractions of a second."""
    return [_clock(f.study.study_time) // 1_000_000] if f.study.study_time else []


def moment(f: Facts) -> list[int]:
    """Return Study Date and Time together, for a range over both (PS3.4 C.2.2.2.5)."""
    return [d * 1_000_000 + _clock(f.study.study_time) // 1_000_000 for d in study_date(f)]


def recency(f: Facts) -> list[int]:
    """Return the moment, or 0 without a date: the sort key to the second, as a number."""
    day = next(iter(study_date(f)), 0)
    return [day * 1_000_000 + _clock(f.study.study_time) // 1_000_000]


def sort_key(f: Facts) -> list[str]:
    """Return the place in the fixed order: newest date and time first, then by UID."""
    day = next(iter(study_date(f)), 0)
    clock = _clock(f.study.study_time)
    return [f"{99_999_999 - day:08d}{999_999_999_999 - clock:012d}|{f.study.study_instance_uid}"]


def _clock(tm: str) -> int:
    """Return a TM as HHMMSSFFFFFF; what is not given is zero."""
    whole, _, fraction = tm.replace(":", "").partition(".")
    digits = whole.ljust(6, "0")[:6] + fraction.ljust(6, "0")[:6]
    return int(digits) if digits.isdigit() else 0


def taken(f: Facts) -> set[int]:
    """Return the days of the study: its date and those of its images, in the site's zone."""
    days = {
        int(f"{i.acquired_at.astimezone(f.zone):%Y%m%d}")
        for i in f.study.instances
        if i.acquired_at
    }
    return days | set(study_date(f))


def year(f: Facts) -> list[str]:
    """Return the year of the study."""
    return [str(day // 10_000) for day in study_date(f)]


# --- in words ----------------------------------------------------------------


def description(f: Facts) -> list[str]:
    """Return the words of study, series and procedure descriptions."""
    study = f.study
    procedure = study.procedure.meaning if study.procedure else ""
    return _texts([study.description, procedure, *(s.description for s in study.series)])


def reason(f: Facts) -> list[str]:
    """Return the words of why it was taken."""
    return _texts([f.study.reason])


def notes(f: Facts) -> list[str]:
    """Return the words of the notes."""
    return _texts(i.note for i in f.study.instances)


def people(f: Facts) -> list[str]:
    """Return the names of operators and of the referring person."""
    return _texts([f.study.referring_physician_name, *(s.operator_name for s in f.study.series)])


def _texts(texts: Iterable[str]) -> list[str]:
    """Return each text in words; other spellings follow as a text of their own."""
    found: list[str] = []
    for text in dict.fromkeys(filter(None, texts)):
        as_written = words(text)
        others = [form for form in forms(text) if form not in as_written]
        found += [" ".join(as_written), " ".join(others)]
    return found
