"""Pictures on which rounding decides perceptual hashes: flat, symmetric, periodic and tiny ones."""

import numpy as np
import numpy.typing as npt
from PIL import Image


def degenerate() -> dict[str, Image.Image]:
    """Return RGB pictures by name."""
    x, y = np.meshgrid(np.arange(64), np.arange(64))
    centre = np.hypot(x - 31.5, y - 31.5)
    dot = np.zeros((64, 64))
    dot[20, 40] = 255
    grids: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]] = {
        **{f"flat {level}": np.full((64, 64), level) for level in (0, 1, 2, 7, 64, 127, 128, 200, 254, 255)},
        "left half black": (x >= 32) * 255,
        "upper half black": (y >= 32) * 255,
        "one quarter white": ((x < 32) & (y < 32)) * 255,
        "two quarters white": ((x < 32) ^ (y < 32)) * 255,
        **{f"checkerboard {n}": ((x // n + y // n) % 2) * 255 for n in (1, 2, 4, 8, 16)},
        **{f"upright stripes {n}": (x // n % 2) * 255 for n in (1, 2, 8)},
        **{f"level stripes {n}": (y // n % 2) * 255 for n in (1, 2, 8)},
        "gradient right": x * 4,
        "gradient down": y * 4,
        "gradient diagonal": (x + y) * 2,
        "mirrored gradient": np.minimum(x, 63 - x) * 8,
        "pyramid": np.minimum(np.minimum(x, 63 - x), np.minimum(y, 63 - y)) * 8,
        "rings": (np.cos(centre) + 1) * 127,
        "disc": (centre < 20) * 255,
        "frame": ((x < 4) | (x > 59) | (y < 4) | (y > 59)) * 255,
        "cross": ((np.abs(x - 31.5) < 4) | (np.abs(y - 31.5) < 4)) * 255,
        "diagonal": (x == y) * 255,
        "single dot": dot,
        "dot in a corner": np.where((x == 0) & (y == 0), 255, 0),
        "nearly flat": 128 + (x == 10) * (y == 50),
    }
    pictures = {name: Image.fromarray(grid.astype(np.uint8)).convert("RGB") for name, grid in grids.items()}
    pictures["one pixel"] = Image.new("RGB", (1, 1), "olive")
    pictures["a row"] = pictures["gradient right"].crop((0, 0, 64, 1))
    pictures["a column"] = pictures["gradient down"].crop((0, 0, 1, 64))
    return pictures
