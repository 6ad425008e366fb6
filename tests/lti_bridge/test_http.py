"""HTTP to platforms: what is never done, whatever a platform answers."""

import socket
import threading
import time

import pytest
import urllib3

from lti_bridge import http
from lti_bridge.addresses import fetch_pinned
from lti_bridge.http import (
    BadResponseError,
    InterruptedExchangeError,
    NoConnectionError,
    Response,
    UrlNotAllowedError,
    check_url,
    fetch,
)
from tests.net import closed_port


@pytest.mark.parametrize(
    "url",
    [
        "http://simpeg.example.test/",
        "ftp://simpeg.example.test/",
        "file:///etc/passwd",
        "https://user:rahasia@simpeg.example.test/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://0.0.0.0/",
        "https://",
        "//simpeg.example.test",
        "https://simpeg.example.test/\r\nX: y",
        "https://simpeg.example.test/ x",
        "https://x.test/" + "a" * 2000,
        "https://x.test:99999/",
        "",
    ],
    ids=lambda url: url[:30] or "empty",
)
def test_addresses_that_are_never_called(url):
    """Plain http, other schemes, user info, link-local and broken addresses are refused."""
    with pytest.raises(UrlNotAllowedError):
        fetch("GET", url)


@pytest.mark.parametrize(
    "url", ["https://simpeg.example.test/a?b=c", "https://10.1.2.3/", "https://[fd00::1]:8443/x"], ids=str
)
def test_addresses_that_may_be_called(url):
    """HTTPS anywhere, an intranet included: that is where HR systems live."""
    check_url(url)


def test_plain_http_is_for_named_hosts_only(settings):
    """The host is compared whole."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["localhost"]
    check_url("http://localhost:8001/x")
    with pytest.raises(UrlNotAllowedError):
        check_url("http://localhost.example.test/")


def test_a_redirect_is_not_followed(ags):
    """A token, or a score, goes to the registered address and nowhere else."""
    ags.fault = lambda _call: (302, {"Location": ags.url + "/lain"}, b"")
    assert fetch("GET", ags.url + "/x").status == 302
    assert len(ags.calls) == 1


def test_a_reply_without_end_is_cut_off(ags, monkeypatch):
    """Size is bounded before it is in memory."""
    monkeypatch.setattr(http, "RESPONSE_LIMIT_BYTES", 1000)
    ags.fault = lambda _call: (200, {}, b"x" * 1001)
    with pytest.raises(BadResponseError):
        fetch("GET", ags.url + "/x")


def test_a_packed_bomb_is_cut_off(ags, monkeypatch):
    """What counts is the unpacked size."""
    import gzip

    monkeypatch.setattr(http, "RESPONSE_LIMIT_BYTES", 100_000)
    bomb = gzip.compress(b"0" * 10_000_000)
    assert len(bomb) < 100_000
    ags.fault = lambda _call: (200, {"Content-Encoding": "gzip"}, bomb)
    with pytest.raises(BadResponseError):
        fetch("GET", ags.url + "/x")


def test_a_connection_that_breaks_leaves_doubt(ags):
    """The request went out; nobody knows what became of it."""
    ags.fault = lambda _call: "drop-before"
    with pytest.raises(InterruptedExchangeError):
        fetch("POST", ags.url + "/x", body=b"{}")


def test_a_slow_reply_leaves_doubt(ags, monkeypatch):
    """Waiting is bounded."""
    monkeypatch.setattr(http, "READ_TIMEOUT_S", 0.1)
    given_up = threading.Event()
    ags.fault = lambda _call: given_up.wait(60) and None
    with pytest.raises(InterruptedExchangeError):
        fetch("POST", ags.url + "/token", body=b"")
    given_up.set()


class Dripping:
    """Serves one reply, byte by byte after ``at_once``; ``outlasted`` where nobody hung up meanwhile."""

    # A minute of them: a machine may be as slow in hanging up as it likes.
    DROPS = 600

    def __init__(self, at_once):
        self.at_once, self.outlasted = at_once, False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        with self.listening, self.listening.accept()[0] as there:
            there.recv(65_536)
            try:
                there.sendall(self.at_once)
                for _drop in range(self.DROPS):
                    time.sleep(0.1)
                    there.sendall(b"a")
            except OSError:
                return
            self.outlasted = True


@pytest.mark.parametrize("asking", [fetch, fetch_pinned])
@pytest.mark.parametrize(
    "at_once",
    [b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["head", "body", "body without a length"],
)
def test_a_reply_that_drips_is_left(settings, monkeypatch, asking, at_once):
    """Each byte comes in time and the whole does not: we hang up, wherever in the reply it is."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(http, "TOTAL_TIMEOUT_S", 0.2)
    there = Dripping(at_once)
    with pytest.raises(InterruptedExchangeError):
        asking("GET", there.url)
    there.thread.join()
    assert not there.outlasted


class Connected:
    """A socket that has come out where no HR system is."""

    closed = False

    def getpeername(self):
        return ("::ffff:169.254.169.254", 443, 0, 0)

    def close(self):
        self.closed = True


def test_a_connection_that_is_gone_at_once_leaves_no_doubt(monkeypatch):
    """It was accepted and reset before anything was sent."""

    class Reset(Connected):
        def getpeername(self):
            raise OSError(107, "not connected")

    monkeypatch.setattr(urllib3.util.connection, "create_connection", lambda *_given, **_options: Reset())
    with pytest.raises(NoConnectionError):
        fetch("POST", "https://simpeg.example.test/", body=b"{}")


def test_where_a_name_leads_is_looked_at_too(monkeypatch):
    """A name, or a number that is no address to who reads it, may lead to where clouds keep credentials."""
    sock = Connected()
    monkeypatch.setattr(urllib3.util.connection, "create_connection", lambda *_given, **_options: sock)
    for url in ("https://2852039166/", "https://metadata.example.test/"):
        with pytest.raises(UrlNotAllowedError):
            fetch("GET", url)
        assert sock.closed


def test_no_connection_leaves_no_doubt(settings):
    """Nothing was sent: nothing has to be read back."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    with closed_port() as port, pytest.raises(NoConnectionError):
        fetch("GET", f"http://127.0.0.1:{port}/")


def test_passwords_of_the_machine_are_not_sent(ags, monkeypatch, tmp_path):
    """A .netrc for the same host must not replace our token."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password rahasia\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    fetch("GET", ags.url + "/x", headers={"Authorization": "Bearer kami"})
    assert ags.calls[0].headers["authorization"] == "Bearer kami"


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000], ids=lambda body: str(body[:5]))
def test_what_is_no_json_is_said_to_be_none(body):
    """Numbers that JSON does not know, and nesting without end, included."""
    with pytest.raises(BadResponseError):
        Response(status=200, headers={}, body=body).json()
