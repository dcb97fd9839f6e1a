"""Runs calls on a bounded number of threads and gives their results to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from fourfold.errors import DeadlineError

Item = TypeVar("Item")
Result = TypeVar("Result")


class JobTimeoutError(DeadlineError):
    """There was no time to begin what is left; what was begun is done and kept."""


def concurrently(
    items: Iterable[Item], call: Callable[[Item], Result], limit: int, may_start: Callable[[], bool]
) -> Iterator[tuple[Item, Result]]:
    """Each item with the result of its call, as they finish; at most `limit` (from 1) are under way at a time.

    After an error, or once `may_start` says no, nothing further is begun; what is under way is waited for and given.

    Raises:
        OutOfTimeError: some items were not begun.
        Exception: the first error a call raised.
    """
    remaining = iter(items)
    running: dict[Future[Result], Item] = {}
    failure: Exception | None = None
    with ThreadPoolExecutor(limit, thread_name_prefix="job") as pool:
        while True:
            while failure is None and len(running) < limit:
                item = next(remaining, None)
                if item is None:
                    break
                if may_start():
                    running[pool.submit(call, item)] = item
                else:
                    failure = JobTimeoutError("not all could be begun")
            if not running:
                break
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                item = running.pop(future)
                error = future.exception()
                if error is None:
                    yield item, future.result()
                elif not isinstance(error, Exception):
                    raise error
                else:
                    failure = failure or error
    if failure is not None:
        raise failure
