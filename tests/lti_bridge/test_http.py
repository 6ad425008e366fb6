"""HTTP to platforms: what is never done, whatever a platform answers."""

import pytest

from lti_bridge import http
from lti_bridge.http import (
    BadResponseError,
    InterruptedExchangeError,
    NoConnectionError,
    Response,
    UrlNotAllowedError,
    check_url,
    fetch,
)


@pytest.mark.parametrize(
    "url",
    [
        "http://simpeg.example.test/",
        "ftp://simpeg.example.test/",
        "file:///etc/passwd",
        "https://user:rahasia@simpeg.example.test/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
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
    import time

    monkeypatch.setattr(http, "READ_TIMEOUT_S", 0.1)
    ags.fault = lambda _call: time.sleep(0.4)
    with pytest.raises(InterruptedExchangeError):
        fetch("POST", ags.url + "/token", body=b"")


def test_no_connection_leaves_no_doubt(settings):
    """Nothing was sent: nothing has to be read back."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(NoConnectionError):
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
