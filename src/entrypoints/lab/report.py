"""A run in words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from entrypoints.lab.checker import accepted_jobs, check, totals
from entrypoints.lab.history import History, Outcome

MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one run."""

    history: History
    fired: Counter[str]
    missed: Counter[str]
    answers: Counter[str]
    """Answers by status, and failed requests by error."""
    events: Counter[str]
    """Log lines of our processes that tell of recoveries."""
    settled_seconds: float
    """From the end of the last fault until nothing was left to do."""
    left: int
    """Jobs and messages that were not done with even then."""
    seed: int

    def is_good(self) -> bool:
        """Tell whether every promise was kept and every planned fault happened."""
        return not self.findings() and not +self.missed

    def findings(self) -> list[tuple[str, str]]:
        """Return everything that is wrong: what the judge finds, and what never came to rest."""
        restless = f"{self.left} jobs or messages were still under way after {self.settled_seconds:.0f} s"
        return [*check(self.history), *([("unexpected", restless)] if self.left else [])]

    def lines(self) -> Iterator[str]:
        """Tell of each kind of fault, of the jobs, of what is wrong, and last the totals."""
        findings = self.findings()
        for kind, times in sorted(self.fired.items()):
            yield f"{kind}: {times}"
        yield f"answers: {_counted(self.answers)}"
        yield f"jobs: {_counted(Counter(job.status for job in self.history.jobs))}"
        yield f"failed: {_counted(Counter(job.failure for job in self.history.jobs if job.failure))}"
        yield f"attempts: {_counted(Counter(str(job.attempt) for job in self.history.jobs))}"
        yield f"recovered: {self._recovered()} unknown answers became jobs; {_counted(self.events)}"
        yield f"settled {self.settled_seconds:.1f} s after the last fault"
        for kind, times in sorted((+self.missed).items()):
            yield f"did not happen: {kind}, {times} times"
        for word, what in findings[:MOST_FINDINGS]:
            yield f"{word}: {what}"
        faults, jobs = sum(self.fired.values()), accepted_jobs(self.history)
        yield f"{totals(findings)}, jobs {jobs}, faults {faults}, seed {self.seed}"

    def _recovered(self) -> int:
        known = {(asked.caller, asked.drill_id) for asked in self.history.asked if asked.outcome is Outcome.ACCEPTED}
        unknown = {(asked.caller, asked.drill_id) for asked in self.history.asked if asked.outcome is Outcome.UNKNOWN}
        jobs = {(job.owner, job.drill_id) for job in self.history.jobs}
        return len(unknown & (known | jobs))


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counter.items())) or "none"
