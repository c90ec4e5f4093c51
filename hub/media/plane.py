"""A flat thing in a picture: from its millimetres to pixels, by a projective mapping."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def mapping(plane: Floats, picture: Floats) -> Floats:
    """Projective mapping that takes four points of the plane to those of the picture."""
    rows, values = [], []
    for (x, y), (u, v) in zip(plane.tolist(), picture.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        found = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError:
        return np.full((3, 3), np.nan)
    return np.append(found, 1.0).reshape(3, 3)


def mapped(to_picture: Floats, points: Floats) -> Floats:
    """Where points of the plane are in the picture."""
    with np.errstate(all="ignore"):
        there = np.column_stack([points, np.ones(len(points))]) @ to_picture.T
        return np.asarray(there[:, :2] / there[:, 2:], dtype=np.float64)


def pixels_per_millimetre(to_picture: Floats, points: Floats) -> Floats:
    """Least and greatest, over all directions, at each point of the plane.

    They are the singular values of the mapping's derivative there; NaN beyond the horizon.
    """
    with np.errstate(all="ignore"):
        there = np.column_stack([points, np.ones(len(points))]) @ to_picture.T
        weight = np.where(there[:, 2] > 0, there[:, 2], np.nan)[:, None, None]
        place = (there[:, :2] / weight[:, 0])[:, :, None]
        derivative = (to_picture[None, :2, :2] - place * to_picture[None, 2:, :2]) / weight
    if not np.isfinite(derivative).all():
        return np.full((len(points), 2), np.nan)
    return np.asarray(np.linalg.svd(derivative, compute_uv=False)[:, ::-1], dtype=np.float64)


def sampled(grey: Grey, to_picture: Floats, points: Floats) -> Floats | None:
    """Brightness at points of the plane, bilinear; None where one is outside the picture."""
    x, y = mapped(to_picture, points).T
    rows, columns = grey.shape
    if not (np.all(x >= 0) and np.all(y >= 0) and np.all(x < columns - 1) and np.all(y < rows - 1)):
        return None
    left, top = x.astype(int), y.astype(int)
    dx, dy = x - left, y - top
    upper = grey[top, left] * (1 - dx) + grey[top, left + 1] * dx
    lower = grey[top + 1, left] * (1 - dx) + grey[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, dtype=np.float64)
