#!/bin/sh
# The API function's handler under the Lambda Web Adapter: the ASGI app on the adapter's port.
export PYTHONPATH="${LAMBDA_TASK_ROOT:-.}:${PYTHONPATH:-/opt/python}:/opt/python"
exec python -m functions.api.server
