"""A camera that photographs a printed sheet: pinhole, lens, light, sensor and JPEG.

Everything happens in millimetres of the sheet whose origin is the centre of the marker, so
what a photo should have been measured as is known exactly: see `Shot.lengths`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

Array = np.ndarray
GAMMA = 2.2
FINGER = (0.52, 0.30, 0.22)
BLOOD = (0.16, 0.015, 0.02)
OVER = 2
"""Rays in each direction for one pixel."""


@dataclass(frozen=True)
class Print:
    """A sheet as it left the printer and the scissors."""

    reflectance: Array
    """Grey, 0 to 1, as rastered from the page."""
    dots_per_mm: float
    centre: tuple[float, float]
    """Of the marker, in millimetres from the top left of the raster."""
    cut: tuple[float, float, float, float]
    """Left, top, right and bottom edge of the paper, in millimetres from the marker's centre."""
    scale: float = 1.0
    """What the printer made of 100 %."""
    ink: float = 0.05
    white: float = 0.86

    def at(self, x: Array, y: Array, dots: float) -> tuple[Array, Array]:
        """Reflectance and coverage at points of the sheet, at about `dots` a millimetre."""
        x, y = x / self.scale, y / self.scale
        left, top, right, bottom = self.cut
        there = (x > left) & (x < right) & (y > top) & (y < bottom)
        texture, density = self._coarse(dots * self.scale)
        rows, columns = texture.shape
        u = ((x + self.centre[0]) * density).astype(int).clip(0, columns - 1)
        v = ((y + self.centre[1]) * density).astype(int).clip(0, rows - 1)
        return self.ink + texture[v, u] * (self.white - self.ink), there

    def _coarse(self, dots: float) -> tuple[Array, float]:
        step = max(1, int(self.dots_per_mm / dots))
        rows, columns = (n // step * step for n in self.reflectance.shape)
        blocks = self.reflectance[:rows, :columns].reshape(rows // step, step, -1, step)
        return blocks.mean(axis=(1, 3)), self.dots_per_mm / step


@dataclass(frozen=True)
class Shot:
    """One photo: where the sheet lies before the camera, and what happens to its picture."""

    sheet: Print
    size: tuple[int, int] = (2048, 1536)
    focal: float = 0.75
    """Focal length over the longer side: 26 mm of a 35 mm camera has 0.72."""
    distance: float = 300.0
    at: tuple[float, float] = (0.5, 0.5)
    spin: float = 0.0
    tilt: float = 0.0
    towards: float = 0.0
    """Degrees: turned in its plane, tilted, and in which direction it is tilted."""
    distortion: float = 0.0
    """Of the lens at the corner of the picture, as a part of its distance from the middle."""
    bend: float = 0.0
    """Radius in millimetres of the limb that the paper follows; 0 is flat."""
    blur: float = 0.6
    motion: tuple[float, float] = (0.0, 0.0)
    """Pixels: of defocus (standard deviation), and of movement."""
    noise: float = 2.0
    slope: float = 0.0
    vignetting: float = 0.2
    shadow: float = 0.0
    """How much darker: across the picture, in its corners, behind a line over the marker."""
    glare: tuple[float, float, float, float] | None = None
    """Where on the sheet, how wide (mm) and how strong a lamp is mirrored."""
    finger: tuple[float, float] | None = None
    """Where its tip lies on the sheet; it comes from outside."""
    stains: tuple[tuple[float, float, float], ...] = ()
    fold: float = 0.0
    """Millimetres of the cut corner that are folded over."""
    exposure: float = 1.0
    quality: int = 85
    seed: int = 0
    _rotation: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spin, tilt, towards = np.radians([self.spin, self.tilt, self.towards])
        axis = np.array([-np.sin(towards), np.cos(towards), 0.0])
        cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        leaning = np.eye(3) + np.sin(tilt) * cross + (1 - np.cos(tilt)) * cross @ cross
        c, s = np.cos(spin), np.sin(spin)
        object.__setattr__(
            self, "_rotation", leaning @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        )

    # --- geometry

    @property
    def _focal(self) -> float:
        return self.focal * max(self.size)

    @property
    def _corner(self) -> float:
        return float(np.hypot(*self.size)) / 2 / self._focal

    @property
    def _place(self) -> Array:
        u, v = ((a - 0.5) * n / self._focal for a, n in zip(self.at, self.size, strict=True))
        return self.distance * np.array([u, v, 1.0])

    def pixels_of(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Where points of the sheet, in millimetres, are in the picture."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        across, deep = x, np.zeros_like(x)
        if self.bend:
            across, deep = (
                self.bend * np.sin(x / self.bend),
                self.bend * (1 - np.cos(x / self.bend)),
            )
        points = np.stack([across, y, deep], axis=-1) @ self._rotation.T + self._place
        u, v = points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]
        stretch = 1 + self.distortion * (u * u + v * v) / self._corner**2
        return (
            u * stretch * self._focal + self.size[0] / 2 - 0.5,
            v * stretch * self._focal + self.size[1] / 2 - 0.5,
        )

    def _sheet_at(self, u: Array, v: Array) -> tuple[Array, Array]:
        """The point of the sheet that is seen at a pixel."""
        u, v = (
            (u - self.size[0] / 2 + 0.5) / self._focal,
            (v - self.size[1] / 2 + 0.5) / self._focal,
        )
        a, b = u, v
        for _ in range(4 if self.distortion else 0):
            stretch = 1 + self.distortion * (a * a + b * b) / self._corner**2
            a, b = u / stretch, v / stretch
        ray = np.stack([a, b, np.ones_like(a)], axis=-1) @ self._rotation
        start = -self._place @ self._rotation
        if not self.bend:
            along = -start[2] / ray[..., 2]
            return start[0] + along * ray[..., 0], start[1] + along * ray[..., 1]
        return self._bent_at(start, ray)

    def _bent_at(self, start: Array, ray: Array) -> tuple[Array, Array]:
        square = ray[..., 0] ** 2 + ray[..., 2] ** 2
        half = start[0] * ray[..., 0] + (start[2] - self.bend) * ray[..., 2]
        rest = start[0] ** 2 + (start[2] - self.bend) ** 2 - self.bend**2
        root = half * half - square * rest
        along = (-half - np.sqrt(root.clip(0))) / square
        across, deep = start[0] + along * ray[..., 0], start[2] + along * ray[..., 2]
        angle = np.arctan2(across, self.bend - deep)
        missed = np.where(root < 0, np.nan, 0.0)
        return self.bend * angle + missed, start[1] + along * ray[..., 1] + missed

    def lengths(self, within: float = 0.0) -> tuple[float, float]:
        """Least and greatest pixels a millimetre, of any direction, around the marker's centre."""
        rings = (
            [(0.0, 0.0)]
            if not within
            else [(r * within, n * 0.5) for r in (0, 0.5, 1) for n in range(13)]
        )
        x = np.array([r * np.cos(a) for r, a in rings])
        y = np.array([r * np.sin(a) for r, a in rings])
        step = 0.05
        columns = [
            self.pixels_of(x + dx, y + dy)
            for dx, dy in ((step, 0), (-step, 0), (0, step), (0, -step))
        ]
        jacobian = np.array(
            [
                [
                    (columns[0][i] - columns[1][i]) / (2 * step),
                    (columns[2][i] - columns[3][i]) / (2 * step),
                ]
                for i in (0, 1)
            ]
        )
        values = np.linalg.svd(np.moveaxis(jacobian, -1, 0), compute_uv=False)
        return float(values.min()), float(values.max())

    @property
    def spacing(self) -> float:
        """Millimetres a pixel at the marker's centre: the mean of all directions."""
        least, most = self.lengths()
        return float(1 / np.sqrt(least * most))

    # --- picture

    def taken(self, background: Image.Image) -> bytes:
        """The photo as a JPEG, before a background of the same size."""
        rng = np.random.default_rng(self.seed)
        pixels = np.asarray(background.convert("RGB"), np.float32) / 255
        left, top, right, bottom = self._box()
        if right > left and bottom > top:
            part = pixels[top:bottom, left:right] ** np.float32(GAMMA)
            part = self._blurred(self._laid_on(part, left, top))
            pixels = pixels.copy()
            pixels[top:bottom, left:right] = part.clip(0, 4) ** np.float32(1 / GAMMA)
        pixels *= self._light()[..., None]
        grain = rng.standard_normal(pixels.shape[:2], np.float32)[..., None]
        colour = rng.standard_normal((*pixels.shape[:2], 3), np.float32)
        pixels = pixels * 255 + self.noise * (0.8 * grain + 0.6 * colour)
        out = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(
            out, "JPEG", quality=self.quality
        )
        return out.getvalue()

    def _box(self) -> tuple[int, int, int, int]:
        """The part of the picture with the sheet in it, and room for the blur."""
        left, top, right, bottom = (edge * self.sheet.scale for edge in self.sheet.cut)
        if self.finger:
            left, top, right, bottom = left - 30, top - 30, right + 30, bottom + 30
        ends = np.linspace(0, 1, 9)
        x = np.concatenate(
            [left + (right - left) * ends] * 2 + [np.full(9, left), np.full(9, right)]
        )
        y = np.concatenate(
            [np.full(9, top), np.full(9, bottom)] + [top + (bottom - top) * ends] * 2
        )
        u, v = self.pixels_of(x, y)
        room = 3 * self.blur + self.motion[0] + 4
        low = [max(0, int(c.min() - room)) for c in (u, v)]
        high = [min(n, int(c.max() + room)) for c, n in zip((u, v), self.size, strict=True)]
        return low[0], low[1], high[0], high[1]

    def _laid_on(self, part: Array, left: int, top: int) -> Array:
        """The sheet and what lies on it, over a part of the background, in linear light."""
        rows, columns = part.shape[:2]
        dots = 1.5 / self.spacing
        total = np.zeros_like(part)
        for n in range(OVER * OVER):
            dy, dx = ((k + 0.5) / OVER - 0.5 for k in divmod(n, OVER))
            v, u = np.mgrid[0:rows, 0:columns].astype(np.float64)
            x, y = self._sheet_at(u + left + dx, v + top + dy)
            total += self._seen(np.nan_to_num(x, nan=1e6), np.nan_to_num(y, nan=1e6), part, dots)
        return total / (OVER * OVER)

    def _seen(self, x: Array, y: Array, behind: Array, dots: float) -> Array:
        value, there = self.sheet.at(x, y, dots)
        if self.fold:
            gone = x + y < (self.sheet.cut[0] + self.sheet.cut[1] + self.fold) * self.sheet.scale
            flap = (
                x + y < (self.sheet.cut[0] + self.sheet.cut[1] + 2 * self.fold) * self.sheet.scale
            )
            value, there = np.where(flap, 0.7 * self.sheet.white, value), there & ~gone
        colours = np.repeat(value[..., None], 3, axis=-1) * (1.0, 0.99, 0.96)
        for cx, cy, radius in self.stains:
            inside = (x - cx) ** 2 + (y - cy) ** 2 < radius**2
            colours[inside] = np.minimum(colours[inside], BLOOD)
        if self.shadow:
            edge = np.clip((x + 0.4 * y) / 5 + 0.5, 0, 1)
            colours = colours * (1 - self.shadow * edge)[..., None]
        if self.glare:
            gx, gy, width, strength = self.glare
            spot = strength * np.exp(-((x - gx) ** 2 + (y - gy) ** 2) / (2 * width**2))
            colours = colours + spot[..., None]
        seen = np.where(there[..., None], colours, behind)
        return self._under_finger(x, y, seen)

    def _under_finger(self, x: Array, y: Array, seen: Array) -> Array:
        if not self.finger:
            return seen
        tip = np.array(self.finger)
        out = tip / max(float(np.hypot(*tip)), 1e-6)
        along = (x - tip[0]) * out[0] + (y - tip[1]) * out[1]
        across = -(x - tip[0]) * out[1] + (y - tip[1]) * out[0]
        near = np.hypot(across, np.minimum(along - 8, 0)) < 8
        return np.where(near[..., None], FINGER, seen)

    def _blurred(self, part: Array) -> Array:
        """Defocus and movement, in linear light."""
        length, angle = self.motion
        u, v = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        fu, fv = np.meshgrid(np.fft.fftfreq(part.shape[1]), np.fft.fftfreq(part.shape[0]))
        response = np.exp(-2 * (np.pi * self.blur) ** 2 * (fu * fu + fv * fv))
        response = response * np.sinc(length * (fu * u + fv * v))
        spectrum = np.fft.fft2(part, axes=(0, 1)) * response[..., None]
        return np.fft.ifft2(spectrum, axes=(0, 1)).real.clip(0).astype(np.float32)

    def _light(self) -> Array:
        columns, rows = self.size
        u = np.linspace(-1, 1, columns, dtype=np.float32)
        v = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
        corners = 1 - self.vignetting * ((u * u + v * v) / 2) ** 2
        return self.exposure * corners * (1 + self.slope * (0.7 * u + 0.7 * v) / 1.4)


def printed(page: Image.Image, dots_per_mm: float, soft: float = 0.05) -> Array:
    """What the printer's dots make of a rastered page: edges softer by `soft` millimetres."""
    grey = page.convert("L").filter(ImageFilter.GaussianBlur(soft * dots_per_mm))
    return np.asarray(grey, np.float32) / 255
