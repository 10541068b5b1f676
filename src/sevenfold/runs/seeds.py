"""Which seeds a run trains with: streams that never meet, all from the run's seed."""

from typing import Literal, get_args

Stream = Literal["comparison", "search", "finalists", "final"]
SEEDS_PER_ROUND, MAX_ROUNDS = 50, 20


def seeds(run_seed: int, stream: Stream, n: int) -> tuple[int, ...]:
    """`n` training seeds (at most 50), fixed by the run's seed; streams never share
    one.

    What is compared with one another (baseline, overfitting model, ablation) shares the
    stream `comparison`, so that the same seed means the same initial weights and the
    same batches. A protocol of several rounds takes further seeds of the same stream,
    `SEEDS_PER_ROUND` on for each round (see `validation.cross_validate`).
    """
    streams = get_args(Stream)
    first = SEEDS_PER_ROUND * MAX_ROUNDS * (len(streams) * run_seed + streams.index(stream))
    return tuple(range(first, first + n))
