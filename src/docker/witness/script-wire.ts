/**
 * The first half of what runs inside a container: requests, their answers, and what was met, as `Observed`. Bounded in
 * time and bytes; no credentials, no proxy, and no redirect to another origin.
 */
export const WIRE = String.raw`
import errno, http.client, socket, ssl, time
from urllib.parse import quote, urljoin, urlsplit

URL, TRANSPORT = ASKED["url"], ASKED["transport"]
END = time.monotonic() + ASKED["seconds"]
MOST, BEGINNING, PAGES, REDIRECTS, LINE = 8 << 20, 4000, 50, 3, 900000
STREAM, JSON, PROTOCOL = "text/event-stream", "application/json", "2025-03-26"
# X509_V_ERR_* of OpenSSL, as Node.js calls them.
CERTIFICATES = {
    9: "CERT_NOT_YET_VALID", 10: "CERT_HAS_EXPIRED", 18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN", 20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", 62: "ERR_TLS_CERT_ALTNAME_INVALID", 64: "ERR_TLS_CERT_ALTNAME_INVALID",
}


class Seen(Exception):
    def __init__(self, event, **facts):
        super().__init__(event)
        self.facts = dict(facts, event=event)


def left():
    seconds = END - time.monotonic()
    if seconds <= 0:
        raise socket.timeout()
    return seconds


def origin(url):
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


class Opened:
    """An answer, its body still to be read."""

    def __init__(self, connection, response, url, method):
        self.connection, self.response, self.at, self.method, self.bytes = connection, response, url, method, 0
        self.type = (response.getheader("Content-Type") or "").lower()

    def wait(self):
        if self.connection.sock:
            self.connection.sock.settimeout(left())
        left()

    def count(self, block):
        self.bytes += len(block)
        if self.bytes > MOST:
            raise Seen("endless", what="answer")
        # The end came before the length that was promised.
        if not block and self.response.length:
            raise ConnectionResetError(errno.ECONNRESET, "")
        return block

    def text(self):
        text = b""
        while True:
            self.wait()
            block = self.count(self.response.read1(65536))
            if not block:
                return text.decode("utf-8", "replace")
            text += block

    def beginning(self):
        text = b""
        try:
            while len(text) <= BEGINNING:
                self.wait()
                block = self.response.read1(65536)
                if not block:
                    break
                text += block
        except (OSError, http.client.HTTPException):
            pass  # What was read of it is enough.
        return text.decode("utf-8", "replace")[:BEGINNING]

    def odd(self, text=None):
        header = self.response.getheader
        return Seen(
            "answer", at=self.at, method=self.method, status=self.response.status, type=self.type,
            location=header("Location"), challenge=header("WWW-Authenticate") is not None,
            beginning=self.beginning() if text is None else text[:BEGINNING],
        )

    def events(self):
        """Server-sent events as (kind, text)."""
        kind, data = "message", []
        while True:
            self.wait()
            line = self.response.readline(MOST + 1)
            self.count(line)
            if not line:
                return
            line = line.decode("utf-8", "replace").rstrip("\r\n")
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[6:] if line[5:6] == " " else line[5:])
            elif line == "":
                if data:
                    yield kind, "\n".join(data)
                kind, data = "message", []


def request_once(method, url, text, headers):
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname, parts.port, timeout=left())
    path = quote((parts.path or "/") + ("?" + parts.query if parts.query else ""), safe="!#$%&'()*+,/:;=?@[]~")
    connection.request(method, path, text, headers)
    return Opened(connection, connection.getresponse(), url, method)


def next_url(opened):
    """Where a redirect is followed to: within the origin, as what is behind another one is another server."""
    status, place = opened.response.status, opened.response.getheader("Location")
    keeps = status in (307, 308) or (opened.method == "GET" and status in (301, 302, 303))
    if not keeps or place is None:
        return None
    try:
        to = urljoin(opened.at, place)
        return to if origin(to) == origin(opened.at) else None
    except ValueError:
        return None


def request(method, url, body=None, headers=None, accept=JSON + ", " + STREAM):
    own = {"Accept": accept, "User-Agent": "mcp-url-migrate", "Connection": "close"}
    text = None if body is None else json.dumps(body)
    if text is not None:
        own["Content-Type"] = JSON
    for n in range(REDIRECTS + 1):
        opened = request_once(method, url, text, dict(own, **(headers or {})))
        if 200 <= opened.response.status < 300:
            return opened
        to = next_url(opened) if n < REDIRECTS else None
        if to is None:
            raise opened.odd()
        opened.connection.close()
        url = to
`
