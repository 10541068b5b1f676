"""How often the report's intervals hold the truth and its tests raise a false alarm: in
simulated test sets with the writers of MNIST's test part.

    scripts/bench coverage [--simulations N] [--seed S] [--only NAME]

Prints the tables of docs/statistics.md. The truth is an error of 1.5 %. The model and
what it was measured on stand in tests/made_up_writers.py, the methods that are compared
in tests/simulations.py. 10,000 simulations take some 25 minutes on a busy core.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import simulations as simulate
from made_up_writers import Writers, writer_sizes

EFFECTS = (1.0, 1.7, 1.85, 2.0, 3.1)
"""Design effects: strangers' digits; what `book` networks show; a weaker network's."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage of intervals, false alarms of tests.")
    parser.add_argument("--simulations", type=int, default=10_000, help="per row (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the simulations (0)")
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    asked = parser.parse_args()
    n, seed = asked.simulations, asked.seed
    sizes = writer_sizes()
    print(
        f"{len(sizes)} writers, {sizes.sum():,} digits, error 1.5 %, design effect 1.85 unless"
        f" said; {n:,} simulations a row, seed {seed}; one share is known to within"
        f" ±{100 * 1.96 * math.sqrt(0.05 * 0.95 / n):.1f} points\n"
    )
    print("| simulated | method | asked | measured |\n|---|---|---|---|")
    started = time.monotonic()
    for name, wanted, measure in rows(n, seed):
        if asked.only in name:
            for method, share in measure().items():
                print(f"| {name} | {method} | {wanted} | {100 * share:.2f} % |", flush=True)
    print(f"\n{(time.monotonic() - started) / 60:.1f} minutes")


def rows(n: int, seed: int) -> list[tuple[str, str, Callable[[], dict[str, float]]]]:
    """What is simulated, what is asked of the chosen method, and the simulation."""
    sizes = writer_sizes()
    usual = Writers(sizes)
    found: list[tuple[str, str, Callable[[], dict[str, float]]]] = []
    for effect in EFFECTS:
        for shape in ("normal", "beta") if effect > 1 else ("normal",):
            own = Writers(sizes, design_effect=effect)
            found.append(
                (
                    f"one network, design effect {effect}, {shape} writers",
                    "holds 94 to 96 %",
                    lambda own=own, shape=shape: simulate.intervals(own, n, seed, shape),  # type: ignore[misc]
                )
            )
    for n_seeds in (2, 3, 5, 10):
        found.append(
            (
                f"a recipe, {n_seeds} seeds",
                "holds 94 to 96 %",
                lambda n_seeds=n_seeds: simulate.recipes(usual, n, seed, n_seeds),  # type: ignore[misc]
            )
        )
    few = "at most 5.5 %"
    return [
        *found,
        ("two equal networks", few, lambda: simulate.two_networks(usual, n, seed)),
        ("two equal recipes, 3 seeds", few, lambda: simulate.two_recipes(usual, n, seed, (3, 3))),
        ("two equal recipes, 5 and 3", few, lambda: simulate.two_recipes(usual, n, seed, (5, 3))),
        ("validation and test, 5 and 3 seeds", few, lambda: simulate.two_parts(usual, n, seed)),
        ("any of six equal rows", few, lambda: simulate.tables(usual, n, seed)),
        ("two halves of the writers", few, lambda: simulate.two_sets(usual, n, seed)),
        ("unsure, error at most 0.5 %", "at most 5 %", lambda: simulate.promises(usual, n, seed)),
        ("sets, level 0.97", "holds 97 %", lambda: simulate.sets(usual, n, seed)),
        ("spread of 3 seeds", "holds 95 %", lambda: simulate.spreads(n, seed, 3)),
        ("slope, 3 sizes, 2 seeds", "holds 95 %", lambda: simulate.slopes(n, seed)),
        ("power of six rows", "finds 80 %", lambda: simulate.found_differences(n, seed)),
    ]


if __name__ == "__main__":
    main()
