"""Bridge: the clocks of AWS are not set, a laptop's is: by its owner, by a time server, or as it wakes from sleep.

MiniStack measures by the wall clock how long a message is hidden or kept, and how long a source waits after a failure:
if the clock is set back by an hour, messages in progress are hidden for an hour, and if it is set forward by a week,
all are dropped. Here these times are measured by a clock that cannot be set and does not run while the machine sleeps.

MiniStack also refuses a request that was signed more than five minutes from its own time, so a request on its way as
the clock is set would fail. Here no request is refused for its time: its signer runs on this machine.
"""

from __future__ import annotations

import time
from typing import Any, Final

from infra.local.bridges.ministack_types import Module

_STARTED: Final = time.time() - time.monotonic()


def steady_time() -> float:
    """Seconds like those of `time.time()` at the start of this process, and as many more as have passed since."""
    return _STARTED + time.monotonic()


class SteadyTime:
    """The module `time` with a wall clock that cannot be set."""

    time = staticmethod(steady_time)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the module's
        return getattr(time, name)


def install_steady_clock(*modules: Module) -> None:
    """Gives these modules of MiniStack's the steady clock, and has no request refused for its time."""
    from ministack.core import sigv4

    for module in modules:
        module.time = SteadyTime()
    sigv4.request_time_failure = lambda _signature, **_: None
