"""Bridge: a function of Lambda has processors of its own; here all share those of a laptop, which may be busy.

A timeout that is generous on AWS would fail runs while the machine compiles something. Steps and other functions get
PATIENCE times their timeout; the queues' visibility timeouts are at least six times their functions'. Background jobs
keep theirs: a job's message is hidden no longer than its function may take. A model's own deadline does not change.
"""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 4
