"""The clients of a simulated installation."""

import json
from random import Random

from adapters.wire.messages import COMMAND_PREFIX, VERSION_SUFFIX
from application.operations.letters import LetterFilter
from application.ports.idempotency import IdempotencyKey
from application.ports.queue import Channel, Message, QueueUnavailableError
from application.ports.unit_of_work import StorageUnavailableError
from domain.commands import AddRecipe, CancelJob, GenerateReport
from domain.errors import DomainError, IdempotencyMismatchError, RequestInProgressError
from domain.job import Origin
from domain.report import RecipeSelection, ReportKind
from tests.support.builders import a_content, an_origin
from tests.support.simulation.handlers import BEHAVIOURS, HandlerFault
from tests.support.simulation.judge import Request
from tests.support.simulation.loop import Process
from tests.support.simulation.world import ELSEWHERE, KITCHEN, OPERATOR, World

CONTENT = a_content()
USERS = ("alice", "bob")
KEYS = ("k1", "k2", "k3", None)


class Clients:
    """Ask for the same few things again and again, each through any API process."""

    def __init__(self, world: World, draw: Random) -> None:
        self._world = world
        self._draw = draw
        self._numbers = 0
        self._recent: list[Request] = []

    def ask(self) -> None:
        """Defer a command, or carry one out."""
        draw, process = self._draw, self._api()
        if self._recent and draw.random() < 0.5:
            request = draw.choice(self._recent)
        else:
            request = self._new_request()
            if request.key is not None:  # one without a key is not made twice
                self._recent = [*self._recent[-2:], request]
        self._world.judge.asks(request)
        answer = self.defer if request.route == "defer" else self.execute
        self._world.loop.spawn(process, answer(process, request))
        self._world.loop.drain()

    def _new_request(self) -> Request:
        self._numbers += 1
        draw = self._draw
        is_deferred = draw.random() < 0.6
        return Request(
            route="defer" if is_deferred else "execute",
            user=draw.choice(USERS),
            key=draw.choice(KEYS),
            body=draw.choice(BEHAVIOURS if is_deferred else ("now", "at once")),
            number=self._numbers,
        )

    def send(self) -> None:
        """Let another system put a command straight on the queue."""
        draw, world = self._draw, self._world
        self._numbers += 1
        key, body = f"m{draw.randint(1, 9)}", draw.choice(BEHAVIOURS)
        request = Request(route="queue", user=KITCHEN.subject, key=key, body=body, number=self._numbers)
        world.judge.sends(request)
        message = Message(
            id=key,
            type=f"{COMMAND_PREFIX}generate-report{VERSION_SUFFIX}",
            source=ELSEWHERE,
            subject="",
            time=world.clock.now(),
            data=json.dumps({"kind": "nutrition-summary", "parameters": {"category": body}}).encode(),
            group=KITCHEN.subject,
            request_id=request.name,
        )
        world.queue.put(Channel.COMMANDS, message)

    def redrive(self) -> None:
        """Let an operator redrive dead letters."""
        process = self._api()
        self._world.loop.spawn(process, self._redrive(process, self._draw.choice((None, 1, 3))))
        self._world.loop.drain()

    def forget(self) -> None:
        """Ask for nothing again that was asked for before."""
        self._recent = []

    def cancel(self) -> None:
        """Ask for the end of some job."""
        process, jobs = self._api(), list(self._world.tables.jobs.values())
        if jobs:
            job = self._draw.choice(jobs)
            self._world.loop.spawn(process, self._cancel(process, CancelJob(job_id=job.id), job.owner))
            self._world.loop.drain()

    def _api(self) -> Process:
        return self._draw.choice([process for process in self._world.processes if process.name == "api"])

    async def defer(self, process: Process, request: Request) -> None:
        """Ask for a job, and tell the judge what came back."""
        command = GenerateReport(
            kind=ReportKind.NUTRITION_SUMMARY, parameters=RecipeSelection(category=request.body or None)
        )
        try:
            acceptance = await self._world.bus(process).defer(command, _origin(request), _key(request))
        except (StorageUnavailableError, IdempotencyMismatchError):
            return
        self._world.judge.accepts(request, acceptance.job.id)

    async def execute(self, process: Process, request: Request) -> None:
        """Ask for something to be done at once, and tell the judge what came back."""
        try:
            execution = await self._world.bus(process).execute(
                AddRecipe(content=CONTENT), _origin(request), _key(request)
            )
        except (StorageUnavailableError, HandlerFault, RequestInProgressError, IdempotencyMismatchError, TimeoutError):
            return
        except DomainError as refusal:
            self._world.judge.answers(request, (refusal.code, refusal.detail))
            return
        self._world.judge.executes(request, execution.reference)

    async def _redrive(self, process: Process, limit: int | None) -> None:
        try:
            await self._world.redrive(process).many(LetterFilter(), OPERATOR, limit=limit, per_second=1)
        except (StorageUnavailableError, QueueUnavailableError, DomainError):
            return

    async def _cancel(self, process: Process, command: CancelJob, owner: str) -> None:
        try:
            await self._world.bus(process).execute(command, an_origin(owner, request_id="cancel"))
        except (StorageUnavailableError, DomainError, TimeoutError):
            return


def _origin(request: Request) -> Origin:
    return an_origin(request.user, request_id=request.name)


def _key(request: Request) -> IdempotencyKey | None:
    if request.key is None:
        return None
    return IdempotencyKey(scope=f"{request.route} {request.user}", key=request.key, fingerprint=request.body)
