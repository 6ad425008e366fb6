"""Addresses that strangers name: public only, resolved once, connected to as resolved."""

import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge import addresses, http
from lti_bridge.addresses import fetch_pinned, is_public, pin
from lti_bridge.http import BadResponseError, InterruptedExchangeError, NoConnectionError, UrlNotAllowedError
from tests.net import closed_port

from .fakes import private_key
from .registering_platform import registering

HOST = "simpeg.example.test"

NOT_PUBLIC = [
    "0.0.0.0",
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:53aa:64c::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "103.28.12.1", "2606:4700:4700::1111", "2002:101:101::1", "64:ff9b::101:101"]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text):
    """Loopback, private, link-local, shared, documentation, multicast, and IPv6 that wraps them."""
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text):
    """What anybody may serve from."""
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address):
    """IPv4 inside IPv6 is judged as the IPv4 that it is."""
    number = int(address)
    for wrapped in ((0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert is_public(ipaddress.IPv6Address(wrapped)) == is_public(address)


def resolve_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Have the name answer so, one list a question (the last one again); return who was asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def fake(host, port, *arguments, **options):
        if host != HOST:
            return real(host, port, *arguments, **options)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return asked


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch):
    """A name with two addresses cannot choose for us."""
    resolve_to(monkeypatch, ["1.1.1.1", "127.0.0.1"])
    with pytest.raises(UrlNotAllowedError):
        pin(f"https://{HOST}/")


def test_an_allowed_host_may_be_private_but_never_link_local(monkeypatch, settings):
    """An intranet is the operator's own; where clouds keep credentials is nobody's HR system."""
    settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = [HOST]
    resolve_to(monkeypatch, ["10.0.0.7"], ["169.254.169.254"], ["::ffff:169.254.169.254"], ["fe80::1%eth0"])
    assert str(pin(f"https://{HOST}/").address) == "10.0.0.7"
    for _kind in range(3):
        with pytest.raises(UrlNotAllowedError):
            pin(f"https://{HOST}/")


def test_an_unknown_name(monkeypatch):
    """What does not resolve is no address."""

    def unknown(*_arguments, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoConnectionError):
        pin(f"https://{HOST}/")


def test_a_name_that_answers_differently_the_second_time_changes_nothing(monkeypatch, settings):
    """DNS rebinding: the connection goes to the address that was checked; nobody is asked again."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = [HOST]
    with registering() as good, registering(host="127.0.0.2") as inside:
        port = good.url.rpartition(":")[2]
        asked = resolve_to(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
        reply = fetch_pinned("GET", f"http://{HOST}:{port}/.well-known/openid-configuration")
    assert reply.status == 200
    assert (len(asked), len(good.asked), inside.asked) == (1, 1, [])


def test_redirects_are_replies(settings):
    """Nothing is followed."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    with registering() as platform:
        platform.raw["/a"] = (302, {"Location": "/b"}, b"")
        assert fetch_pinned("GET", platform.url + "/a").status == 302
        assert platform.asked == ["/a"]


def test_nothing_is_read_without_a_limit(settings):
    """A body that does not end is cut off, compressed or not."""
    import gzip

    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    bomb = gzip.compress(b"0" * 5_000_000)
    with registering() as platform:
        platform.raw["/a"] = (200, {"Content-Encoding": "gzip"}, bomb)
        with pytest.raises(BadResponseError):
            fetch_pinned("GET", platform.url + "/a")


def test_a_head_that_drips_is_left(settings, monkeypatch):
    """Each byte comes in time, the reply never does: a stranger must not keep a web worker."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(http, "TOTAL_TIMEOUT_S", 0.3)
    left = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _address = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
            for _byte in range(1200):
                try:
                    connection.sendall(b"a")
                except OSError:
                    left.set()
                if left.wait(0.05):
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        try:
            with pytest.raises(InterruptedExchangeError):
                fetch_pinned("GET", f"http://127.0.0.1:{server.getsockname()[1]}/")
            # We went first.
            assert left.wait(60)
        finally:
            left.set()
            thread.join()


def test_a_port_where_nobody_listens(settings):
    """Nothing was sent, and it is known."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    with closed_port() as port, pytest.raises(NoConnectionError):
        fetch_pinned("GET", f"http://127.0.0.1:{port}/")


def certificate(path: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for the name; return its file, and a server's side with it."""
    key = private_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = path / "cert.pem", path / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.mark.parametrize(("name", "good"), [(HOST, True), ("lain.example.test", False)])
def test_the_certificate_is_that_of_the_name(monkeypatch, settings, tmp_path, name, good):
    """Connecting to an address does not loosen TLS: the certificate must be the name's."""
    settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = [HOST]
    authority, context = certificate(tmp_path, name)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    resolve_to(monkeypatch, ["127.0.0.1"])
    with registering(context) as platform:
        url = f"https://{HOST}:{platform.url.rpartition(':')[2]}/.well-known/openid-configuration"
        if good:
            assert fetch_pinned("GET", url).status == 200
            # The context is that of every other request too.
            assert http.trust().check_hostname
        else:
            with pytest.raises(NoConnectionError):
                fetch_pinned("GET", url)
            assert platform.asked == []


def test_an_unknown_authority_is_refused(monkeypatch, settings, tmp_path):
    """Without the operator's word only the usual authorities count."""
    settings.KAPASITAS_LTI_ALLOW_PRIVATE_HOSTS = [HOST]
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    _authority, context = certificate(tmp_path, HOST)
    resolve_to(monkeypatch, ["127.0.0.1"])
    with registering(context) as platform, pytest.raises(NoConnectionError):
        fetch_pinned("GET", f"https://{HOST}:{platform.url.rpartition(':')[2]}/")


def test_the_module_says_what_it_offers():
    """``__all__`` names what is there."""
    assert all(hasattr(addresses, name) for name in addresses.__all__)
