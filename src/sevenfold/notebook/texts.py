"""The words and lines of code that are the same for every run."""

from sevenfold.notebook.data_code import VARIABLE
from sevenfold.notebook.expected import N_SD

HOW_TO = (
    "This notebook is the report of a run with cells of plain Keras between its sections. They"
    " build and train the baseline, the overfitting model and the final network anew, on"
    " TensorFlow, and set each figure beside the run's own. Another seed gives other figures:"
    f" beside each stands what the run's seeds lead to expect, {N_SD:.0f} standard deviations"
    " on either side of their mean. Needed: `keras`, `tensorflow`, `scipy`, `matplotlib`."
    f" Without the internet, set `DATA` below, or the variable `{VARIABLE}`, to a folder"
    " of IDX files or an `.npz` file with `x_train`, `y_train`, `x_test` and `y_test`.\n\n"
    "Each time it is executed the test images are looked at again. Change nothing on account of"
    " what they say."
)
DIVISION = (
    "The division of the development images, as the run drew it: one bit for each image says"
    " whether it is for validation."
)
START = '''\
import base64
import os
import zlib
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy.stats import binomtest

# Where the data lie on this machine; empty: they are fetched.
DATA = os.environ.get("NOTEBOOK_DATA", {place})

keras.utils.set_random_seed({seed})
print("Keras", keras.__version__, "on", keras.backend.backend())


def compare(what, found, run, low, high):
    """Prints an accuracy beside the run's own, and whether seeds explain the difference."""
    verdict = "as expected" if low <= found <= high else "NOT as expected"
    print(
        f"{{what}}: {{100 * found:.{places}f}} % (the run: {{100 * run:.{places}f}} %,"
        f" seeds within {{100 * low:.{places}f}} to {{100 * high:.{places}f}} %): {{verdict}}"
    )'''
BATCHES = "batches"
PREPARATION = '''\
def prepare(images):
    """A row of numbers from 0 to 1 for each image."""
    return images.reshape(len(images), -1).astype("float32") / 255


def batches(x, y, size):
    """Batches in another order in each epoch. Given arrays and a seed, `fit` visits them
    in one and the same order in all epochs (Keras 3 on TensorFlow), and learns less."""
    return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(size)


x, y = prepare(images), labels
x_test, y_test = prepare(test_images), test_labels
x_train, y_train = x[~is_validation], y[~is_validation]
x_validation, y_validation = x[is_validation], y[is_validation]
print(x.shape, x.dtype, x.min(), x.max())'''
CURVES = """
losses = curves["val_loss"]
plt.plot(range(1, len(losses) + 1), curves["loss"], label="training")
plt.plot(range(1, len(losses) + 1), losses, label="validation")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()
print(f"Validation loss is least after epoch {{1 + int(np.argmin(losses))}} (the run: {epoch})",
      f"and {{losses[-1] - min(losses):.4f}} higher at the end (the run: {rise:.4f}).")"""
RIGHT = "{name}_right = {name}.predict(x_test, verbose=0).argmax(axis=1) == y_test"
PAIRED = '''\
def paired_test(what, other_right, run):
    """The exact McNemar test: of the images that only one reads correctly, is it half?"""
    only_final = int((final_right & ~other_right).sum())
    only_other = int((other_right & ~final_right).sum())
    n = only_final + only_other
    p = binomtest(only_final, n).pvalue if n else 1.0
    print(f"Final network against {{what}}: only final right {{only_final}},",
          f"only other right {{only_other}}, p = {{p:.2g}} (the run: {{run}})")


{calls}'''
SAVED = """\
path = Path("{model}")
if path.is_file():
    saved = keras.models.load_model(path)
    saved_right = saved.predict(x_test, verbose=0).argmax(axis=1) == y_test
    print((~saved_right).sum(), "errors of", len(y_test), "(the run: {n_errors})")
    {comparison}
else:
    print(f"{{path}} does not lie beside this notebook: copy it from the run's folder.")"""
