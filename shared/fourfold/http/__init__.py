"""HTTP parts that the API's routers share: problems, authentication, bodies, cursors, idempotency, event streams."""
