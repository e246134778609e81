"""The app's two icons, drawn here: a small robot that grows a leaf. Pure Python; a PNG is a few chunks of zlib.

https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons: colour 192×192 with
the sign in its middle, outline 32×32, white on transparent.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache

GREEN = (0x15, 0x60, 0x4A)  # the console's accent
WHITE = (0xFF, 0xFF, 0xFF)
COLOUR_SIZE, OUTLINE_SIZE = 192, 32
_SAMPLES = 4  # a side, in every pixel: soft edges

# The sign, in a square from 0 to 1 with y downwards.
_HEAD = (0.5, 0.64, 0.32, 0.22, 0.13)  # centre, half width, half height, radius of the corners
_EYES = ((0.375, 0.61), (0.625, 0.61))
_EYE, _MOUTH, _STEM = 0.06, 0.022, 0.03  # radii
_LEAF = ((0.5, 0.33), (0.78, 0.08))  # its two tips
_LEAF_BULGE = 0.62  # radius of its sides, in lengths of the leaf


@cache
def colour() -> bytes:
    """The colour icon as PNG: the white sign on green."""
    size, inner = COLOUR_SIZE, 0.62
    edge = (1 - inner) / 2
    rows = []
    for y in range(size):
        row = bytearray()
        for x in range(size):
            share = _share(x, y, size, lambda u, v: _sign((u - edge) / inner, (v - edge) / inner))
            row += bytes(round(g + (w - g) * share) for g, w in zip(GREEN, WHITE, strict=True)) + b"\xff"
        rows.append(bytes(row))
    return _png(size, rows)


@cache
def outline() -> bytes:
    """The outline icon as PNG: the sign in white, all else transparent."""
    size = OUTLINE_SIZE
    rows = [b"".join(bytes((*WHITE, round(255 * _share(x, y, size, _sign)))) for x in range(size)) for y in range(size)]
    return _png(size, rows)


def _share(x: int, y: int, size: int, inside: Callable[[float, float], bool]) -> float:
    """How much of a pixel is covered, 0 to 1."""
    step = 1 / (size * _SAMPLES)
    points = range(_SAMPLES)
    return sum(inside(x / size + (i + 0.5) * step, y / size + (j + 0.5) * step) for i in points for j in points) / (
        _SAMPLES * _SAMPLES
    )


def _sign(x: float, y: float) -> bool:
    """Whether a point belongs to the sign."""
    if y > _HEAD[1] - _HEAD[3]:
        return _in_head(x, y) and not _in_face(x, y)
    return _in_leaf(x, y) or (abs(x - 0.5) <= _STEM and y >= _LEAF[0][1] - _STEM)


def _in_head(x: float, y: float) -> bool:
    middle_x, middle_y, wide, high, radius = _HEAD
    across, down = abs(x - middle_x) - wide + radius, abs(y - middle_y) - high + radius
    return math.hypot(max(across, 0), max(down, 0)) <= radius


def _in_face(x: float, y: float) -> bool:
    if any(math.hypot(x - eye_x, y - eye_y) <= _EYE for eye_x, eye_y in _EYES):
        return True
    return math.hypot(max(abs(x - 0.5) - 0.09, 0), y - 0.765) <= _MOUTH


def _in_leaf(x: float, y: float) -> bool:
    """Between two arcs that meet in the tips."""
    (x1, y1), (x2, y2) = _LEAF
    length = math.hypot(x2 - x1, y2 - y1)
    radius = _LEAF_BULGE * length
    away = math.sqrt(radius * radius - length * length / 4)
    across_x, across_y = -(y2 - y1) / length * away, (x2 - x1) / length * away
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    return all(math.hypot(x - middle_x - side * across_x, y - middle_y - side * across_y) <= radius for side in (-1, 1))


def _png(size: int, rows: list[bytes]) -> bytes:
    """Rows of RGBA as a PNG. https://www.w3.org/TR/png-3/"""
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
