"""The sealed test set: shut until the plan is frozen, every opening on record."""

from collections.abc import Callable

from sevenfold.data import Images
from sevenfold.errors import LedgerError, RunError
from sevenfold.records import Record
from sevenfold.runs.ledger import Ledger, LedgerLine


class Plan(Record):
    """What is fixed before the test set is opened; its digest goes into the ledger."""

    data: str
    settings: str
    network: str
    weights: str


class SealedTestSet:
    """The test images, still on disk. Only `steps/final_test.py` opens it, once.

    read: reads the images. ledger: where openings are recorded. reason: the user's
    words for a further opening, if any.
    """

    def __init__(
        self,
        read: Callable[[], Images],
        ledger: Ledger,
        data_digest: str,
        reason: str | None = None,
    ) -> None:
        self._read, self.ledger, self.data_digest, self.reason = read, ledger, data_digest, reason

    @property
    def digest(self) -> str:
        """Stands for the sealed images among a step's inputs; known without reading
        them.
        """
        return self.data_digest

    def require_openable(self, **known: str) -> None:
        """Check, before anything is trained for it, that no opening on record stands in
        the way; `known` are fields of the plan.

        Raises:
            RunError: the set was opened for another plan and no reason for another
            opening was given.
        """
        openings, frozen = self.ledger.lines_of("opened"), self.ledger.lines_of("frozen")
        if (
            openings
            and not self.reason
            and any(getattr(frozen[-1], name) != value for name, value in known.items())
        ):
            raise self._already_opened(openings[-1].time)

    def open(self, plan: Plan) -> Images:
        """Freeze `plan`, record the opening and read the test images.

        An opening that was cut off before its result was recorded is finished, not
        repeated, if the plan and the reason are the same. It may also be scored again
        to restore lost files (`rescored`): it can only give the result that is on
        record.

        Raises:
            RunError: the set was opened before and no reason for another opening was
            given.
        """
        lines, openings = self.ledger.lines(), self.ledger.lines_of("opened")
        finished = bool(lines) and lines[-1].event == "result"
        if openings and openings[-1].plan == plan.digest and self._goes_on(openings[-1]):
            self.ledger.append("rescored" if finished else "resumed", plan=plan.digest)
            return self._read()
        if openings and not self.reason:
            raise self._already_opened(openings[-1].time)
        self.ledger.append("frozen", plan=plan.digest, **plan.model_dump())
        self.ledger.append("opened", plan=plan.digest, reason=self.reason if openings else None)
        return self._read()

    def _goes_on(self, opening: LedgerLine) -> bool:
        """Whether the last opening is this one: nobody asked for another, or it was
        opened for this reason already. A command that was cut off somewhere, also after
        its result was recorded, is given again as it was.
        """
        return not self.reason or opening.reason == self.reason

    def _already_opened(self, time: str) -> RunError:
        return RunError(
            f"The test set was already opened on {time}, for another plan ({self.ledger.path}). "
            f'A further opening needs --open-test-again "why", and the report will say so on its'
            f" first page."
        )

    def record_result(self, plan: Plan, n_errors: int, test: Images) -> None:
        """Close the opening with its one result on the images that `open` gave.

        Raises:
            LedgerError: the same plan gave another result before, or was scored on
            other images.
        """
        images = test.sha256().hexdigest()
        for line in self.ledger.lines_of("result"):
            if line.plan == plan.digest:
                if line.images != images:
                    raise LedgerError(
                        f"{self.ledger.path} records another test set for this plan; its files were"
                        " changed since."
                    )
                if line.n_errors != n_errors:
                    raise LedgerError(
                        f"{self.ledger.path} records {line.n_errors} errors for this plan; now"
                        f" it makes {n_errors}."
                    )
        self.ledger.append(
            "result", plan=plan.digest, n_errors=n_errors, n=len(test), images=images
        )
