"""Tasks on a Ray cluster: the images go into its object store once, and lost
tasks are done again.
"""

import importlib.util
import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sevenfold.errors import SettingsError, SevenfoldError, some_of
from sevenfold.executor.memory import release_memory
from sevenfold.executor.tasks import MAX_DEATHS, Result, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.surroundings import WORKER_ENVIRONMENT, settle
from sevenfold.terminal import Advance

if TYPE_CHECKING:
    import ray


class RayCluster:
    """The cluster that this process is connected to; a task takes one processor. Create
    it with `RayCluster.open`.
    """

    def __init__(self, development: "ray.ObjectRef[DevelopmentSet]") -> None:
        import ray

        self.ray, self.development = ray, development
        # A task whose node or process died is handed out again by `run`, which counts
        # how often.
        self.work = ray.remote(num_cpus=1, max_retries=0)(_work)

    @classmethod
    @contextmanager
    def open(
        cls, development: DevelopmentSet, address: str, warn: Callable[[str], None]
    ) -> Iterator["RayCluster"]:
        """Connect to `address` (`host:6379` or `auto`) and share the development images
        there; `warn` is told if others reach the cluster.

        Raises:
            SettingsError: Ray is not installed, or no cluster answers.
        """
        require_cluster(address)
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray

        environment = {"env_vars": {**WORKER_ENVIRONMENT, "RAY_USAGE_STATS_ENABLED": "0"}}
        try:
            ray.init(
                address=address,
                runtime_env=environment,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise SettingsError(_no_cluster(address, str(error).splitlines()[0])) from None
        try:
            nodes = ray.nodes()  # type: ignore[no-untyped-call]
            if warning := open_to_others([node["NodeManagerAddress"] for node in nodes]):
                warn(warning)
            yield cls(ray.put(development))
        finally:
            ray.shutdown()

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """See `Executor.run`; progress is told task by task."""
        waiting = sorted(range(len(tasks)), key=lambda i: tasks[i].cost)
        n_deaths = [0] * len(tasks)
        at_work: dict[Any, int] = {}
        while waiting or at_work:
            while waiting and len(at_work) < self._n_at_once():
                index = waiting.pop()
                at_work[
                    self.work.remote(
                        self.development, tasks[index].function, *tasks[index].arguments()
                    )
                ] = index
            (reference,), _ = self.ray.wait(list(at_work), num_returns=1)
            index = at_work.pop(reference)
            try:
                result: Result = self.ray.get(reference)
            except self.ray.exceptions.RayTaskError as error:
                raise SevenfoldError(
                    f"A task on the cluster stopped with {error.cause!r}"
                ) from None
            except self.ray.exceptions.RayError as error:
                n_deaths[index] += 1
                if n_deaths[index] == MAX_DEATHS:
                    raise SevenfoldError(
                        f"The cluster lost the same task again and again: {error}"
                    ) from None
                waiting.append(index)
                continue
            for _ in range(tasks[index].n_epochs):
                advance()
            yield index, result

    def _n_at_once(self) -> int:
        """Enough tasks to keep every processor busy, few enough that their states fit
        into memory.
        """
        return max(2, 2 * int(self.ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]


def require_cluster(address: str) -> None:
    """Knock at `host:port`, since Ray tries for minutes.

    Raises:
        SettingsError: Ray is not installed, or no cluster answers.
    """
    if importlib.util.find_spec("ray") is None:
        raise SettingsError("--cluster needs Ray, which `scripts/setup dev` installs.")
    if address == "auto":
        return
    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isdigit() and int(port) < 65_536):
        raise SettingsError(
            f"--cluster wants auto or host:port (6379 is Ray's usual one). Got {address!r}."
        )
    try:
        socket.create_connection((host, int(port)), timeout=10.0).close()
    except OSError as error:
        raise SettingsError(_no_cluster(address, error.strerror or str(error))) from None


def open_to_others(addresses: Sequence[str]) -> str | None:
    """What to say of a cluster whose nodes have these addresses, if others reach it.

    Ray 2.60 listens on every interface of a node, `--node-ip-address` or not, unless
    that is 127.0.0.1 itself (seen with `ss`; 127.0.0.2 is open too).
    """
    others = sorted({address for address in addresses if address not in ("127.0.0.1", "::1")})
    if not others:
        return None
    return (
        f"This Ray cluster is open to others: Ray has no passwords and listens on every network of"
        f" {some_of(others, 3)}. Keep its ports behind a firewall (docs/cluster.md)."
    )


def _no_cluster(address: str, reason: str) -> str:
    return (
        f"No Ray cluster answers at {address!r}: {reason}. `ray start --head --node-ip-address=...`"
        " starts one (docs/cluster.md)."
    )


def _work(
    development: DevelopmentSet, function: Callable[..., Result], *arguments: object
) -> Result:
    """What a process of the cluster does."""
    settle(WORKER_ENVIRONMENT)
    try:
        return function(development, *arguments, advance=_no_progress)
    finally:
        release_memory()


def _no_progress() -> None:
    pass
