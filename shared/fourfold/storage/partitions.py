"""The partition keys of the Personas table. Each begins with the workspace: no query reaches another one's items.

What a persona, a run or a session owns has a partition of its own. What a workspace lists lies in a partition for each
month, found through the directory of months.
"""

from __future__ import annotations


def persona_pk(workspace_id: str, persona_id: str) -> str:
    """A persona and what it owns: versions, jobs, results, reports, pointers to its runs, a deletion's mark."""
    return f"WS#{workspace_id}#PERSONA#{persona_id}"


def sessions_pk(workspace_id: str, persona_id: str) -> str:
    """The list of a persona's sessions."""
    return f"{persona_pk(workspace_id, persona_id)}#SESSIONS"


def run_pk(workspace_id: str, run_id: str) -> str:
    """A run: its record, and what the items of a finished job said. RunEvents and Connections use the same key."""
    return f"WS#{workspace_id}#RUN#{run_id}"


def session_pk(workspace_id: str, session_id: str) -> str:
    """A session and its turns, by the id alone: callers may give one id to sessions of several personas."""
    return f"WS#{workspace_id}#SESSION#{session_id}"


def months_pk(workspace_id: str) -> str:
    """The directory: which months of which list hold something."""
    return f"WS#{workspace_id}#MONTHS"


def month_pk(workspace_id: str, listed: str, month: str) -> str:
    """The entries of one month (`2026-11`) in a list (`PERSONAS`, `RUNS`)."""
    return f"WS#{workspace_id}#{listed}#{month}"


def slots_pk(workspace_id: str) -> str:
    """The slots of the runs that generate."""
    return f"WS#{workspace_id}#SLOTS"


def slug_pk(workspace_id: str, slug: str) -> str:
    """Which persona has a slug."""
    return f"WS#{workspace_id}#SLUG#{slug}"


def tests_pk(workspace_id: str) -> str:
    """The workspace's own provocation tests, and those it switched off."""
    return f"WS#{workspace_id}#TESTS"


def baseline_pk(workspace_id: str, model: str) -> str:
    """What the plain assistant answered; `model` names the model and the scenario set."""
    return f"WS#{workspace_id}#BASELINE#{model}"


def evaluation_pk(workspace_id: str, evaluation_id: str) -> str:
    """An evaluation: its record, briefs, budget, judgements and report."""
    return f"WS#{workspace_id}#EVALUATION#{evaluation_id}"


def usage_pk(workspace_id: str, shard: int) -> str:
    """One of the partitions of the workspace's usage counters."""
    return f"WS#{workspace_id}#USAGE#{shard}"


def budgets_pk(workspace_id: str) -> str:
    """What is spent and reserved of each budget: the workspace's and its keys'."""
    return f"WS#{workspace_id}#BUDGETS"


def holds_pk(workspace_id: str) -> str:
    """What work in progress holds of the budgets."""
    return f"WS#{workspace_id}#HOLDS"


def labels_pk(workspace_id: str) -> str:
    """The workspace's label sets."""
    return f"WS#{workspace_id}#LABELS"


def endings_pk(workspace_id: str) -> str:
    """The runs that were in progress when the workspace's deletion reached them: their logs end later."""
    return f"WS#{workspace_id}#ENDINGS"
