/**
 * What runs inside a container, with Python's standard library alone: `python3 -c HANDSHAKE URL TRANSPORT SECONDS`
 * opens the URL as an MCP client does (initialize, notifications/initialized, tools/list), sends no credentials, and
 * prints one line of JSON: `{kind, tools: [{name, inputSchema}] | null, saw}`.
 */
export const HANDSHAKE = String.raw`
import http.client, json, signal, socket, ssl, sys, time
from urllib.parse import urljoin, urlsplit

URL, TRANSPORT, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])
END = time.monotonic() + SECONDS
NAMES = {401: "unauthorized", 403: "forbidden", 404: "not-found", 405: "wrong-transport", 421: "host-refused"}


class Seen(Exception):
    def __init__(self, kind, saw, tools=None):
        super().__init__(saw)
        self.kind, self.saw, self.tools = kind, saw, tools


def late(*_):
    raise socket.timeout()


def left():
    if END <= time.monotonic():
        late()
    return END - time.monotonic()


def excerpt(response):
    text = response.read(300).decode("utf-8", "replace")
    return " (" + " ".join(text.split())[:160] + ")" if text.strip() else ""


def judged(response):
    status = response.status
    if status < 300:
        return response
    kind = NAMES.get(status, "server-error" if status >= 500 else "wrong-transport")
    raise Seen(kind, "it answers HTTP %d%s" % (status, excerpt(response)))


def request(method, url, body=None, headers=None):
    for _ in range(4):
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = make(parts.hostname, parts.port, timeout=left())
        text = None if body is None else json.dumps(body)
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        own = {"Accept": "application/json, text/event-stream", "User-Agent": "mcp-url-migrate"}
        if text is not None:
            own["Content-Type"] = "application/json"
        connection.request(method, path, text, {**own, **(headers or {})})
        response = connection.getresponse()
        place = response.getheader("Location")
        if response.status not in (301, 302, 303, 307, 308) or not place:
            return connection, judged(response)
        url = urljoin(url, place)
    raise Seen("wrong-transport", "it redirects without end")


def events(connection, response):
    """Server-sent events as (name, data)."""
    name, data = "message", []
    while True:
        if connection.sock:
            connection.sock.settimeout(left())
        left()
        line = response.readline(1 << 20)
        if not line:
            raise Seen("server-error", "it ended the event stream before it had answered")
        line = line.decode("utf-8", "replace").rstrip("\r\n")
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].lstrip(" "))
        elif line == "" and data:
            yield name, "\n".join(data)
            name, data = "message", []


def kind_of(response):
    return (response.getheader("Content-Type") or "nothing").split(";")[0].strip().lower()


def not_mcp(response):
    return Seen("wrong-transport", "it answers HTTP %d with %s" % (response.status, kind_of(response)))


def answer_in(stream, number):
    for _, data in stream:
        message = json.loads(data)
        if message.get("id") == number and ("result" in message or "error" in message):
            return message


class Sse:
    """The older transport: one event stream for all answers, and an address to post to."""

    def __init__(self):
        connection, response = request("GET", URL, headers={"Accept": "text/event-stream"})
        if kind_of(response) != "text/event-stream":
            raise not_mcp(response)
        self.stream = events(connection, response)
        for name, data in self.stream:
            if name == "endpoint":
                self.endpoint = urljoin(URL, data)
                break
        if urlsplit(self.endpoint)[:2] != urlsplit(URL)[:2]:
            raise Seen("wrong-transport", "it wants its messages at another origin, which clients refuse")

    def send(self, message):
        request("POST", self.endpoint, message)
        return answer_in(self.stream, message["id"]) if "id" in message else None

    def close(self):
        pass


class Http:
    """Streamable HTTP: each request is answered as JSON or as an event stream of its own."""

    def __init__(self):
        self.headers = {}

    def send(self, message):
        connection, response = request("POST", URL, message, self.headers)
        session = response.getheader("Mcp-Session-Id")
        if session:
            self.headers["Mcp-Session-Id"] = session
        if "id" not in message:
            return None
        if kind_of(response) == "text/event-stream":
            return answer_in(events(connection, response), message["id"])
        if kind_of(response) != "application/json":
            raise not_mcp(response)
        return json.loads(response.read())

    def close(self):
        if "Mcp-Session-Id" in self.headers:
            request("DELETE", URL, headers=self.headers)


def call(client, number, method, params):
    answer = client.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
        error = answer.get("error") if isinstance(answer, dict) else None
        error = error if isinstance(error, dict) else {}
        code = error.get("code")
        if code == -32601 and method == "tools/list":
            raise Seen("no-tools", "it speaks MCP, and has no tools", [])
        kind = "wrong-transport" if code == -32601 else "server-error"
        raise Seen(kind, "%s is answered with the error %s: %s" % (method, code, str(error.get("message"))[:160]))
    return answer["result"]


def tools_of(client):
    tools, cursor, number = [], None, 2
    while number < 52:
        result = call(client, number, "tools/list", {"cursor": cursor} if cursor else {})
        tools += [{"name": t["name"], "inputSchema": t.get("inputSchema")} for t in result.get("tools", [])]
        cursor, number = result.get("nextCursor"), number + 1
        if not cursor:
            break
    return tools


def look():
    client = Http() if TRANSPORT == "http" else Sse()
    about = {"name": "mcp-url-migrate", "version": "1"}
    version = "2025-06-18" if TRANSPORT == "http" else "2024-11-05"
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": about}
    result = call(client, 1, "initialize", params)
    if TRANSPORT == "http":
        client.headers["MCP-Protocol-Version"] = str(result.get("protocolVersion") or version)
    client.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    tools = tools_of(client)
    try:
        client.close()
    except Exception:
        pass
    if not tools:
        raise Seen("no-tools", "it speaks MCP, and lists no tools", [])
    raise Seen("tools", "it speaks MCP, and lists %d tool%s" % (len(tools), "" if len(tools) == 1 else "s"), tools)


def found():
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    host = urlsplit(URL).hostname
    try:
        look()
    except Seen as seen:
        return seen
    except socket.gaierror as error:
        return Seen("unknown-host", "the name %s is not known there (%s)" % (host, error.strerror))
    except (socket.timeout, TimeoutError):
        return Seen("time-out", "no answer in %d s" % SECONDS)
    except ConnectionRefusedError:
        return Seen("refused", "the connection is refused: nobody listens there")
    except ssl.SSLError as error:
        return Seen("unclear", "TLS fails: %s" % (error.reason or error))
    except (http.client.RemoteDisconnected, ConnectionError):
        return Seen("server-error", "it takes the connection, and ends it without an answer")
    except http.client.HTTPException:
        return Seen("wrong-transport", "what it answers is no HTTP")
    except OSError as error:
        return Seen("unreachable", "%s" % error.strerror)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Seen("wrong-transport", "what it answers is no MCP")


seen = found()
print(json.dumps({"kind": seen.kind, "tools": seen.tools, "saw": seen.saw}))
`
