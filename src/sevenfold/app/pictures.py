"""An uploaded picture, answered as `sevenfold predict` would."""

import base64
from typing import Any

from sevenfold.app.refusals import Refusal
from sevenfold.errors import DataError
from sevenfold.predictor import Network
from sevenfold.predictor.answers import answers
from sevenfold.predictor.inputs import as_input
from sevenfold.predictor.showing import png

NAME = "the picture"


def answered(network: Network, picture: bytes) -> dict[str, Any]:
    """The answer to a picture's bytes: a row of `answers`, and in `saw` what the
    network saw, as the address of a PNG in itself.

    Raises:
        Refusal: it is no picture, or nothing is written on it (400).
    """
    try:
        seen = as_input(
            picture, network.image_shape, prepares=network.prepares, inverted=network.inverted
        )
    except DataError as error:
        raise Refusal(400, str(error)) from None
    (row,) = answers(network, [NAME], network.predict_proba(seen[None]))
    return {**row, "saw": f"data:image/png;base64,{base64.b64encode(png(seen)).decode()}"}
