"""An event loop without a wire or a clock: what happens next, and how late it is, is for its owner to say."""

import asyncio
import heapq
from asyncio.events import _set_running_loop
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from itertools import count
from traceback import format_exception
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
MOST_TASKS = 30


@dataclass(eq=False, slots=True)
class Process:
    """Tasks that stop together and die together, and see the same wall clock."""

    name: str
    skew_seconds: float = 0
    is_dead: bool = False
    is_doomed: bool = False
    """It has done what will kill it before its next step."""
    stalled_until: float = 0
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    parked: list[asyncio.Handle] = field(default_factory=list)


OUTSIDE = Process("outside")
CURRENT: ContextVar[Process] = ContextVar("CURRENT", default=OUTSIDE)


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs real asyncio code in virtual time.

    Within a process callbacks keep their order, as in any loop. Between processes, and between the calls that
    one process waits for, there is no order but the one in which the owner completes the `waiting` calls.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Process, asyncio.Future[None]]] = []
        self.stalled: list[Process] = []
        self.errors: list[str] = []
        self.steps = 0
        self._now = 0.0
        self._turns: deque[tuple[Process, asyncio.Handle]] = deque()
        self._timers: list[tuple[float, int, Process, asyncio.TimerHandle]] = []
        self._numbers = count()

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        context = context or copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._turns.append((context.get(CURRENT, OUTSIDE), handle))
        return handle

    call_soon_threadsafe = call_soon

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        context = context or copy_context()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), context.get(CURRENT, OUTSIDE), handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,  # noqa: ARG002 (a name would only cost time)
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        task = asyncio.Task(coro, loop=self, context=context)
        process = context.get(CURRENT, OUTSIDE) if context else CURRENT.get()
        if len(process.tasks) > MOST_TASKS:
            self.look_after(process)
        process.tasks.append(task)
        return task

    def look_after(self, process: Process) -> None:
        """Forget tasks that have ended; an error that nobody has asked for is one of the loop's."""
        for task in process.tasks:
            if task.done() and not task.cancelled() and task._log_traceback:
                self.errors.append("".join(format_exception(task.exception())))
        process.tasks = [task for task in process.tasks if not task.done()]

    def run_in_executor(
        self,
        executor: object,  # noqa: ARG002 (there are no threads here)
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 (a future carries whatever was raised)
            future.set_exception(error)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what real loops log; tasks of a killed process are destroyed while they are pending, and may be."""
        if "exception" in context:
            self.errors.append(f"{context['message']}: {context['exception']!r}")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the running loop of this thread while the block runs."""
        _set_running_loop(self)
        try:
            yield
        finally:
            _set_running_loop(None)

    async def give_way(self) -> None:
        """Wait until the owner completes this call, as if it went over a wire."""
        future: asyncio.Future[None] = self.create_future()
        self.waiting.append((CURRENT.get(), future))
        await future

    def spawn(self, process: Process, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Begin a task in a process; it does nothing before the next `drain`."""
        context = copy_context()
        context.run(CURRENT.set, process)
        return self.create_task(work, context=context)

    def drain(self) -> None:
        """Run until every process waits for a call or for time."""
        while self._turns:
            process, handle = self._turns.popleft()
            if process.is_dead or handle.cancelled():
                continue
            if process.stalled_until > self._now:
                process.parked.append(handle)
                continue
            handle._run()

    def complete(self, index: int) -> bool:
        """Complete one waiting call and run on; tell whether there was anything to complete."""
        process, future = self.waiting[index]
        if process.stalled_until > self._now and not process.is_dead:
            return False
        last = self.waiting.pop()
        if index < len(self.waiting):
            self.waiting[index] = last
        if process.is_dead or future.done():
            return False
        self.steps += 1
        future.set_result(None)
        self.drain()
        return True

    def next_event(self) -> float | None:
        """Return when a timer is due or a stalled process goes on; None when nothing is to come."""
        while self._timers and (self._timers[0][3].cancelled() or self._timers[0][2].is_dead):
            heapq.heappop(self._timers)
        times = [process.stalled_until for process in self.stalled if not process.is_dead]
        if self._timers:
            times.append(self._timers[0][0])
        return min(times, default=None)

    def advance(self, until: float) -> None:
        """Let it be later: timers that are due fire, stalled processes go on."""
        self._now = max(self._now, until)
        for process in self.stalled:
            if process.stalled_until <= self._now:
                self._turns.extend((process, handle) for handle in process.parked)
                process.parked.clear()
        self.stalled = [process for process in self.stalled if process.stalled_until > self._now]
        while self._timers and self._timers[0][0] <= self._now:
            _, _, process, handle = heapq.heappop(self._timers)
            self._turns.append((process, handle))
        self.drain()

    def stall(self, process: Process, seconds: float) -> None:
        """Stop a process for a while, as SIGSTOP does."""
        process.stalled_until = self._now + seconds
        self.stalled.append(process)

    def kill(self, process: Process) -> None:
        """End a process for good; its open transactions are rolled back."""
        process.is_dead = True
        process.parked.clear()
        self.look_after(process)
        for task in process.tasks:
            coroutine = task.get_coro()
            while isinstance(coroutine, Coroutine) and not task.done() and not _is_closed(coroutine):
                # What its `finally` blocks wait for never comes.
                with suppress(RuntimeError):
                    coroutine.close()
        self.drain()


def _is_closed(coroutine: Coroutine[Any, Any, Any]) -> bool:
    return getattr(coroutine, "cr_frame", None) is None


async def give_way() -> None:
    """Give way to the owner of the running simulated loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    await loop.give_way()
