"""Plain generated studies in any number, to see how a full hub feels."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from PIL import Image, ImageDraw

from hub.bootstrap import Hub
from hub.model import Encounter, EncounterClass, Laterality, Patient, Role
from hub.store.ports import Registered
from hub.terminology import departments

from .accounts import practitioner
from .people import HOSPITAL
from .sending import sealed, send_photo
from .skin import TONES

NAMESPACE = uuid.UUID("0b8d4bb6-7a4b-5d0e-8a0f-3d6a2f9ac1c7")
_BATCH = 200
_FAMILY = (
    "Abara Bauer Castillo Dogan Eriksen Fischer Ghosh Hansen Ivanova Jung Kaplan Lopez "
    "Moreau Novotny Olsen Petrov Quinn Rossi Suzuki Tanaka Usman Varga Weber Yilmaz Zhou"
)
_GIVEN = (
    "Aisha Bruno Carla Dinesh Elena Farid Greta Hugo Ines Jakob Keiko Lars Mina Noor "
    "Oskar Paula Rosa Stefan Tara Umar Vera Willem Ximena Yara Zoe"
)
_DEPARTMENTS = ("Dermatology", "Accident and Emergency", "Plastic Surgery", "Orthopedic Surgery")
_REGIONS = {"85562004": "Hand", "14975008": "Forearm", "56459004": "Foot", "72696002": "Knee"}
_FINDINGS = ("Rash", "Graze", "Healing wound", "Swelling", "Burn", "Control after two weeks")


def fill_plain(hub: Hub, count: int, done: Callable[[int], None]) -> None:
    """Store `count` studies of one small photo each; those that are there are left alone."""
    now = datetime.now(hub.settings.zone).replace(second=0, microsecond=0)
    for first in range(0, count, _BATCH):
        numbers = range(first, min(first + _BATCH, count))
        missing = [n for n in numbers if hub.catalog.capture(_capture_id(n)) is None]
        encounters = {n: _known(hub, n) or _encounter(n, now) for n in missing}
        new = tuple(e for e in encounters.values() if not e.key)
        if new:
            records = Registered(encounters=new)
            hub.registration.apply(records, "demo", practitioner(Role.ADMIN))
        for n, encounter in encounters.items():
            _send(hub, n, encounter)
            done(n + 1)
    done(count)


def _capture_id(number: int) -> str:
    return str(uuid.uuid5(NAMESPACE, str(number)))


def _known(hub: Hub, number: int) -> Encounter | None:
    return next(iter(hub.catalog.encounters(f"L-{number:07d}", HOSPITAL)), None)


def _encounter(number: int, now: datetime) -> Encounter:
    """Return a closed encounter of the last two years; one patient in four comes again."""
    chance = random.Random(number)  # noqa: S311 - invented people, not secrets
    person = random.Random(f"person {number - number % 4 // 3}")  # noqa: S311 - the same
    started = now - timedelta(minutes=chance.randint(24 * 60, 730 * 24 * 60))
    name = f"{person.choice(_FAMILY.split())}^{person.choice(_GIVEN.split())}"
    born = datetime(1935, 1, 1) + timedelta(days=person.randint(0, 31_000))
    patient = Patient(
        f"88{number - number % 4 // 3:08d}", HOSPITAL, name, f"{born:%Y-%m-%d}", person.choice("FM")
    )
    return Encounter(
        encounter_id=f"L-{number:07d}",
        issuer=HOSPITAL,
        patient=patient,
        class_=EncounterClass.OUTPATIENT,
        department=departments().resolve(chance.choice(_DEPARTMENTS)),
        started=started,
        ended=started + timedelta(hours=1),
    )


def _send(hub: Hub, number: int, encounter: Encounter) -> None:
    chance = random.Random(f"photo {number}")  # noqa: S311 - invented
    region = chance.choice(list(_REGIONS))
    if encounter.started is None:
        return
    facts = sealed(
        encounter,
        _capture_id(number),
        encounter.started + timedelta(minutes=chance.randint(5, 50)),
        region,
        chance.choice([Laterality.LEFT, Laterality.RIGHT]),
        f"{chance.choice(_FINDINGS)}, {_REGIONS[region].lower()}",
    )
    send_photo(hub, facts, _small_jpeg(chance.randint(1, 6), chance.randint(0, 7)))


@cache
def _small_jpeg(tone: int, spot: int) -> bytes:
    """Return a small picture: a red spot on skin."""
    image = Image.new("RGB", (320, 240), tuple(int(c) for c in TONES[tone]))
    x, y = 60 + spot * 25, 60 + spot * 12
    ImageDraw.Draw(image).ellipse((x, y, x + 60, y + 45), fill=(170, 70, 62))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
