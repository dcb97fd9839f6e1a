"""Code of a Lambda function, as the worker tests deploy it: one handler that does what its event says."""

from __future__ import annotations

import io
import zipfile
from typing import Any

HANDLER = """
import os, re, sys, threading, time

started = threading.Semaphore(0)
released = threading.Event()
refused = []

def handler(event, context):
    match event["do"]:
        case "answer":
            print("said", event["word"])
            return {"word": event["word"], "mine": os.environ.get("MINE"), "pid": os.getpid(),
                    "request": context.aws_request_id, "arn": context.invoked_function_arn}
        case "wait":
            print("waits as", event["word"])
            started.release()
            for _ in range(event["for"]):
                started.acquire()
            released.set()
            released.wait(20)
            print("waited as", event["word"])
            return event["word"]
        case "raise":
            print("about to fail")
            raise ValueError("as asked")
        case "full disk":
            refused.append(1)
            if len(refused) <= event["times"]:
                raise OSError("An error occurred (InsufficientStorage) when calling the PutItem operation")
            return len(refused)
        case "exit":
            sys.exit(3)
        case "die":
            os.kill(os.getpid(), 9)
        case "sleep":
            time.sleep(event["seconds"])
            return context.get_remaining_time_in_millis()
        case "never let another thread run":
            return re.match("(a+)+$", "a" * 50 + "b")
        case "report":
            return event.get("result", event["failures"])
        case "odd":
            return {1, 2}
        case "nice":
            return os.nice(0)
        case "thread":
            thread = threading.Thread(target=print, args=("from a thread",))
            thread.start()
            thread.join()
            return "done"
"""


def archive(text: str = HANDLER) -> bytes:
    """A zip file with the module `code`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("code_under_test.py", text)
    return buffer.getvalue()


def record(name: str = "step", *, text: str = HANDLER, timeout_s: float = 20, handler: str = "") -> dict[str, Any]:
    """MiniStack's record of a function."""
    return {
        "code_zip": archive(text),
        "config": {
            "FunctionName": name,
            "FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
            "Handler": handler or "code_under_test.handler",
            "Version": "1",
            "CodeSha256": str(hash(text)),
            "Timeout": timeout_s,
            "Environment": {"Variables": {"MINE": name, "AWS_REGION": "nowhere"}},
        },
    }
