"""Reads `.env` files, one JSON string a line, with python-dotenv as LiteLLM does, and answers one JSON line for each."""

import io
import json
import os
import sys
from importlib.metadata import version

try:
    import dotenv
except ImportError:
    sys.exit("python-dotenv is missing: set PYTHON to a Python that has it")

print(json.dumps(version("python-dotenv")))
for line in sys.stdin:
    # What the machine's environment holds would win.
    os.environ.clear()
    stream = io.StringIO(json.loads(line), newline=None)
    print(json.dumps(dotenv.main.DotEnv(None, stream, override=False).dict()))
