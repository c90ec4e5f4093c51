"""The demo photos, each a function of nothing but its own seed.

`PICTURES` names them; `draw(name)` gives the picture as a camera would have held it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from .bodies import FINGERS, THUMB, TOES, ear, foot, hand, limb, nails, trunk
from .canvas import (
    SHAPE,
    Plane,
    X,
    Y,
    blurred,
    cloth,
    distance,
    finished,
    joined,
    light,
    noise,
    on_cloth,
    over,
    smoothstep,
    with_ruler,
)
from .skin import (
    blister,
    bruise,
    creased,
    graze,
    mole,
    plaque,
    rash,
    reddened,
    skin,
    stitched,
    ulcer,
)

Rng = np.random.Generator
BLUE, GREEN, GREY = (96, 140, 170), (104, 150, 134), (150, 154, 158)


def _shaded(colour: Plane, height: Plane) -> Plane:
    return colour * light(blurred(height, 0.06))[..., None]


def _back_of_hand(rng: Rng, tone: int, strength: float) -> Plane:
    height = hand()
    colour = skin(tone, height, rng)
    for knuckle, joint, _ in FINGERS:
        for x, y in (joint, (joint[0] * 0.7 + knuckle[0] * 0.3, joint[1] * 0.7 + knuckle[1] * 0.3)):
            colour = creased(colour, ((x - 0.4, y), (x, y + 0.08), (x + 0.4, y)), depth=0.11)
    colour = nails(colour, (*((j, t) for _, j, t in FINGERS), THUMB[1:]))
    colour = rash(colour, (7.2, 7.3), 3.4, rng, strength)
    colour = rash(colour, (8.6, 4.6), 1.5, rng, strength * 0.8)
    return on_cloth(_shaded(colour, height), height, cloth(rng, BLUE))


def hand_eczema(rng: Rng) -> Image.Image:
    """Back of a left hand with eczema over the knuckles."""
    picture = finished(_back_of_hand(rng, 5, 0.85), rng)
    return with_ruler(ImageOps.mirror(picture), (0.5, 10.4), 4)


def hand_eczema_healing(rng: Rng) -> Image.Image:
    """The same hand some days later, paler."""
    picture = finished(_back_of_hand(rng, 5, 0.4), rng)
    return with_ruler(ImageOps.mirror(picture), (0.5, 10.4), 4)


def hand_burn(rng: Rng) -> Image.Image:
    """Palm of a hand with a small blister after hot water."""
    height = hand()
    colour = skin(2, height, rng)
    colour = creased(
        colour,
        ((5.7, 6.9), (7.4, 7.0), (9.2, 6.4)),
        ((5.5, 7.4), (7.6, 8.0), (9.6, 8.1)),
        ((5.8, 7.1), (6.8, 8.4), (6.9, 10.2)),
        depth=0.16,
    )
    for _, joint, _ in FINGERS:
        x, y = joint
        colour = creased(colour, ((x - 0.55, y + 0.05), (x + 0.55, y - 0.05)), depth=0.13)
    colour = blister(reddened(colour, smoothstep(0, 2, height), 0.12), (8.7, 7.3), 1.3, rng)
    return finished(on_cloth(_shaded(colour, height), height, cloth(rng, GREEN)), rng)


def forearm_stitches(rng: Rng) -> Image.Image:
    """A forearm with a clean wound closed by seven stitches."""
    height = limb((-1, 7.8), (17, 5.2), 3.4, 2.5)
    colour = stitched(skin(2, height, rng), ((5.0, 6.3), (6.6, 6.0), (8.4, 6.25), (10.4, 5.6)), 7)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, GREEN))
    return with_ruler(finished(picture, rng), (4.8, 9.9), 6)


def forearm_mole(rng: Rng) -> Image.Image:
    """A forearm with one large mole and a few freckles."""
    height = limb((-1, 5.4), (17, 6.8), 2.9, 3.6)
    colour = skin(3, height, rng)
    for _ in range(26):
        colour = mole(colour, (rng.uniform(0, 16), rng.uniform(3.4, 9)), 0.1, rng)
    colour = mole(colour, (8.3, 6.0), 0.95, rng)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, BLUE))
    return with_ruler(finished(picture, rng), (5.6, 0.4), 5)


def _foot(rng: Rng, tone: int, ulcer_size: float) -> Image.Image:
    height = foot()
    colour = nails(skin(tone, height, rng), TOES[:1], 0.5)
    colour = nails(colour, TOES[1:], 0.27)
    colour = reddened(colour, smoothstep(0, 2, height), 0.1)
    colour = ulcer(colour, (5.0, 7.5), ulcer_size, rng)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, GREY))
    return with_ruler(finished(picture, rng), (8.6, 9.9), 6)


def foot_ulcer(rng: Rng) -> Image.Image:
    """A foot from above with a shallow ulcer over the great toe's joint."""
    return _foot(rng, 3, 1.9)


def foot_ulcer_cleaned(rng: Rng) -> Image.Image:
    """The same foot two days later."""
    return _foot(rng, 3, 1.5)


def foot_ulcer_smaller(rng: Rng) -> Image.Image:
    """The same foot four days later."""
    return _foot(rng, 3, 1.0)


def foot_check(rng: Rng) -> Image.Image:
    """Another foot with a small dry sore."""
    return _foot(rng, 5, 0.7)


def ear_lesion(rng: Rng) -> Image.Image:
    """An ear with a small pearly spot on its rim."""
    height = ear()
    colour = skin(2, height + 2, rng)
    colour = reddened(colour, smoothstep(0, 1.5, height), 0.14)
    colour = blister(colour, (9.9, 3.7), 0.5, rng)
    shaded = on_cloth(colour, height, skin(2, 0 * height + 2, rng))
    shaded = shaded * light(blurred(height, 0.1), 0.6)[..., None]
    flow = distance((20, 16)) + 0.12 * noise(rng, 2, 2)
    strands = np.sin(flow * 38) + np.sin(flow * 61) + noise(rng, 0.12, 1)
    brown = np.asarray((72, 52, 40), np.float32) * (1 + 0.12 * strands)[..., None]
    hair = smoothstep(6.6, 8.2, distance((4.6, 9.6)) + 0.12 * noise(rng, 0.25, 2))
    return finished(over(shaded, brown, hair * (1 - smoothstep(0, 0.5, height))), rng)


def back_moles(rng: Rng) -> Image.Image:
    """An upper back with many moles, one of them uneven."""
    height = trunk()
    colour = skin(2, height, rng)
    for _ in range(22):
        at = (rng.uniform(0.8, 15.2), rng.uniform(0.8, 11.2))
        colour = mole(colour, at, rng.uniform(0.12, 0.34), rng)
    for at, size in (((10.9, 6.6), 0.8), ((11.25, 6.85), 0.55), ((10.7, 6.95), 0.5)):
        colour = mole(colour, at, size, rng)
    shaded = colour * light(height * 1.4)[..., None]
    return with_ruler(finished(shaded, rng), (9.2, 8.1), 4)


def dermoscopy_mole(rng: Rng) -> Image.Image:
    """A mole through a dermoscope: pigment network in a round field."""
    shape = distance((8, 6), 1.2, 0.5) + 0.25 * noise(rng, 1.4, 3)
    inside = 1 - smoothstep(2.6, 4.0, shape)
    net = np.abs(np.sin(X * 7 + 1.1 * noise(rng, 1.0, 2)) * np.sin(Y * 7 + noise(rng, 1.0, 2)))
    lines = 1 - smoothstep(0.05, 0.4, net)
    colour = (
        np.full((*SHAPE, 3), (226, 178, 152), np.float32) * (1 + 0.03 * noise(rng, 0.5))[..., None]
    )
    colour = over(colour, (168, 108, 72), 0.8 * inside)
    colour = over(colour, (92, 54, 36), 0.75 * inside * lines)
    globules = smoothstep(1.3, 1.9, noise(rng, 0.35, 1)) * (1 - smoothstep(1.2, 3.2, shape))
    colour = over(colour, (64, 38, 32), 0.85 * globules)
    field = 1 - smoothstep(5.65, 5.8, distance((8, 6)))
    return finished(colour * field[..., None] + 8, rng)


def leg_bruise(rng: Rng) -> Image.Image:
    """A shin with a bruise some days old."""
    height = limb((7.0, -1), (8.6, 13), 4.3, 3.1)
    colour = bruise(skin(3, height, rng), (7.3, 5.6), 3.6, rng)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, BLUE))
    return with_ruler(finished(picture, rng), (0.3, 10.4), 4)


def knee_graze(rng: Rng) -> Image.Image:
    """A child's knee with a healing graze."""
    height = limb((8.0, -1), (8.0, 13), 3.9, 3.1) + 0.8 * np.exp(-((distance((8, 5.6)) / 1.9) ** 2))
    colour = creased(
        skin(1, height, rng),
        ((6.4, 7.9), (8, 8.2), (9.6, 7.9)),
        ((6.6, 3.5), (8, 3.2), (9.4, 3.5)),
        depth=0.1,
    )
    colour = graze(colour, (8.1, 5.7), 2.7, rng)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, GREEN))
    return with_ruler(finished(picture, rng), (11.6, 10.4), 3)


def newborn_birthmark(rng: Rng) -> Image.Image:
    """A newborn's lower back with a blue-grey birthmark."""
    height = limb((8.2, -2), (7.8, 14), 5.4, 5.9)
    colour = skin(5, height, rng)
    mark = np.maximum(blurred(distance((8.6, 7.4), 1.5, 0.2) < 1.5, 0.5), 0)
    colour = over(colour, colour * (0.66, 0.74, 0.90), 0.75 * mark)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, (222, 216, 200)))
    return finished(picture, rng)


def elbow_plaques(rng: Rng) -> Image.Image:
    """An elbow with two scaling plaques."""
    upper = limb((-1, 2.6), (9.4, 6.4), 3.0, 2.5)
    height = joined([upper, limb((9.2, 6.2), (4.4, 14), 2.6, 2.3)], 1.4)
    colour = plaque(skin(3, height, rng), (9.2, 6.0), 2.5, rng)
    colour = plaque(colour, (6.6, 4.9), 1.1, rng)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, BLUE))
    return with_ruler(finished(picture, rng), (11.6, 0.5), 3)


def thumb_nail(rng: Rng) -> Image.Image:
    """A thumb, large, with a dark spot under the nail."""
    height = limb((8.0, 14), (8.0, 4.4), 4.1, 3.2)
    colour = nails(skin(3, height, rng), (((8, 9), (8, 4.1)),), 1.75)
    spot = 1 - smoothstep(0.5, 1.0, distance((7.5, 4.3), 1.3, 0.9) + 0.12 * noise(rng, 0.5, 2))
    colour = over(colour, (74, 34, 48), 0.75 * spot)
    for y in (9.2, 9.7, 10.3):
        colour = creased(colour, ((5.8, y + 0.1), (8, y - 0.1), (10.2, y + 0.1)), depth=0.1)
    return finished(on_cloth(_shaded(colour, height), height, cloth(rng, GREY)), rng)


def gross_excision(rng: Rng) -> Image.Image:
    """A skin excision on the pathologist's board, marked with a thread, ruler beside it."""
    spindle = np.clip(1 - (np.abs(X - 7.6) / 3.6) ** 1.7, 0, None) * 1.55
    height = np.sqrt(np.clip(spindle**2 - (Y - 5.2 + 0.1 * noise(rng, 2, 1)) ** 2, 0, None)) * 0.6
    colour = mole(skin(3, height + 1, rng) * (1.0, 0.95, 0.92), (7.4, 5.1), 1.1, rng)
    colour = stitched(colour, ((3.9, 5.2), (4.5, 5.2)), 1)
    picture = on_cloth(_shaded(colour, height), height, cloth(rng, (62, 108, 150)))
    return with_ruler(finished(picture, rng), (4.0, 8.0), 7)


PICTURES: dict[str, Callable[[Rng], Image.Image]] = {
    f.__name__: f
    for f in (
        hand_eczema,
        hand_eczema_healing,
        hand_burn,
        forearm_stitches,
        forearm_mole,
        foot_ulcer,
        foot_ulcer_cleaned,
        foot_ulcer_smaller,
        foot_check,
        ear_lesion,
        back_moles,
        dermoscopy_mole,
        leg_bruise,
        knee_graze,
        newborn_birthmark,
        elbow_plaques,
        thumb_nail,
        gross_excision,
    )
}


def draw(name: str) -> Image.Image:
    """Return the picture called `name`, the same one every time."""
    return PICTURES[name](np.random.default_rng(zlib.crc32(name.encode())))
