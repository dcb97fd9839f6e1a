#!/bin/sh
# The API function's handler under the Lambda Web Adapter: the ASGI app on the adapter's port.
export PYTHONPATH="${PYTHONPATH:-/opt/python}:${LAMBDA_TASK_ROOT:-.}"
exec python -m functions.api.server
