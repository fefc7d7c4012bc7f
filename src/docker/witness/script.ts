import { WIRE } from './script-wire.ts'

/** How it speaks to an MCP server, and what it prints. */
const TALK = String.raw`
def no_json(_):
    raise ValueError()


def parsed(text):
    try:
        return json.loads(text, parse_constant=no_json)
    except (ValueError, RecursionError):
        return None


def is_message(message):
    return isinstance(message, dict) and ("result" in message or "error" in message)


def answer_in(events, number):
    for kind, text in events:
        message = parsed(text)
        if kind == "message" and is_message(message) and message.get("id") == number:
            return message
    raise Seen("ended")


class Sse:
    """HTTP+SSE: one stream for all answers, and a POST for each message."""

    def __init__(self):
        opened = request("GET", URL, accept=STREAM)
        if not opened.type.startswith(STREAM):
            raise opened.odd()
        self.events = opened.events()
        try:
            self.endpoint = self.first_endpoint()
        except socket.timeout:
            raise Seen("late", opened=True)

    def first_endpoint(self):
        for kind, text in self.events:
            if kind != "endpoint":
                continue
            try:
                endpoint = urljoin(URL, text)
                if origin(endpoint) == origin(URL):
                    return endpoint
            except ValueError:
                raise Seen("foreign")
            raise Seen("endpoint", at=endpoint)
        raise Seen("foreign")

    def send(self, message):
        request("POST", self.endpoint, message)
        return answer_in(self.events, message["id"]) if "id" in message else None

    def agree(self, protocol):
        pass

    def close(self):
        pass


class Http:
    """Streamable HTTP: every message is a POST, and its answer comes as JSON or as a stream."""

    def __init__(self):
        self.headers = {}

    def send(self, message):
        opened = request("POST", URL, message, self.headers)
        session = opened.response.getheader("Mcp-Session-Id")
        if session is not None:
            self.headers["Mcp-Session-Id"] = session
        if "id" not in message:
            return None
        if opened.type.startswith(STREAM):
            return answer_in(opened.events(), message["id"])
        if not opened.type.startswith(JSON):
            raise opened.odd()
        text = opened.text()
        answer = parsed(text)
        if not is_message(answer):
            raise opened.odd(text)
        return answer

    def agree(self, protocol):
        self.headers["MCP-Protocol-Version"] = protocol

    def close(self):
        if "Mcp-Session-Id" in self.headers:
            request("DELETE", URL, headers=self.headers)


def is_code(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def call(client, number, method, params):
    answer = client.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    if isinstance(answer.get("result"), dict):
        return answer["result"]
    error = answer.get("error")
    if not isinstance(error, dict) or not is_code(error.get("code")):
        raise Seen("foreign")
    message = error.get("message")
    raise Seen("error", method=method, code=error["code"], message=message if isinstance(message, str) else "")


def tools_of(client):
    tools, cursor = [], None
    for number in range(1, PAGES + 1):
        page = call(client, number, "tools/list", {} if cursor is None else {"cursor": cursor})
        listed, cursor = page.get("tools"), page.get("nextCursor") or None
        if not isinstance(listed, list) or not (cursor is None or isinstance(cursor, str)):
            raise Seen("foreign")
        # What is not recorded of a tool would only make the answer long.
        tools += [{k: t[k] for k in ("name", "inputSchema") if k in t} if isinstance(t, dict) else t for t in listed]
        if cursor is None:
            return tools
    raise Seen("endless", what="list")


def look():
    client = Http() if TRANSPORT == "http" else Sse()
    about = {"name": "mcp-url-migrate", "version": "1"}
    params = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": about}
    protocol = call(client, 0, "initialize", params).get("protocolVersion")
    if not isinstance(protocol, str):
        raise Seen("foreign")
    client.agree(protocol)
    client.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    tools = tools_of(client)
    try:
        client.close()
    except Exception:
        pass
    raise Seen("tools", tools=tools)


def code_of(error):
    """The code by which Node.js knows a failure."""
    if isinstance(error, socket.gaierror):
        return "ENOTFOUND"
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATES.get(error.verify_code, "CERT_UNTRUSTED")
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "ECONNRESET"
    if isinstance(error, ssl.SSLError):
        return "ERR_SSL_" + (error.reason or "FAILURE")
    if isinstance(error, (http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return "ECONNRESET"
    if isinstance(error, http.client.HTTPException):
        return "HPE_INVALID"
    return errno.errorcode.get(getattr(error, "errno", None), "unknown error")


def answers_in_tls():
    """Found out by a handshake: nothing is sent, and no certificate is looked at."""
    _, host, port = origin(URL)
    try:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((host, port), left()) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
        return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "") or "UNSUPPORTED_PROTOCOL" in (error.reason or "")
    except (OSError, ValueError):
        return False


LATE = {"event": "late", "opened": False}


def seen():
    try:
        look()
    except Seen as found:
        return found.facts
    except socket.timeout:
        return LATE
    except (OSError, http.client.HTTPException) as error:
        code = code_of(error)
        may_want = URL.lower().startswith("http:") and code in ("ECONNRESET", "EPIPE", "HPE_INVALID")
        return {"event": "failure", "code": code, "tls": may_want and answers_in_tls()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"event": "foreign"}


def line_of(facts):
    """Docker is read up to 1 MB. The names of tools are enough then, and the count of them is told."""
    line = json.dumps(facts)
    if len(line) < LINE or facts["event"] != "tools":
        return line
    names = [{"name": t.get("name"), "inputSchema": None} if isinstance(t, dict) else t for t in facts["tools"]]
    line = json.dumps({"event": "tools", "tools": names})
    return line if len(line) < LINE else json.dumps({"event": "endless", "what": "list"})


end_in_time(lambda: line_of(LATE))
end(line_of(seen()))
`

/**
 * What runs inside a container, by `Python.run` and with the standard library of Python 3.8 or later alone. It opens the
 * `url` that it is asked for, in its `transport`, as an MCP client does (initialize, notifications/initialized, tools/list),
 * sends no credentials, follows nothing to another origin, and prints what it met as one line of JSON: an `Observed`, which
 * it does not judge.
 */
export const HANDSHAKE = `${WIRE}\n${TALK}`
