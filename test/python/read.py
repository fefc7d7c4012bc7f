"""Reads documents, one JSON string a line, with PyYAML's pure Python loader, and answers one JSON line for each."""

import base64
import datetime
import json
import struct
import sys

try:
    import yaml
except ImportError:
    sys.exit("PyYAML is missing: set PYTHON to a Python that has it")

MOST = 20_000


class TooMuch(Exception):
    pass


def encode_float(value):
    if value != value:
        return {"f": "nan"}
    # Within these bounds JavaScript and Python write floats alike.
    readable = value == 0 or 1e-4 <= abs(value) < 1e16
    return {"f": repr(value) if readable else struct.pack(">d", value).hex()}


def encode_int(value):
    return {"i": str(value) if abs(value) < 1 << 4096 else hex(value)}


class Encoder:
    """Keeps types apart. What is too large to be written out, or contains itself, is given up."""

    def __init__(self):
        self.count = 0
        self.open = set()

    def encode(self, value):
        self.count += 1
        if self.count > MOST:
            raise TooMuch
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return encode_int(value)
        if isinstance(value, float):
            return encode_float(value)
        if isinstance(value, datetime.datetime):
            return {"t": value.isoformat()}
        if isinstance(value, datetime.date):
            return {"d": value.isoformat()}
        if isinstance(value, bytes):
            return {"b": base64.b64encode(value).decode()}
        return self.collection(value)

    def collection(self, value):
        if id(value) in self.open:
            raise TooMuch
        self.open.add(id(value))
        encoded = self.parts(value)
        self.open.remove(id(value))
        return encoded

    def parts(self, value):
        if isinstance(value, list):
            return [self.encode(part) for part in value]
        if isinstance(value, tuple):
            return {"p": [self.encode(part) for part in value]}
        if isinstance(value, set):
            return {"s": sorted((self.encode(part) for part in value), key=text)}
        pairs = [[self.encode(key), self.encode(part)] for key, part in value.items()]
        return {"m": sorted(pairs, key=lambda pair: text(pair[0]))}


def text(value):
    return json.dumps(value, separators=(",", ":"))


def read(document):
    # The loader must meet Python's own limit, what writes its values down need not.
    sys.setrecursionlimit(1000)
    try:
        return {"read": yaml.load(document, Loader=yaml.SafeLoader)}
    except Exception as error:
        mark = getattr(error, "problem_mark", None)
        return {"error": mark.line + 1 if mark else None, "kind": type(error).__name__}
    finally:
        sys.setrecursionlimit(20_000)


def answer(document):
    found = read(document)
    if "error" in found:
        return found
    try:
        return {"value": Encoder().encode(found["read"])}
    except TooMuch:
        return {"value": {"too much": True}}


print(json.dumps(yaml.__version__), flush=True)
for line in sys.stdin:
    print(text(answer(json.loads(line))), flush=True)
