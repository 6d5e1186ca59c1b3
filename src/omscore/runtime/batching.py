"""Batching: requests that come at the same time, from many threads, are answered as one command.

A transaction for each request is what makes a hot item slow: they wait for each other.  Whoever
comes while nobody is being answered is answered at once, alone.  Whoever comes meanwhile waits, and
all who wait are answered together, in the order in which they came.  So nobody waits for company,
and the busier it is, the more a transaction does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock

from attrs import define, field

from omscore.atp.requests import Grant, Request
from omscore.atp.tickets import MOST
from omscore.kernel.errors import Unavailable

TOGETHER = 200


@define(eq=False)
class _Waiting:
    """A request whose caller waits: until it is answered, or *leads* and answers all who wait."""

    request: Request
    woken: Event = field(factory=Event)
    answer: Grant | Exception | None = None
    leads: bool = False


class Batching:
    """Merges requests of many threads into calls of *reserve_many*, such as that of an `Oms`.

    At most *together* requests are in one call.  It is for requests without a key of their own: a
    caller that asks again is a new one.  If a call fails, all who were in it hear of it.
    """

    def __init__(
        self,
        reserve_many: Callable[[Sequence[Request]], Sequence[Grant]],
        *,
        together: int = TOGETHER,
    ) -> None:
        self._reserve_many = reserve_many
        self._together = together
        self._waiting: deque[_Waiting] = deque()
        self._busy = False
        self._lock = Lock()

    def reserve(self, request: Request) -> Grant:
        """The answer to *request*, as soon as it is its turn."""
        mine = _Waiting(request)
        with self._lock:
            self._waiting.append(mine)
            first, self._busy = not self._busy, True
        if not first:
            mine.woken.wait()
        if first or mine.leads:
            self._answer()
        if isinstance(mine.answer, Grant):
            return mine.answer
        raise mine.answer or Unavailable("whoever asked for all was stopped: ask how it stands")

    def _answer(self) -> None:
        """Answer all who wait, then let the first of those who came meanwhile do the same."""
        batch = self._next()
        try:
            grants = self._reserve_many([one.request for one in batch])
            for one, grant in zip(batch, grants, strict=True):
                one.answer = grant
        except Exception as error:
            for one in batch:
                one.answer = error
        finally:
            self._wake(batch)

    def _next(self) -> list[_Waiting]:
        """Those who come first, as many as one command may ask for."""
        batch, lines = list[_Waiting](), 0
        with self._lock:
            while self._waiting and len(batch) < self._together:
                lines += len(self._waiting[0].request.wanted)
                if batch and lines > MOST:
                    break
                batch.append(self._waiting.popleft())
        return batch

    def _wake(self, batch: Sequence[_Waiting]) -> None:
        for one in batch:
            one.woken.set()
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].woken.set()
