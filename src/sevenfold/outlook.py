"""How far a run is, and about how long it will go on: seconds that were expected of
each step, corrected by those that the finished ones took.
"""

import time
from collections.abc import Callable, Mapping, Sequence

TRUST = 0.1
"""A correction counts as if this share of the run had gone as expected, so that short
first steps do not decide alone.
"""


class Outlook:
    """The steps of a run in their order, and where it is among them.

    expect: gives the seconds that each step should take here; asked once, when the
    first step begins that was not kept. Nothing where nobody can tell.
    """

    def __init__(
        self,
        steps: Sequence[str],
        expect: Callable[[], Mapping[str, float]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.steps, self._expect, self._clock = tuple(steps), expect, clock
        self._expected: Mapping[str, float] | None = None
        self._took: dict[str, float] = {}
        self._now, self._began = "", 0.0

    def begin(self, step: str) -> None:
        """A step is at work from now on."""
        if self._expected is None:
            self._expected = self._expect()
        self._now, self._began = step, self._clock()

    def end(self, step: str, seconds: float) -> None:
        """A step took so long: just now, or when its result was stored."""
        self._took[step], self._now = seconds, ""

    @property
    def seconds_left(self) -> float | None:
        """Until the last step ends; None where nothing is expected.

        Each step to come takes as much longer, or less long, than expected as those
        before it did together.
        """
        if not self._expected:
            return None
        trusted = TRUST * sum(self._expected.values())
        ended = [step for step in self._took if step in self._expected]
        took = trusted + sum(self._took[step] for step in ended)
        factor = took / (trusted + sum(self._expected[step] for step in ended))
        left = {s: factor * t for s, t in self._expected.items() if s not in self._took}
        if self._now in left:
            left[self._now] = max(0.0, left[self._now] - (self._clock() - self._began))
        return sum(left.values())

    def __str__(self) -> str:
        """`step 6 of 10, about 9 min left in all`; empty between steps."""
        if self._now not in self.steps:
            return ""
        place = f"step {self.steps.index(self._now) + 1} of {len(self.steps)}"
        left = self.seconds_left
        return place if left is None else f"{place}, about {duration(left)} left in all"


def duration(seconds: float) -> str:
    """A stretch of time, as exactly as an estimate deserves.

    >>> [duration(seconds) for seconds in (0.4, 47, 700, 9000)]
    ['1 s', '47 s', '12 min', '2.5 h']
    """
    if seconds < 90:
        return f"{max(1.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
