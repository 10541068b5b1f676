"""One product for requests that arrive together, behind a bounded queue."""

import asyncio
from typing import NamedTuple

import numpy as np

from sevenfold.app.refusals import MAX_WAITING, MAX_WAITING_IMAGES, too_busy
from sevenfold.predictor import Network


class _Waiting(NamedTuple):
    network: Network
    pixels: np.ndarray
    answer: "asyncio.Future[np.ndarray]"


class Batches:
    """Images that wait for their network.

    Whatever the event loop hears in one round becomes one product for each network at
    the round's end: nobody waits for company, and the more arrive the more share one.
    The product runs in the loop itself. With the weights of `book` it takes 0.1 ms for
    one image and 5 ms for `MAX_IMAGES`; on one core a thread beside the loop only adds
    its switches (docs/performance.md).
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._n_images = 0

    def has_room(self, n_images: int = 1) -> bool:
        """Whether a request with so many images may wait."""
        return len(self._waiting) < MAX_WAITING and self._n_images + n_images <= MAX_WAITING_IMAGES

    async def predict_proba(self, network: Network, pixels: np.ndarray) -> np.ndarray:
        """`network.predict_proba(pixels)`, together with what others ask.

        Raises:
            Refusal: the queue is full.
        """
        if not self.has_room(len(pixels)):
            raise too_busy()
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer)
        answer: asyncio.Future[np.ndarray] = loop.create_future()
        self._waiting.append(_Waiting(network, pixels, answer))
        self._n_images += len(pixels)
        return await answer

    def _answer(self) -> None:
        waiting, self._waiting, self._n_images = self._waiting, [], 0
        by_network: dict[int, list[_Waiting]] = {}
        for each in waiting:
            if each.answer.done():  # its client has gone
                continue
            by_network.setdefault(id(each.network), []).append(each)
        for alike in by_network.values():
            network, pixels = alike[0].network, np.concatenate([each.pixels for each in alike])
            try:
                answers = network.predict_proba(pixels)
            except Exception as error:  # nobody may wait for ever
                for each in alike:
                    each.answer.set_exception(error)
                continue
            start = 0
            for each in alike:
                each.answer.set_result(answers[start : start + len(each.pixels)])
                start += len(each.pixels)
