"""The mapping of a plane knows how long a millimetre is at each of its points."""

from __future__ import annotations

import numpy as np
import pytest

from hub.media.plane import mapped, mapping, pixels_per_millimetre, sampled

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])


def test_a_plane_seen_straight_has_one_scale():
    turned = mapping(SQUARE, np.array([[0.0, 0], [30, 40], [-10, 70], [-40, 30]]))

    lengths = pixels_per_millimetre(turned, np.array([[5.0, 5], [200, -300]]))

    assert lengths == pytest.approx(5.0)


def test_a_tilted_plane_has_many():
    tilted = mapping(SQUARE, np.array([[0.0, 0], [100, 0], [90, 80], [10, 80]]))

    (near_least, near_most), (far_least, far_most) = pixels_per_millimetre(
        tilted, np.array([[5.0, 0], [5.0, 10]])
    )

    assert (near_least, near_most) == pytest.approx((9, 10), rel=0.12)
    assert far_most < near_most
    assert far_least < near_least


def test_beyond_the_horizon_there_is_none():
    steep = mapping(SQUARE, np.array([[0.0, 0], [100, 0], [60, 40], [40, 40]]))

    assert np.isnan(
        pixels_per_millimetre(steep, np.array([[5.0, 0], [5.0, 1e4], [5.0, -1e4]]))
    ).any()


def test_four_points_in_a_line_are_no_plane():
    line = mapping(SQUARE, np.array([[0.0, 0], [1, 1], [2, 2], [3, 3]]))

    assert sampled(np.zeros((9, 9), np.uint8), line, SQUARE) is None
    assert np.isnan(pixels_per_millimetre(line, SQUARE)).all()


def test_points_go_where_the_four_say():
    corners = np.array([[3.0, 4], [60, 9], [55, 70], [1, 66]])

    assert mapped(mapping(SQUARE, corners), SQUARE) == pytest.approx(corners)
