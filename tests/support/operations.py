"""What operators do, over the in-memory core."""

from dataclasses import dataclass, field

from adapters.memory.dead_letters import InMemoryDeadLetters
from adapters.memory.operator_jobs import InMemoryOperatorJobs
from adapters.memory.queue import InMemoryQueue
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader, job_message
from application.operations.discard_dead_letters import DiscardDeadLetters
from application.operations.inspect_dead_letters import InspectDeadLetters
from application.operations.manage_jobs import ManageJobs
from application.operations.operations import Operations
from application.operations.redrive_dead_letters import RedriveDeadLetters
from application.operations.retry_job import RetryJob
from application.ports.dead_letters import DeadLetterQueue
from application.ports.queue import Channel
from domain.job import Failure, Job, Origin
from domain.principal import Principal
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job

OPERATOR = Origin(
    principal=Principal(subject="olga", roles=frozenset({"operator"})), request_id="operator-request-0001"
)


@dataclass
class InMemoryOperations:
    """Operations, with the queue whose dead letters they are about; `pauses` is what a run would have waited."""

    app: InMemoryApplication = field(default_factory=InMemoryApplication)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queue = InMemoryQueue(self.app.clock)
        self.letters = InMemoryDeadLetters(self.queue)
        self.operations = self.over(self.letters)

    def over(self, letters: DeadLetterQueue) -> Operations:
        """Return the operations over another dead-letter queue."""
        app, reader = self.app, WireMessageReader(MessageTypes())
        jobs = InMemoryOperatorJobs(app.tables)
        retry = RetryJob(jobs=jobs, bus=app.bus)
        return Operations(
            inspect=InspectDeadLetters(queue=letters, reader=reader),
            redrive=RedriveDeadLetters(
                queue=letters,
                reader=reader,
                retry=retry,
                unit_of_work=app.unit_of_work,
                clock=app.clock,
                pause=self._pause,
            ),
            discard=DiscardDeadLetters(queue=letters, unit_of_work=app.unit_of_work, clock=app.clock),
            jobs=ManageJobs(jobs=jobs, retry_job=retry, bus=app.bus, unit_of_work=app.unit_of_work),
        )

    async def malformed_letters(self, *bodies: str) -> None:
        """Let bodies that nobody understands die."""
        for body in bodies:
            await self.queue.publish_foreign(Channel.COMMANDS, body, defect="not JSON")
        await self._reject_all(Channel.COMMANDS, "not JSON")

    async def letter_of(self, job: Job, reason: str = "timeout") -> None:
        """Let the message of a job die."""
        await self.queue.publish(Channel.COMMANDS, [job_message(job)])
        await self._reject_all(Channel.COMMANDS, reason)

    async def failed_job(self, number: int = 1) -> Job:
        """Store a job that has failed, and its dead letter."""
        clock = self.app.clock
        job, _ = a_job(number).start(clock.now()).fail(Failure(code="timeout", detail="Too slow."), clock.now())
        self.app.tables.jobs[job.id] = job
        await self.letter_of(job)
        return job

    async def _reject_all(self, channel: Channel, reason: str) -> None:
        while received := await self.queue.receive(channel, limit=10, wait_seconds=0):
            for delivery in received:
                await self.queue.reject(delivery, reason=reason)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
