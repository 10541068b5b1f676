"""`sevenfold app`: the Open Inference Protocol v2, also as its own client speaks it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from app_server import App, app_at_work
from made_up_run import MadeUp

import sevenfold
from sevenfold.app.batches import Batches
from sevenfold.app.refusals import MAX_IMAGES, MAX_WAITING, MAX_WAITING_IMAGES, Refusal
from sevenfold.app.tensors import parse
from sevenfold.predictor import Network, load_network

NAME = "first run"
IMAGES = np.random.default_rng(1).integers(0, 256, (3, 28, 28), np.uint8)
TENSOR = {"name": "images", "datatype": "UINT8", "shape": [1, 2, 2], "data": [1, 2, 3, 4]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MadeUp().write(tmp_path_factory.mktemp("runs") / NAME)


@pytest.fixture(scope="module")
def app(run: Path) -> Iterator[App]:
    with app_at_work(run) as at_work:
        yield at_work


@pytest.fixture(scope="module")
def network(run: Path) -> Network:
    return load_network(run)


def test_the_server_and_its_model_say_what_they_are(app: App) -> None:
    assert app.get("/v2").json() == {
        "name": "sevenfold",
        "version": sevenfold.__version__,
        "extensions": ["binary_tensor_data"],
    }
    for path in ("health/live", "health/ready"):
        assert app.get(f"/v2/{path}").status == 200
    for model in ("first%20run", "first%20run/versions/1"):
        assert app.get(f"/v2/models/{model}/ready").status == 200
        assert app.get(f"/v2/models/{model}").json() == {
            "name": NAME,
            "versions": ["1"],
            "platform": "sevenfold_numpy",
            "inputs": [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28]}],
            "outputs": [
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]},
                {"name": "label", "datatype": "BYTES", "shape": [-1]},
                {"name": "unsure", "datatype": "BOOL", "shape": [-1]},
            ],
        }


def test_json_in_and_out(app: App, network: Network) -> None:
    said = app.infer("first%20run", IMAGES, id="seven").json()
    assert (said["model_name"], said["model_version"], said["id"]) == (NAME, "1", "seven")
    probabilities, label, unsure = said["outputs"]
    expected = network.predict_proba(IMAGES)
    found = np.array(probabilities["data"]).reshape(probabilities["shape"])
    assert found == pytest.approx(expected, abs=1e-6)
    assert label == {
        "name": "label",
        "datatype": "BYTES",
        "shape": [3],
        "data": network.predict(IMAGES).tolist(),
    }
    assert unsure["data"] == network.is_unsure(expected).tolist()
    only = app.infer("first%20run/versions/1", IMAGES, outputs=[{"name": "label"}]).json()
    assert only == {"model_name": NAME, "model_version": "1", "outputs": [label]}


@pytest.mark.parametrize("binary", [True, False])
def test_tritonclient_infers(app: App, network: Network, binary: bool) -> None:
    triton = pytest.importorskip("tritonclient.http")
    client = triton.InferenceServerClient(f"127.0.0.1:{app.port}")
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(NAME)
    assert client.is_model_ready(NAME, "1")
    assert not client.is_model_ready(NAME, "2")
    assert client.get_server_metadata()["name"] == "sevenfold"
    assert client.get_model_metadata(NAME)["inputs"][0]["shape"] == [-1, 28, 28]
    images = triton.InferInput("images", list(IMAGES.shape), "UINT8")
    images.set_data_from_numpy(IMAGES, binary_data=binary)
    names = ("probabilities", "label", "unsure")
    outputs = [triton.InferRequestedOutput(name, binary_data=binary) for name in names]
    expected = network.predict_proba(IMAGES)
    for result in (
        client.infer(NAME, [images]),
        client.infer(NAME, [images], outputs=outputs, model_version="1", request_id="a"),
    ):
        assert result.as_numpy("probabilities") == pytest.approx(expected, abs=1e-6)
        labels = [
            text if isinstance(text, str) else text.decode() for text in result.as_numpy("label")
        ]
        assert labels == network.predict(IMAGES).tolist()
        assert result.as_numpy("unsure").tolist() == network.is_unsure(expected).tolist()
    assert result.get_response()["id"] == "a"
    with pytest.raises(triton.InferenceServerException, match="no such model or version"):
        client.infer("second run", [images])
    client.close()


def test_clients_that_come_together_share_their_products(app: App, network: Network) -> None:
    triton = pytest.importorskip("tritonclient.http")
    client = triton.InferenceServerClient(f"127.0.0.1:{app.port}", concurrency=16)
    asked = []
    for image in np.tile(IMAGES, (20, 1, 1))[:, None]:
        one = triton.InferInput("images", [1, 28, 28], "UINT8")
        one.set_data_from_numpy(image)
        asked.append(client.async_infer(NAME, [one]))
    found = np.concatenate([each.get_result().as_numpy("probabilities") for each in asked])
    expected = np.tile(network.predict_proba(IMAGES), (20, 1))
    assert found == pytest.approx(expected, abs=1e-6)
    client.close()


class Counted(Network):
    """A network that says how many images each of its products had."""

    sizes: list[int]

    def predict_proba(self, images: object) -> np.ndarray:
        assert isinstance(images, np.ndarray)
        self.sizes.append(len(images))
        return images.reshape(len(images), -1)[:, :2] / 2.0


def counted(**changes: object) -> Counted:
    made = Counted(
        weights=(),
        classes_=np.array(["a", "b"]),
        image_shape=(1, 2),
        temperature=1.0,
        threshold=None,
        max_error=None,
        prepares=False,
        inverted=False,
    )
    object.__setattr__(made, "sizes", [])
    return made


def test_what_arrives_together_is_one_product_for_each_network() -> None:
    one, other = counted(), counted()
    pixels = np.arange(16, dtype=np.uint8).reshape(8, 1, 2)

    async def ask() -> list[np.ndarray]:
        batches = Batches()
        found = await asyncio.gather(
            batches.predict_proba(one, pixels[:1]),
            batches.predict_proba(other, pixels[1:2]),
            batches.predict_proba(one, pixels[2:5]),
        )
        return [*found, await batches.predict_proba(one, pixels[5:])]

    answers = asyncio.run(ask())
    assert (one.sizes, other.sizes) == ([4, 3], [1])
    for answer, (start, end) in zip(answers, [(0, 1), (1, 2), (2, 5), (5, 8)], strict=True):
        assert answer.tolist() == (pixels[start:end].reshape(-1, 2) / 2.0).tolist()


@pytest.mark.parametrize(
    ("n_images", "n_fit"), [(1, MAX_WAITING), (MAX_IMAGES, MAX_WAITING_IMAGES // MAX_IMAGES)]
)
def test_the_queue_is_bounded(n_images: int, n_fit: int) -> None:
    pixels = np.zeros((n_images, 1, 2), np.uint8)

    async def ask() -> list[object]:
        batches = Batches()
        asked = [batches.predict_proba(counted(), pixels) for _ in range(n_fit + 3)]
        return [*await asyncio.gather(*asked, return_exceptions=True), batches.has_room(MAX_IMAGES)]

    *answers, has_room = asyncio.run(ask())
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 3
    assert {refusal.status for refusal in refused} == {503}
    assert {refusal.headers["Retry-After"] for refusal in refused} == {"1"}
    assert has_room


def test_a_fault_of_a_product_reaches_those_who_wait() -> None:
    async def ask() -> list[object]:
        batches = Batches()
        asked = [batches.predict_proba(counted(), np.zeros((1, 1, 1), np.uint8)) for _ in range(2)]
        broken = batches.predict_proba(object(), np.zeros((1, 1, 2), np.uint8))  # type: ignore[arg-type]
        return await asyncio.gather(*asked, broken, return_exceptions=True)

    *answered, fault = asyncio.run(ask())
    assert [type(answer) for answer in answered] == [np.ndarray] * 2
    assert isinstance(fault, AttributeError)


def body(**changes: object) -> bytes:
    return json.dumps({"inputs": [{**TENSOR, **changes}]}).encode()


def test_data_may_be_nested_as_its_shape_is() -> None:
    for data in ([1, 2, 3, 4], [[1, 2], [3, 4]], [[[1, 2], [3, 4]]]):
        asked = parse(body(data=data), None, (2, 2))
        assert asked.pixels.tolist() == [[[1, 2], [3, 4]]]
        assert asked.outputs == {"probabilities": False, "label": False, "unsure": False}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe{}", "expected JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "expected the request as a JSON object"),
        (b'{"inputs": {}}', "expected inputs with one tensor, images"),
        (body(name="pictures"), "expected an input called images"),
        (body(datatype="FP32"), 'expected datatype UINT8, got "FP32"'),
        (body(shape=[1, 2]), "expected shape ['1 to 256', 2, 2], got [1, 2]"),
        (body(shape=[0, 2, 2]), "expected shape"),
        (body(shape=[257, 2, 2]), "expected shape"),
        (body(shape=[10**30, 2, 2]), "expected shape"),
        (body(shape=[True, 2, 2]), "expected shape"),
        (body(shape=[1.0, 2, 2]), "expected shape"),
        (body(data=[1, 2, 3]), "expected data of 4 numbers, got 3"),
        (body(data=[[1, 2], 3, 4]), "expected data of numbers, or of lists of them"),
        (body(data=[1, 2, 3, 256]), "whole numbers from 0 to 255"),
        (body(data=[1, 2, 3, -1]), "whole numbers from 0 to 255"),
        (body(data=[1, 2, 3, 0.5]), "whole numbers from 0 to 255"),
        (body(data=[1, 2, 3, None]), "whole numbers from 0 to 255"),
        (body(data="AQID"), 'expected data of 4 numbers, got "AQID"'),
        (body(parameters={"binary_data_size": 4}), "as many bytes after the JSON and no data"),
        (body(parameters=[]), "expected parameters as a JSON object"),
        (json.dumps({"inputs": [TENSOR], "id": 7}).encode(), "expected an id"),
        (json.dumps({"inputs": [TENSOR], "outputs": [{"name": []}]}).encode(), "expected outputs"),
        (json.dumps({"inputs": [TENSOR], "outputs": [{"name": "x"}]}).encode(), "expected outputs"),
        (json.dumps({"inputs": [TENSOR], "outputs": 4}).encode(), "expected outputs"),
    ],
)
def test_what_is_not_the_protocol_is_refused_in_a_line(content: bytes, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(content, None, (2, 2))
    assert caught.value.status == 400
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("size", "sent", "length", "said"),
    [
        (4, 3, 0, "as many bytes after the JSON and no data, got 4 and 3 bytes"),
        (4, 5, 0, "got 4 and 5 bytes"),
        (3, 3, 0, "expected binary_data_size 4"),
        (4.0, 4, 0, "expected binary_data_size 4"),
        (10**20, 4, 0, "expected binary_data_size 4"),
        (4, 4, 1000, "expected Inference-Header-Content-Length of at most"),
        (4, 4, -1, "expected JSON"),
        (None, 4, 0, "expected nothing after the JSON"),
    ],
)
def test_binary_data_must_have_the_length_that_is_said(
    size: object, sent: int, length: int, said: str
) -> None:
    tensor = {key: value for key, value in TENSOR.items() if key != "data"}
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}).encode()
    with pytest.raises(Refusal, match="expected") as caught:
        parse(head + b"\1" * sent, len(head) + length, (2, 2))
    assert (caught.value.status, said in str(caught.value)) == (400, True)


def test_errors_are_json_with_a_status_that_says_whose_they_are(app: App) -> None:
    model = "/v2/models/first%20run"
    for answer, status in (
        (app.get("/v2/models/none"), 404),
        (app.get("/v2/models/none/ready"), 404),
        (app.get(f"{model}/versions/2"), 404),
        (app.get("/v2/models"), 404),
        (app.get(f"{model}/infer"), 405),
        (app.post("/v2/health/live", {}), 405),
        (app.post(f"{model}/infer", b"{"), 400),
        (app.post(f"{model}/infer", b"{}", Inference_Header_Content_Length="two"), 400),
        (app.post(f"{model}/infer", b"{}", Content_Encoding="gzip"), 415),
        (app.post(f"{model}/infer", b" " * 2_000_000), 413),
        (app.infer("first%20run", np.zeros((MAX_IMAGES + 1, 28, 28), np.uint8)), 400),
        (app.infer("first%20run", IMAGES[:, :27]), 400),
    ):
        assert (answer.status, list(answer.json())) == (status, ["error"])
    assert app.infer("first%20run", np.zeros((MAX_IMAGES, 28, 28), np.uint8)).status == 200
