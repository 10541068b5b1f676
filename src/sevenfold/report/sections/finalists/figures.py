"""Training images as distortions draw them."""

import numpy as np

from sevenfold.report.drawing import Figure
from sevenfold.report.pictures import SHOWN_SIDE, on_paper, png
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import DISTORTED
from sevenfold.runs.reading import FinishedRun

MARGIN, LINE, LINE_GREY = 2, 2, 95


def draw_distortions(run: FinishedRun, terms: Terms) -> Figure | None:
    """A picture of each class and distorted versions of it; nothing where the winner
    was trained on images as they are.
    """
    if run.finalists is None or run.finalists.undistorted is None:
        return None
    arrays = run.arrays(DISTORTED)
    rows = np.concatenate([arrays["originals"][None], arrays["distorted"]])
    drawn = on_paper(rows, terms.image_shape, is_ink=terms.is_ink)
    return Figure("distortions", png=distortion_sheet(drawn))


def distortion_sheet(rows: np.ndarray) -> bytes:
    """Originals in the first row and their distorted versions below, in one PNG; rows:
    shades (n_rows, n, h, w) or colours (n_rows, n, h, w, c), uint8.
    """
    margins = ((0, 0), (0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))
    colours = ((0, 0),) * (rows.ndim - 4)
    rows = np.pad(rows, margins + colours, constant_values=255)
    height = rows.shape[2]
    sheet = rows.swapaxes(1, 2)
    sheet = sheet.reshape(len(rows) * height, -1, *rows.shape[4:])
    sheet = np.insert(sheet, height, np.full((LINE, *sheet.shape[1:]), LINE_GREY, np.uint8), axis=0)
    zoom = max(1, SHOWN_SIDE // (height - 2 * MARGIN))
    return png(sheet.repeat(zoom, axis=0).repeat(zoom, axis=1))


FIGURES = {"distortions": draw_distortions}
