"""Nobody makes us call what is not of the public internet (security.md A5)."""

from __future__ import annotations

import ast
import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import stoa
from stoa import settings as stoa_settings
from stoa.http_client import HttpClient, Refused, Unreachable
from stoa.http_client.connecting import connector
from stoa.settings import SettingsError
from tests.http_client.serving import FakeDns, answer, client, opened, serve
from tests.http_client.test_addresses import NOT_PUBLIC

JSON = "application/activity+json"


def _literal(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", [one for one in NOT_PUBLIC if "%" not in one])
async def test_special_addresses_are_refused_however_they_come(tmp_path: Path, address: str) -> None:
    dns = FakeDns(evil_example=[[address]])
    here = _literal(address)
    async with opened(tmp_path, dns, allow_networks="127.0.0.3/32") as http:
        for url in (f"https://{here}/", f"https://{here}:443/", "https://evil.example/"):
            with pytest.raises(Refused):
                await http.get(url, accept=JSON)
            with pytest.raises(Refused):
                await http.post(url, b"{}", {})


@pytest.mark.parametrize("address", [one for one in NOT_PUBLIC if "%" not in one and one != "127.0.0.1"])
async def test_special_addresses_are_refused_after_a_redirect(tmp_path: Path, address: str) -> None:
    dns = FakeDns(there_example=[["127.0.0.1"]], evil_example=[[address]])
    for target in (
        f"https://{_literal(address)}/",
        "https://evil.example/",
        f"http://{_literal(address)}/",
    ):
        said = answer(302, location=target)
        async with serve(lambda _, said=said: said) as there, opened(tmp_path, dns) as http:  # type: ignore[misc]
            with pytest.raises(Refused):
                await http.get(f"http://there.example:{there.port}/", accept=JSON)
        assert len(there.asked) == 1


async def test_of_several_addresses_only_public_ones_are_connected_to(tmp_path: Path) -> None:
    dns = FakeDns(there_example=[["10.0.0.1", "127.0.0.1", "169.254.169.254"]])
    async with serve(lambda _: answer(200)) as there, opened(tmp_path, dns) as http:
        assert (await http.get(f"http://there.example:{there.port}/", accept=JSON)).is_ok
    assert there.connections == 1


async def test_a_name_is_resolved_once_and_that_address_is_used(tmp_path: Path) -> None:
    # CVE-2026-33693, Fedify 0.11.2: public at first, private when asked again.
    dns = FakeDns(there_example=[["127.0.0.1"], ["127.0.0.2"]])
    async with (
        serve(lambda _: answer(200)) as there,
        serve(lambda _: answer(200), host="127.0.0.2") as inside,
        opened(tmp_path, dns) as http,
    ):
        assert (await http.get(f"http://there.example:{there.port}/", accept=JSON)).is_ok
        assert dns.asked == ["there.example"]
        with pytest.raises(Refused):
            await http.get(f"http://there.example:{inside.port}/", accept=JSON)
    assert (there.connections, inside.connections) == (1, 0)


async def test_no_socket_is_made_for_another_address_whoever_asks_for_it() -> None:
    async def resolve(host: str) -> list[str]:
        return []

    pool = connector((), resolve, ssl=True)
    for address in ("127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1"):
        family = 10 if ":" in address else 2
        info: Any = (family, 1, 6, "", (address, 443))
        assert pool._socket_factory is not None
        with pytest.raises(Refused):
            pool._socket_factory(info)
    await pool.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://db.internal/",
        "https://redis/",
        "https://there.example:22/",
        "https://there.example:6379/",
        "https://there.example:8443/",
        "http://there.example/",
    ],
)
async def test_inner_names_and_ports_are_refused_before_they_are_resolved(tmp_path: Path, url: str) -> None:
    dns = FakeDns()
    http = client(tmp_path, dns)
    with pytest.raises(Refused):
        await http.get(url, accept=JSON)
    assert dns.asked == []


async def test_inner_names_lead_to_opened_networks_alone(tmp_path: Path) -> None:
    dns = FakeDns(
        localhost=[["127.0.0.1"]], db_internal=[["93.184.216.34"]], there_example=[["93.184.216.34"]]
    )
    async with serve(lambda _: answer(200)) as there, opened(tmp_path, dns) as http:
        assert (await http.get(f"http://localhost:{there.port}/", accept=JSON)).is_ok
        with pytest.raises(Refused):
            await http.get("https://db.internal/", accept=JSON)
        with pytest.raises(Refused):
            await http.get("https://there.example:8443/", accept=JSON)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://stoa.example", "https://stoa.example/users/alice"),
        ("https://stoa.example", "https://STOA.example:443/"),
        ("https://stoa.example", "http://stoa.example/"),
        ("http://localhost:8001", "http://localhost:8001/"),
        ("http://[::1]:8001", "http://[0:0::1]:8001/"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
    ],
)
async def test_we_do_not_call_ourselves(tmp_path: Path, base: str, url: str) -> None:
    async with opened(tmp_path, base_url=base, allow_networks="0.0.0.0/0, ::/0") as http:
        with pytest.raises(Refused, match="this very server"):
            await http.get(url, accept=JSON)


async def test_a_neighbour_on_another_port_is_not_ourselves(tmp_path: Path) -> None:
    dns = FakeDns(localhost=[["127.0.0.1"]])
    neighbour = opened(tmp_path, dns, base_url="http://localhost:1")
    async with serve(lambda _: answer(200)) as there, neighbour as http:
        assert (await http.get(f"http://localhost:{there.port}/", accept=JSON)).is_ok


async def test_we_do_not_call_our_database(tmp_path: Path) -> None:
    url = "postgresql://stoa:secret@db.example/stoa"
    async with opened(tmp_path, database_url=url, allow_networks="0.0.0.0/0") as http:
        with pytest.raises(Refused, match="this very server"):
            await http.get("https://db.example:5432/", accept=JSON)
    HttpClient(
        stoa_settings.load(data=tmp_path, environ={"STOA_DATABASE_URL": "postgresql://u@db_1:5433/stoa"})
    )


def test_nothing_else_imports_an_http_library() -> None:
    # CVE-2024-52579: one client, no way around it.
    root = Path(stoa.__file__).parent
    libraries = {
        "aiohttp",
        "httpx",
        "requests",
        "urllib3",
        "http.client",
        "urllib.request",
        "pycurl",
        "yarl",
    }
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            else:
                continue
            if any(name == one or name.startswith(one + ".") for name in names for one in libraries):
                found.add(path.relative_to(root).parts[0])
    assert found == {"http_client"}


class Authority:
    """A certificate authority of one test."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
        self.certificate = self._builder(self.name, self.key.public_key(), ca=True).sign(
            self.key, hashes.SHA256()
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )

    def serving(self, folder: Path, *hosts: str) -> ssl.SSLContext:
        """What a server for *hosts* presents."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
        )
        signed = (
            self._builder(x509.Name([]), key.public_key(), ca=False)
            .add_extension(names, critical=True)
            .sign(self.key, hashes.SHA256())
        )
        path = folder / f"{hosts[0]}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def trusting(self) -> ssl.SSLContext:
        """What a client has that trusts this authority."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)


async def test_certificates_are_checked(tmp_path: Path) -> None:
    # CVE-2026-59825: there is no option that switches this off.
    authority = Authority()
    dns = FakeDns(there_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    async with serve(
        lambda _: answer(200), tls=authority.serving(tmp_path, "there.example", "127.0.0.1")
    ) as there:
        async with opened(tmp_path, dns, authority.trusting(), insecure_http="off") as http:
            assert (await http.get(f"https://there.example:{there.port}/", accept=JSON)).is_ok
            assert (await http.get(f"https://127.0.0.1:{there.port}/", accept=JSON)).is_ok
            with pytest.raises(Unreachable, match="certificate"):
                await http.get(f"https://other.example:{there.port}/", accept=JSON)
        async with opened(tmp_path, dns) as http:
            with pytest.raises(Unreachable, match="certificate"):
                await http.get(f"https://there.example:{there.port}/", accept=JSON)


async def test_a_server_that_does_not_speak_tls_is_unreachable(tmp_path: Path) -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200, b"in the clear"))
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with opened(tmp_path) as http:
        with pytest.raises(Unreachable):
            await http.get(f"https://there.example:{port}/", accept=JSON)
    listening.close()


async def test_a_redirect_does_not_lead_from_https_to_http(tmp_path: Path) -> None:
    authority = Authority()
    dns = FakeDns(there_example=[["127.0.0.1"]])
    tls = authority.serving(tmp_path, "there.example")
    said = answer(302, location="http://there.example/")
    strict = opened(tmp_path, dns, authority.trusting(), insecure_http="off")
    async with serve(lambda _: said, tls=tls) as there, strict as http:
        with pytest.raises(Refused, match="https"):
            await http.get(f"https://there.example:{there.port}/", accept=JSON)


async def test_all_goes_through_a_proxy_that_was_named(tmp_path: Path) -> None:
    dns = FakeDns()
    async with serve(lambda _: answer(200, b"by proxy")) as proxy:
        http = client(tmp_path, dns, http_proxy=f"http://127.0.0.1:{proxy.port}", insecure_http="on")
        fetched = await http.get("http://there.example/x", accept=JSON)
        for url in (
            "http://127.0.0.1/",
            "http://localhost/",
            "http://10.0.0.1/",
            "http://there.example:22/",
        ):
            with pytest.raises(Refused):
                await http.get(url, accept=JSON)
        await http.close()
    assert fetched.body == b"by proxy"
    assert [asked.line for asked in proxy.asked] == ["GET http://there.example/x HTTP/1.1"]
    assert dns.asked == []


async def test_a_proxy_that_refuses_makes_a_server_unreachable(tmp_path: Path) -> None:
    async with serve(lambda _: answer(403)) as proxy:
        http = client(tmp_path, http_proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(Unreachable, match="proxy"):
            await http.get("https://there.example/x", accept=JSON)
        await http.close()
    assert proxy.asked[0].line == "CONNECT there.example:443 HTTP/1.1"


async def test_the_environment_names_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with serve(lambda _: answer(200)) as there, opened(tmp_path) as http:
        assert (await http.get(f"http://there.example:{there.port}/", accept=JSON)).is_ok


async def test_the_dns_of_this_machine_is_asked_where_no_other_is_given(tmp_path: Path) -> None:
    environ = {
        "STOA_BASE_URL": "http://localhost:1",
        "STOA_ALLOW_NETWORKS": "127.0.0.1/32",
        "STOA_INSECURE_HTTP": "on",
    }
    http = HttpClient(stoa_settings.load(data=tmp_path, environ=environ))
    async with serve(lambda _: answer(200)) as there:
        assert (await http.get(f"http://localhost:{there.port}/", accept=JSON)).is_ok
    await http.close()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("STOA_ALLOW_NETWORKS", "localhost", ["localhost", "10.0.0.0/8"]),
        ("STOA_ALLOW_NETWORKS", "127.0.0.1/8", ["127.0.0.1/8"]),
        ("STOA_INSECURE_HTTP", "maybe", ["maybe", "on, off"]),
        ("STOA_HTTP_PROXY", "proxy:3128", ["proxy:3128", "http://proxy.example:3128"]),
        ("STOA_HTTP_PROXY", "socks5://proxy", ["socks5://proxy"]),
    ],
)
def test_wrong_settings_of_the_way_out_are_refused_in_words(
    tmp_path: Path, variable: str, value: str, words: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        stoa_settings.load(data=tmp_path, environ={variable: value})
    assert variable in str(refused.value)
    assert all(word in str(refused.value) for word in words)
