"""Networks of the run as Keras, folded below the words about them."""

import math

from markupsafe import Markup

from sevenfold.notebook.keras_code import left_out, network_code, training_code
from sevenfold.runs.layout import MODEL
from sevenfold.steps.problem import Problem
from sevenfold.validation import Configuration

_FOLDED = (
    '<details class="code"><summary>{}</summary><pre tabindex="0"><code>{}</code></pre></details>'
)
_MODES = {3: "RGB", 4: "RGBA"}


def in_keras(variable: str, configuration: Configuration) -> Markup:
    """A network, how it is compiled and how it is fitted, as code that runs: on `x` of
    shape (n, n_inputs) from 0 to 1 and `y` of n labels.
    """
    network, training = configuration.network, configuration.training
    lacking = left_out(training)
    lines = [
        "import keras\n",
        network_code(network, variable),
        training_code(training, network.classes, variable, ("x", "y")),
        *([f"# The run had besides: {', '.join(lacking)}."] if lacking else []),
    ]
    return Markup(_FOLDED).format("This network in Keras", "\n".join(lines))


def in_use(problem: Problem) -> Markup:
    """How the file of the final network is used, in six lines."""
    height, width, *channels = problem.image_shape
    mode = _MODES.get(math.prod(channels), "L")
    names = [row.name for row in problem.class_counts]
    lines = [
        "import keras, numpy as np",
        "from PIL import Image",
        f'network = keras.models.load_model("{MODEL}")',
        f'image = Image.open("image.png").convert("{mode}").resize(({width}, {height}))',
        'x = np.asarray(image, "float32").reshape(1, -1) / 255',
        f"print({names}[network.predict(x).argmax()])",
    ]
    return Markup(_FOLDED).format("Use this network in six lines", "\n".join(lines))
