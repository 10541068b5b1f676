"""The formats: which files each consists of, how they are written and read, and what
goes in and out.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from sevenfold.export.arrays import write_npz, write_safetensors
from sevenfold.export.onnx_graph import INPUT, OPSET, OUTPUT, write_onnx
from sevenfold.export.portable import Portable
from sevenfold.runtimes import RuntimeProcess, installed

Format = Literal["keras", "onnx", "litert", "saved-model", "safetensors", "npz"]

__all__ = ["FORMATS", "Form", "Format", "Kind", "Portable"]


@dataclass(frozen=True)
class Form:
    """One file, or one folder. kind: how it is read. write: puts it at a path. about:
    says what goes in and out. framework: what Keras runs on where Keras reads it.
    exact: whether its probabilities are held to the network's.
    """

    name: str
    file: str
    kind: str
    write: Callable[[Portable, Path], None]
    about: Callable[[Portable], str]
    framework: Literal["tensorflow", "jax"] | None = None
    exact: bool = True


@dataclass(frozen=True)
class Kind:
    """A format: its files, and the modules that write and read them."""

    forms: tuple[Form, ...]
    needs: tuple[str, ...] = ()


def _copy_keras(network: Portable, path: Path) -> None:
    shutil.copyfile(network.keras_file, path)


def _by_keras(kind: str) -> Callable[[Portable, Path], None]:
    """Keras on TensorFlow writes it, in a process of its own."""

    def write(network: Portable, path: Path) -> None:
        with RuntimeProcess("writer", "tensorflow") as process:
            process.ask(
                kind=kind,
                model=str(network.keras_file),
                images=str(network.sample),
                path=str(path),
            )

    return write


def _flat(endpoint: str, given: str = "") -> Callable[[Portable], str]:
    def about(network: Portable) -> str:
        inputs = f"{endpoint}pixels float32 [N, {network.spec.inputs}] in [0, 1]"
        return f"{inputs} -> {given}float32 [N, {network.spec.classes}]"

    return about


def _of_onnx(network: Portable) -> str:
    shape = ", ".join(map(str, network.image_shape))
    return (
        f"opset {OPSET}, {INPUT} uint8 [N, {shape}] -> {OUTPUT} float32 [N, {network.spec.classes}]"
    )


def _of_int8(network: Portable) -> str:
    return (
        f"serving_default: pixels int8 [N, {network.spec.inputs}], a pixel less 128 -> output_0"
        f" int8 [N, {network.spec.classes}],"
        " scale and zero in the file"
    )


def _of_arrays(network: Portable) -> str:
    n = len(network.weights) // 2
    return f"kernel_0, bias_0 to kernel_{n - 1}, bias_{n - 1} float32, network as JSON"


FORMATS: Mapping[Format, Kind] = MappingProxyType(
    {
        "keras": Kind(
            (
                Form(
                    name="keras",
                    file="network.keras",
                    kind="keras",
                    write=_copy_keras,
                    about=_flat(""),
                    framework="tensorflow" if installed("tensorflow") else "jax",
                ),
            )
        ),
        "onnx": Kind(
            (Form("onnx", "network.onnx", "onnx", write_onnx, _of_onnx),), ("onnx", "onnxruntime")
        ),
        "litert": Kind(
            (
                Form(
                    "litert",
                    "network.tflite",
                    "litert",
                    _by_keras("litert"),
                    _flat("serving_default: ", given="output_0 "),
                ),
                Form(
                    name="litert int8",
                    file="network-int8.tflite",
                    kind="litert",
                    write=_by_keras("litert-int8"),
                    about=_of_int8,
                    exact=False,
                ),
            ),
            ("tensorflow", "ai_edge_litert"),
        ),
        "saved-model": Kind(
            (
                Form(
                    name="saved-model",
                    file="saved_model",
                    kind="saved-model",
                    write=_by_keras("saved-model"),
                    about=_flat("serve: "),
                ),
            ),
            ("tensorflow",),
        ),
        "safetensors": Kind(
            (
                Form(
                    "safetensors",
                    "network.safetensors",
                    "safetensors",
                    write_safetensors,
                    _of_arrays,
                ),
            ),
            ("safetensors",),
        ),
        "npz": Kind((Form("npz", "network.npz", "npz", write_npz, _of_arrays),)),
    }
)
"""Every format by the name that `--to` takes."""
