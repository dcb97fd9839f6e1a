"""What MiniStack, the local engine, lacks of AWS: a module for each gap, used by `infra.local.stack`.

The product's code and the template are the same in both places; a gap of the engine is closed here and nowhere else.

What is stored:
    `store`: items, stream records, messages and executions are in SQLite, committed before a request is answered.
        MiniStack keeps them in memory and evaluates a key condition for every item of a partition.
    `saved_state`, `periodic_save`, `definitions`: the rest is saved whole when it has changed, and two copies are kept.
        A saved state that cannot be loaded stops the start; MiniStack would start empty and overwrite it.
    `retention`: old executions, events and log streams are dropped.
    `store.expiry`: items of tables with a time to live are deleted after it. MiniStack ignores a template's.
How executions map:
    `distributed_map`: a distributed Map whose expressions are JSONata is executed, within its parent.
How functions are executed:
    `worker_pool`, `worker_process`, `worker`, `worker_channel`: a function has one process for many invocations.
    `forked_workers`, `fork_server`: workers are forked from a process that has imported their libraries (SnapStart).
    `redelivery`: a message whose function was not at fault is shown again after seconds.
    `shared_archives`: a function's code is unpacked once, not once for each worker.
    `patience`: a busy laptop gets more time than AWS.
    `quiet`: background jobs begin when no generation is at work.
    `warm_up`: processes are started before they are needed (provisioned concurrency).
At each start:
    `event_sources`: queues and streams are polled once their functions can be invoked.
    `resumed_starts`: generations that the last stop left without an execution are started.
    `unstarted_runs`: other runs, and evaluations, that it left without one are reported as failed.
    `stale_connections`: WebSocket connections of the last start are deleted.
    `outbox_replay`, `webhook_requeue`: what an earlier version may have lost from streams and queues is sent again.
While it serves:
    `deep_messages`: a WebSocket message that is nested too deeply is answered, instead of ending the connection.
    `foreground_first`: the API's requests pass those of the workers.
    `steady_clock`: nothing waits longer or fails because the machine's clock is set.
    `transaction_tokens`: the request of a transaction is remembered by its hash, not whole.
    `parsed_once`: an expression and a policy are parsed once, not for each item and each request.
    `loopback_auth`: only this machine's programs are served, and root requests must be signed with this start's key.
"""
