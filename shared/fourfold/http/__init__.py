"""What the REST API's routers share: problems, keys, bodies, cursors, and the run log as a stream."""
