"""Runs one smolagents agent for flatstate: one JSON request on stdin, one JSON event a line on stdout.

Request: {"file" or "module", "factory", "config", "task", "debug"}. Events: {"type": "step", ...}, at last
{"type": "result", "output"} or {"type": "error", "name", "message"}. The end of stdin ends the process.
"""
import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback

# What the agent prints must not stand among the events.
events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
os.dup2(2, 1)
sys.stdout = sys.stderr


def tell(event):
    events.write(json.dumps(event, default=str) + "\n")


def end_with_stdin():
    """Nobody waits for an answer any more."""
    sys.stdin.read()
    os._exit(1)


def load(request):
    if request.get("file"):
        sys.path.insert(0, os.path.dirname(request["file"]))
        spec = importlib.util.spec_from_file_location("flatstate_agent", request["file"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(request["module"])
    made = getattr(module, request["factory"])
    return made if hasattr(made, "run") and not isinstance(made, type) else made(request["config"])


def step_of(step):
    calls = getattr(step, "tool_calls", None) or []
    usage = getattr(step, "token_usage", None)
    error = getattr(step, "error", None)
    return {
        "type": "step",
        "kind": type(step).__name__,
        "number": getattr(step, "step_number", None),
        "tool_calls": [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in calls],
        "observations": getattr(step, "observations", None),
        "error": None if error is None else str(error),
        "usage": None if usage is None else {"input": usage.input_tokens, "output": usage.output_tokens},
    }


def main():
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_stdin, daemon=True).start()
    try:
        output = None
        for step in load(request).run(request["task"], stream=True):
            if type(step).__name__ == "FinalAnswerStep":
                output = step.output
            elif type(step).__name__ == "ActionStep":
                tell(step_of(step))
        tell({"type": "result", "output": output})
    except Exception as error:
        trace = traceback.format_exc() if request.get("debug") else None
        tell({"type": "error", "name": type(error).__name__, "message": str(error), "traceback": trace})


main()
events.flush()
os._exit(0)
