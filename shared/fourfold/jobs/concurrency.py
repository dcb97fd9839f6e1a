"""Runs calls on a bounded number of threads and yields their results to one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from fourfold.errors import DeadlineError

Item = TypeVar("Item")
Result = TypeVar("Result")


class JobTimeoutError(DeadlineError):
    """Some items were not started for lack of time; the results of started items are stored."""


def concurrently(
    items: Iterable[Item], call: Callable[[Item], Result], limit: int, may_start: Callable[[], bool]
) -> Iterator[tuple[Item, Result]]:
    """Yields each item with the result of its call, in order of completion.

    At most `limit` (at least 1) calls run at a time. After an error, or when `may_start` returns False, no further call
    starts; running calls are awaited and their results yielded.

    Raises:
        JobTimeoutError: some items were not started.
        Exception: the first error that a call raised.
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
                    failure = JobTimeoutError("not all items could be started")
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
