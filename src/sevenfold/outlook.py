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
        self._left_now: float | None = None

    def begin(self, step: str) -> None:
        """A step is at work from now on."""
        if self._expected is None:
            self._expected = self._expect()
        self._now, self._began, self._left_now = step, self._clock(), None

    def correct(self, seconds: float | None) -> None:
        """The step that is at work knows by now how long it will go on."""
        self._left_now = seconds

    def end(self, step: str, seconds: float) -> None:
        """A step took so long: just now, or when its result was stored."""
        self._took[step], self._now = seconds, ""

    @property
    def seconds_left(self) -> float | None:
        """Until the last step ends; None where nothing is expected.

        Each step to come takes as much longer, or less long, than expected as those
        before it did together, and the one at work where it knows.
        """
        if not self._expected:
            return None
        trusted, passed = TRUST * sum(self._expected.values()), self._clock() - self._began
        took = {step: s for step, s in self._took.items() if step in self._expected}
        if self._now in self._expected and self._left_now is not None:
            took[self._now] = passed + self._left_now
        known = trusted + sum(self._expected[step] for step in took)
        factor = (trusted + sum(took.values())) / known
        left = sum(factor * t for s, t in self._expected.items() if s not in {*took, self._now})
        if self._now in took:
            return left + took[self._now] - passed
        return left + max(0.0, factor * self._expected.get(self._now, 0.0) - passed)

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
