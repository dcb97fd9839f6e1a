"""Bridge: MiniStack keeps a stream mapping's position over a restart, but not the records that it counts.

The mapping would skip as many new records as there were old ones. Here every mapping is set to the beginning of its
stream, which is empty after a start, before anything is written.
"""

from __future__ import annotations


def reset_stream_positions() -> int:
    """Set every DynamoDB stream mapping to the start of its stream; returns the number of mappings."""
    from ministack.services import lambda_svc

    mappings = [mapping for mapping in lambda_svc._esms.values() if ":dynamodb:" in mapping["EventSourceArn"]]  # noqa: SLF001 - no call moves one
    for mapping in mappings:
        lambda_svc._dynamodb_stream_positions.pop(mapping["UUID"], None)  # noqa: SLF001
        lambda_svc._init_stream_position(mapping["UUID"], mapping["EventSourceArn"], "TRIM_HORIZON")  # noqa: SLF001
    return len(mappings)
