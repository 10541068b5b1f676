"""The network as an ONNX graph that takes images as they are, bytes."""

from pathlib import Path

from sevenfold.export.arrays import arrays_of, description_of
from sevenfold.export.portable import Portable

OPSET, IR_VERSION = 17, 8
"""Of May 2022: every operator has its final form, and old runtimes read it."""
INPUT, OUTPUT = "images", "probabilities"


def write_onnx(network: Portable, path: Path) -> None:
    """Write the graph: `images`, uint8, [N, h, w] or [N, h, w, c], to `probabilities`,
    float32, [N, n_classes], for any N; equal networks give equal bytes.

    Cast, Div by 255 and Flatten prepare the images; each layer is a Gemm (input @
    kernel + bias), Relu after the hidden ones and Softmax at the end.
    """
    import numpy as np
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes = [
        helper.make_node("Cast", [INPUT], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["numbers", "white"], ["shares"]),
        helper.make_node("Flatten", ["shares"], ["layer_0"], axis=1),
    ]
    n_layers = len(network.weights) // 2
    for n in range(n_layers):
        taken, weighed = [f"layer_{n}", f"kernel_{n}", f"bias_{n}"], f"weighed_{n}"
        nodes.append(helper.make_node("Gemm", taken, [weighed]))
        if n < n_layers - 1:
            nodes.append(helper.make_node("Relu", [weighed], [f"layer_{n + 1}"]))
        else:
            nodes.append(helper.make_node("Softmax", [weighed], [OUTPUT], axis=1))
    arrays = {"white": np.float32(255.0) * np.ones((), np.float32), **arrays_of(network)}
    graph = helper.make_graph(
        nodes,
        "sevenfold",
        [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", *network.image_shape])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["N", network.spec.classes])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )
    model = helper.make_model(
        graph,
        producer_name="sevenfold",
        producer_version=network.version,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(model, description_of(network))
    checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
