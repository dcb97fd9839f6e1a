"""What MiniStack, the local engine, lacks of AWS: a module for each gap, used by `infra.local.stack`.

The product's code and the template are the same in both places; a gap of the engine is closed here and nowhere else.

At each start:
    `saved_state`: a saved state that cannot be loaded stops the start; MiniStack would start empty and overwrite it.
    `stream_positions`: DynamoDB stream mappings start at the beginning of the stream; MiniStack keeps their positions
        without the records.
    `outbox_replay`, `webhook_requeue`: what a kill may have lost from streams and queues is sent again.
    `interrupted_executions`: executions cut off by the last stop are reported as failed.
    `stale_connections`: WebSocket connections of the last start are deleted.
    `warm_up`: a worker for each function is started before its first invocation (provisioned concurrency).
While it serves:
    `loopback_auth`: only this machine's programs are served, and root requests must be signed with this start's key.
    `periodic_save`: the state is saved every two seconds; MiniStack saves it on a clean stop only.
    `retention`: old executions and log streams are dropped.
    `worker_pool`: an invocation waits for an idle worker before another is started.
    `forked_workers`, `fork_server`: workers are forked from a process that has imported their libraries (SnapStart).
    `shared_archives`: a function's code is unpacked once, not once for each worker.
"""
