"""Edges are found to a part of a pixel, and the paper they are on must be flat."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import scene
from drawn_marker import with_marker

from hub.media.edges import Edges, fitted
from hub.media.marker import SIDE, is_white
from hub.media.plane import mapped, mapping

EDGES = Edges.between(is_white, SIDE)
CORNERS = SIDE * np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])


def test_points_lie_between_black_and_white():
    after, before = (EDGES.points + n * EDGES.normals for n in (0.3, -0.3))

    assert len(EDGES.points) > 150
    assert is_white(*after.T).all()
    assert not is_white(*before.T).any()


@pytest.mark.parametrize("slip", [-1.0, 0.6])
def test_a_guess_that_is_off_is_mended(slip: float):
    grey = np.asarray(with_marker(scene(640, 480), 240).convert("L"))
    true = np.array([[200.0, 120], [440, 120], [440, 360], [200, 360]])
    guess = true + slip * np.array([[1, 2], [-2, 1], [2, -1], [-1, -2]])

    found = fitted(grey, mapping(CORNERS, guess), EDGES)

    # It is drawn in thirds of a pixel.
    assert mapped(found, CORNERS) == pytest.approx(true, abs=0.2)


def test_where_there_are_no_edges_there_is_no_mapping():
    grey = np.full((480, 640), 120, np.uint8)

    assert fitted(grey, mapping(CORNERS, CORNERS * 6 + 100), EDGES) is None
