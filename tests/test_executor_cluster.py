"""Tuning on a real Ray cluster of two nodes on this machine: the local answer, also
when a node dies at work.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import made_up_digits

from sevenfold.errors import SettingsError
from sevenfold.executor.choosing import open_executor
from sevenfold.executor.cluster import open_to_others
from sevenfold.executor.tasks import Task
from sevenfold.protocol import ProtocolSettings, divide

PROGRAM = """
import os, sys
# 127.0.0.1 stays what it is, and only then Ray listens nowhere else.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
from contextlib import nullcontext
from pathlib import Path
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
from conftest import made_up_digits
from listening import addresses_listened_on
from ray.cluster_utils import Cluster
from sevenfold.protocol import ProtocolSettings, divide
from sevenfold.tuning.halving import SearchSettings
from sevenfold.executor.choosing import open_executor
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import search

folder = Path(sys.argv[1])
development = divide(made_up_digits(600, seed=1), ProtocolSettings(method="kfold", n_folds=2), 0)
space = SearchSpace(
    width=(32,), depth=(1, 1), optimizer=("adam",), batch_size=(64,), l2=(2e-6, 1e-4),
    max_norm=(0.0,), schedule=("constant",),
)
settings = SearchSettings(n_trials=8, batch=4, rungs=(1, 3), reduction=2)
node_options = {
    "num_cpus": 1, "object_store_memory": 200_000_000, "node_ip_address": "127.0.0.1"
}
head = {**node_options, "include_dashboard": False}
cluster = Cluster(initialize_head=True, head_node_args=head)
doomed = cluster.add_node(**node_options)
cluster.wait_for_nodes()
warnings = []


def searched(name, show=lambda _: None, **where):
    epochs = []
    progress = lambda _: nullcontext((lambda: epochs.append(1), show))
    with open_executor(development, folder / name, warn=warnings.append, **where) as executor:
        found = search(
            folder / f"{name}.db", development, space, settings, 5,
            engine="jax", executor=executor, progress=progress,
        )
    assert len(epochs) == settings.n_epochs(n_folds=2)
    return found.to_json()


def kill_a_node(trials):
    global doomed
    assert addresses_listened_on() == {"127.0.0.1"}, addresses_listened_on()
    if len(trials) == 3 and doomed is not None:
        node, doomed = doomed, None
        cluster.remove_node(node, allow_graceful=False)
        print("killed")


local = searched("local", workers=2)
assert searched("cluster", cluster=cluster.address) == local
print("same")
assert searched("dying", kill_a_node, cluster=cluster.address) == local
print("same")
assert warnings == [], warnings
cluster.shutdown()
"""


@pytest.mark.slow
def test_a_cluster_gives_the_local_answer_also_when_a_node_dies(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=Path(__file__).parent,
    )
    said = [
        line for line in run.stdout.splitlines() if line in ("same", "killed")
    ]  # Ray talks in between
    assert said == ["same", "killed", "same"], run.stdout + run.stderr[-3000:]


def test_a_cluster_that_others_reach_is_named() -> None:
    assert open_to_others(["127.0.0.1", "127.0.0.1"]) is None
    said = open_to_others(["127.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.2"])
    assert said is not None
    assert "every network of 10.0.0.1, 10.0.0.2." in said
    # Ray listens everywhere for every other address of the loopback net.
    assert "127.0.0.2" in (open_to_others(["127.0.0.2"]) or "")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "No Ray cluster answers at '127.0.0.1:1'.*ray start --head"),
        ("somewhere", "--cluster wants.*'somewhere'"),
    ],
)
def test_no_cluster_is_one_clear_line(tmp_path: Path, address: str, said: str) -> None:
    pytest.importorskip("ray")
    development = divide(made_up_digits(200, seed=1), ProtocolSettings(method="holdout"), 0)
    with (
        open_executor(development, tmp_path, cluster=address) as executor,
        pytest.raises(SettingsError, match=said),
    ):
        list(executor.run([Task(len, tuple, 1)], lambda: None))
