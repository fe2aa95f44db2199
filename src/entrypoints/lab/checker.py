"""The judge: a pure function from a history to everything that is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from entrypoints.lab.history import HARMFUL, REFUSALS, STEPS, TERMINAL, EffectRow, History, JobRow, Outcome

WORDS = ("lost", "doubled", "unexpected", "stale", "leaked")


def check(history: History) -> list[tuple[str, str]]:
    """Return each broken promise as one of the five words and what is wrong; empty when all were kept."""
    jobs = {job.id: job for job in history.jobs}
    marks: dict[str, list[EffectRow]] = defaultdict(list)
    for effect in history.effects:
        marks[effect.request_id].append(effect)
    return [
        *((oddity.kind, oddity.what) for oddity in history.oddities),
        *_answers(history, jobs),
        *_jobs(history, marks),
        *_effects(history),
        *_steps(history),
        *_letters(history, jobs),
    ]


def totals(findings: list[tuple[str, str]]) -> str:
    """Return the five figures in one line."""
    counted = Counter(word for word, _ in findings)
    return " ".join(f"{word} {counted[word]}" for word in WORDS)


def accepted_jobs(history: History) -> int:
    """Count the requests that were accepted, each key of a caller once."""
    return len({(asked.caller, asked.key) for asked in history.asked if asked.outcome is Outcome.ACCEPTED})


def _answers(history: History, jobs: Mapping[str, JobRow]) -> Iterator[tuple[str, str]]:
    """Each accepted request has its own caller's job; each key one job and one answer, however often it is asked."""
    answers: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for asked in history.asked:
        if asked.outcome is Outcome.ACCEPTED:
            answers[asked.caller, asked.key].add((asked.job_id, asked.body))
    for (caller, key), given in answers.items():
        name = f"{caller} {key}"
        if len({job_id for job_id, _ in given}) > 1:
            yield "doubled", f"{name}: more than one job was answered"
        elif len(given) > 1:
            yield "unexpected", f"{name}: a replay differs from the first answer"
        for job_id in {job_id for job_id, _ in given}:
            job = jobs.get(job_id)
            if job is None:
                yield "lost", f"{name}: job {job_id} was accepted and is gone"
            elif job.owner != caller:
                yield "leaked", f"{name}: job {job_id} belongs to {job.owner}"


def _jobs(history: History, marks: Mapping[str, list[EffectRow]]) -> Iterator[tuple[str, str]]:
    """Each job was asked for, once; it has ended, and has one mark of its last attempt exactly if it succeeded."""
    wanted = {(asked.caller, asked.drill_id) for asked in history.asked if asked.outcome is not Outcome.REFUSED}
    seen: set[tuple[str, str]] = set()
    for job in history.jobs:
        name = (job.owner, job.drill_id)
        if name not in wanted:
            yield "unexpected", f"job {job.id}: nobody asked for it"
        if name in seen:
            yield "doubled", f"job {job.id}: another one has the same drill"
        seen.add(name)
        if job.status not in TERMINAL:
            yield "lost", f"job {job.id}: still {job.status} after {job.attempt} attempts"
        if job.failure == "worker-lost" and job.behaviour not in HARMFUL:
            yield "unexpected", f"job {job.id}: failed because its neighbours lost it their workers"
        effects = marks.get(job.request_id, [])
        if job.status == "succeeded" and not effects:
            yield "lost", f"job {job.id}: succeeded without an effect"
        if job.status != "succeeded" and effects:
            yield "unexpected", f"job {job.id}: {job.status}, but has an effect"
        if len(effects) > 1:
            yield "doubled", f"job {job.id}: {len(effects)} effects"
        if any(effect.attempt != job.attempt for effect in effects):
            yield "stale", f"job {job.id}: an effect is of another attempt than its end"


def _effects(history: History) -> Iterator[tuple[str, str]]:
    """Each effect has a job."""
    known = {job.request_id for job in history.jobs}
    for effect in history.effects:
        if effect.request_id not in known:
            yield "unexpected", f"drill {effect.drill_id}: an effect without a job"


def _steps(history: History) -> Iterator[tuple[str, str]]:
    """Terminal means terminal, at any moment of the run, and attempts are counted one by one."""
    for step in history.steps:
        if (step.before, step.after, step.attempts) not in STEPS:
            word = "stale" if step.before in TERMINAL else "unexpected"
            yield word, f"job {step.job_id} went from {step.before} to {step.after}, {step.attempts} attempts on"


def _letters(history: History, jobs: Mapping[str, JobRow]) -> Iterator[tuple[str, str]]:
    """The dead letters are those of the poisoned jobs, all of them, and no others."""
    letters = set(history.letters)
    for job_id in letters:
        job = jobs.get(job_id)
        if job is None or not is_poisoned(job.status, job.failure):
            yield "unexpected", f"dead letter of job {job_id or '?'}: {job.status if job else 'no such job'}"
    for job in history.jobs:
        if job.is_letter_due and job.id not in letters:
            yield "lost", f"job {job.id}: failed ({job.failure}) without a dead letter"


def is_poisoned(status: str, failure: str | None) -> bool:
    """Tell whether a job ended because its attempts were spent."""
    return status == "failed" and failure not in REFUSALS
