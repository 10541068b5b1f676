"""How like the development images the test images are, as far as an opening shows."""

from typing import Literal

import numpy as np

from sevenfold.data import Images
from sevenfold.records import Record
from sevenfold.statistics import RecipeGap

Unlike = Literal["polarity", "range", "brightness"]

REVERSED = -0.5
"""A correlation of the two mean images below this is of images turned round."""
HALF = 0.5
"""Of the brighter part's brightest pixel: less in the other part is another range. And
of the chosen network's fall: a baseline that falls less has not fallen with it.
"""
APART = 1.0
"""Standard deviations of an image's mean pixel between the two parts."""


class Likeness(Record):
    """Measured on the pixels of the development and of the test images, in this order.

    brightness: the mean pixel as a share of 255. brightest: the largest pixel.
    correlation: of the mean images, pixel by pixel; 1 where one of them is even. apart:
    between the two brightnesses, in standard deviations of an image's mean pixel.
    """

    brightness: tuple[float, float]
    brightest: tuple[int, int]
    correlation: float
    apart: float

    @property
    def unlike(self) -> tuple[Unlike, ...]:
        """In what the two parts differ by far more than two draws from one source."""
        differs: dict[Unlike, bool] = {
            "polarity": self.correlation < REVERSED,
            "range": min(self.brightest) < HALF * max(self.brightest),
            "brightness": self.apart > APART,
        }
        return tuple(name for name, is_so in differs.items() if is_so)


def likeness(development: Images, test: Images) -> Likeness:
    """Compare the pixels of two parts whose images have one shape."""
    means = [images.pixels.mean(axis=0, dtype=np.float64).ravel() for images in (development, test)]
    by_image = [
        images.pixels.reshape(len(images), -1).mean(axis=1, dtype=np.float64)
        for images in (development, test)
    ]
    deviation = float(np.sqrt(np.mean([values.var() for values in by_image])))
    difference = abs(float(by_image[0].mean() - by_image[1].mean()))
    is_even = min(float(mean.std()) for mean in means) < 1e-9
    return Likeness(
        brightness=(float(means[0].mean() / 255.0), float(means[1].mean() / 255.0)),
        brightest=(int(development.pixels.max()), int(test.pixels.max())),
        correlation=1.0 if is_even else float(np.corrcoef(means[0], means[1])[0, 1]),
        apart=difference / max(deviation, 1.0),
    )


def falls_alike(gap: float, of_baseline: RecipeGap) -> bool:
    """Whether an untuned baseline falls from validation to test as the chosen network
    does, which tuning cannot explain: beyond chance, and by half as much at least.
    """
    return gap < 0.0 and of_baseline.ci_high < 0.0 and of_baseline.value <= HALF * gap
