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
    items: Iterable[Item], call: Callable[[Item], Result], limit: int, may_begin: Callable[[], bool]
) -> Iterator[tuple[Item, Result]]:
    """Each item with the result of its call, as they finish; at most `limit` (from 1) are under way at a time.

    After an error, or once `may_begin` says no, nothing further is begun; what is under way is waited for and given.

    Raises:
        OutOfTimeError: some items were not begun.
        Exception: the first error a call raised.
    """
    waiting = iter(items)
    under_way: dict[Future[Result], Item] = {}
    failure: Exception | None = None
    with ThreadPoolExecutor(limit, thread_name_prefix="job") as pool:
        while True:
            while failure is None and len(under_way) < limit:
                item = next(waiting, None)
                if item is None:
                    break
                if may_begin():
                    under_way[pool.submit(call, item)] = item
                else:
                    failure = JobTimeoutError("not all could be begun")
            if not under_way:
                break
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                item = under_way.pop(future)
                error = future.exception()
                if error is None:
                    yield item, future.result()
                elif not isinstance(error, Exception):
                    raise error
                else:
                    failure = failure or error
    if failure is not None:
        raise failure
