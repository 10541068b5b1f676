"""The sections of the page: a folder for each part, with its words, its figures and its
template; here their order and headings.
"""

from dataclasses import dataclass

from sevenfold.runs.reading import RESULTS, FinishedRun


@dataclass(frozen=True)
class Section:
    """A heading and the folders below it; a folder that has the name of a step shows
    that step.
    """

    heading: str
    parts: tuple[str, ...]

    @property
    def number(self) -> str:
        """As in the heading; empty where that has none."""
        return self.heading.partition(".")[0] if self.heading[0].isdecimal() else ""

    @property
    def anchor(self) -> str:
        """The id of the section on the page."""
        return f"section-{self.number}" if self.number else self.parts[0]

    def is_finished(self, run: FinishedRun) -> bool:
        """Whether every step that it shows is."""
        return all(part in run.seconds for part in self.parts if part in RESULTS)


INTRODUCTION = Section("Introduction", ("introduction", "decisions"))
WORKFLOW = (
    Section("1. Problem definition and dataset", ("problem",)),
    Section("2. Measure of success", ("success",)),
    Section("3. Evaluation protocol", ("evaluation_protocol",)),
    Section("4. Data preparation", ("preparation",)),
    Section("5. Baseline model: small dense network", ("baseline",)),
    Section("6. Overfitting model: larger dense network", ("overfit",)),
    Section(
        "7. Regularization and hyperparameter tuning",
        ("ablation", "search", "finalists", "leave_one_out", "learning_curve"),
    ),
    Section("8. Final model evaluation on the test set", ("final_test", "self_knowledge")),
    Section("9. Discussion and conclusions", ("discussion", "published", "threats")),
)
FIELD_EXAM = Section("Field exam", ("examination",))
"""After the final test, where there was one."""
CLOSING = (
    Section("10. References and code credits", ("references",)),
    Section("Appendix: How this run was made", ("appendix",)),
)


def stopped_at(run: FinishedRun) -> Section | None:
    """The first section that is not finished."""
    return next((section for section in WORKFLOW if not section.is_finished(run)), None)


def ended_at(run: FinishedRun) -> Section:
    """The last section with something to say: the one that is not finished, or the
    baseline that does not beat common sense, or the last.
    """
    stopped = stopped_at(run)
    if stopped is None:
        return WORKFLOW[-1]
    before = WORKFLOW[max(0, WORKFLOW.index(stopped) - 1)]
    lacks_power = run.baseline is not None and not run.baseline.has_power
    return before if lacks_power and "baseline" in before.parts else stopped


def shown(run: FinishedRun) -> tuple[Section, ...]:
    """What the page of this run consists of, below its front."""
    workflow = list(WORKFLOW[: WORKFLOW.index(ended_at(run)) + 1])
    if run.examination is not None:
        last = next(section for section in WORKFLOW if "final_test" in section.parts)
        workflow.insert(workflow.index(last) + 1, FIELD_EXAM)
    return (INTRODUCTION, *workflow, *CLOSING)
