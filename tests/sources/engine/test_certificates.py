"""TLS with certificates chosen by hand: what is wrong with a file is said before anything is connected, what is wrong
with the other side after; and a connection that is not verified is known to be none."""

from __future__ import annotations

import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Tls
from imagexplorer.core.errors import Unreachable
from imagexplorer.session.engines import as_line, from_line
from imagexplorer.sources.engine.certificates import validity
from imagexplorer.sources.engine.connect import open_engine
from tests.http_engine import HttpEngine
from tests.sources.engine.test_tcp import forwarded

LONG_AGO = ("-not_before", "20200101000000Z", "-not_after", "20210101000000Z")


class Ca:
    """One that makes certificates into its folder: openssl's, for 127.0.0.1 unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                  "-subj", "/CN=ca", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                  "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
        (folder / "index.txt").touch()
        (folder / "ca.conf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndir={folder}\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\n"
            f"certificate={folder}/ca.pem\nprivate_key={folder}/ca.key\ndefault_md=sha256\nrand_serial=yes\n"
            "default_days=2\nunique_subject=no\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n"
        )

    def make(self, name: str, address: str = "IP:127.0.0.1", *times: str) -> Tls:
        self._run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                  f"/CN={name}", "-addext", f"subjectAltName={address}", "-keyout", f"{name}.key",
                  "-out", f"{name}.csr")  # fmt: skip
        self._run("ca", "-batch", "-config", "ca.conf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext", *times)
        return Tls(self.at("ca.pem"), self.at(f"{name}.pem"), self.at(f"{name}.key"))

    def at(self, name: str) -> str:
        return str(self.folder / name)

    def server(self, name: str, address: str = "IP:127.0.0.1", *times: str) -> ssl.SSLContext:
        made = self.make(name, address, *_old(times))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.cert, made.key)
        context.load_verify_locations(made.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True, timeout=60)


def _old(times: tuple[str, ...]) -> tuple[str, ...]:
    """OpenSSL 3 spells the options of `ca` so."""
    return tuple({"-not_before": "-startdate", "-not_after": "-enddate"}.get(each, each) for each in times)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("tls") / "ca")


@pytest.fixture(scope="module")
def own(ca: Ca) -> Tls:
    return ca.make("client", "DNS:client")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[HttpEngine]:
    with HttpEngine(tmp_path / "e") as made:
        yield made


def opened(port: int, tls: Tls | None, host: str = "127.0.0.1") -> str:
    """The risk that is said of it."""
    source = open_engine(Address("engine", f"tcp://{host}:{port}", tls=tls), Control())
    assert len(source.images(Control())) == 3
    return source.info(Control()).risk


def refused(port: int, tls: Tls | None) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        opened(port, tls)
    return caught.value


def test_files_that_fit_open_it_and_nothing_is_unsafe_about_it(ca: Ca, own: Tls, engine: HttpEngine) -> None:
    with forwarded(engine.path, ca.server("good")) as port:
        assert opened(port, own) == ""


def test_one_that_is_not_verified_opens_and_is_marked(ca: Ca, own: Tls, engine: HttpEngine, tmp_path: Path) -> None:
    stranger = Ca(tmp_path / "stranger")
    with forwarded(engine.path, ca.server("unverified")) as port:
        theirs = replace(own, ca=stranger.at("ca.pem"))
        assert "vouches" in refused(port, theirs).reason
        assert opened(port, replace(own, ca="", verify=False)) == "TLS not verified"


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (("old", "IP:127.0.0.1", *LONG_AGO), "has expired"),
        (("other", "IP:10.9.8.7"), "another name"),
        (("named", "DNS:engine.example.org"), "another name"),
    ],
    ids=["expired", "other-ip", "other-name"],
)
def test_what_is_wrong_with_the_other_sides_certificate(
    ca: Ca, own: Tls, engine: HttpEngine, server: tuple[str, ...], words: str
) -> None:
    with forwarded(engine.path, ca.server(*server)) as port:
        error = refused(port, own)
    assert words in error.reason
    assert error.way_out


def test_one_that_wants_a_certificate_of_ours_says_so(ca: Ca, own: Tls, engine: HttpEngine) -> None:
    with forwarded(engine.path, ca.server("wants")) as port:
        reason = refused(port, Tls(own.ca)).reason
    # Whether its word comes before the end of the connection is chance.
    assert "certificate of yours" in reason or reason == "it closed the connection"


def test_tls_to_a_port_without_and_the_other_way_round(ca: Ca, own: Tls, engine: HttpEngine) -> None:
    with forwarded(engine.path) as port:
        assert refused(port, own).reason.startswith("TLS failed")
        assert opened(port, None) == "", "on this machine nobody is on the way"
    with forwarded(engine.path, ca.server("strict")) as port:
        assert refused(port, None)


def test_a_file_that_is_no_good_is_named_before_anything_is_connected(ca: Ca, own: Tls, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "cut.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    old = ca.make("expired", "DNS:old", *_old(LONG_AGO))
    other = ca.make("somebody", "DNS:somebody")
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "ec", "-aes256", "-passout", "pass:x", "-in", own.key, "-out", str(locked)],
                   check=True, capture_output=True, timeout=60)  # fmt: skip
    for tls, words in (
        (replace(own, ca=str(tmp_path / "none.pem")), "the CA certificate {}/none.pem is not there"),
        (replace(own, cert=str(tmp_path)), "cannot be read"),
        (replace(own, cert=str(tmp_path / "text")), "the certificate {}/text is not a certificate in PEM"),
        (replace(own, key=own.cert), "is not a key in PEM"),
        (replace(own, key=""), "go together"),
        (replace(own, key=other.key), "is not the one of the certificate"),
        (replace(own, cert=old.cert, key=old.key), "has expired: it was good until 2021"),
        (replace(own, ca=str(tmp_path / "cut.pem")), "is damaged"),
        (replace(own, key=str(locked)), "locked by a passphrase"),
    ):
        reason = refused(1, tls).reason
        assert words.format(tmp_path) in reason
        assert "nothing listens" not in reason


def test_how_long_a_certificate_is_good(ca: Ca, own: Tls) -> None:
    der = ssl.PEM_cert_to_DER_cert(Path(own.cert).read_text())
    begins, ends = validity(der)
    assert begins <= time.time() < ends
    assert ends - begins == 2 * 86400


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_certificates(data: bytes) -> None:
    try:
        validity(data)
    except (ValueError, IndexError):
        return


@pytest.mark.parametrize(
    "address",
    [
        Address("engine", "tcp://a:2376", "a", "", Tls("/ca", "/cert", "/key")),
        Address("engine", "tcp://a:2376", "a", "", Tls(verify=False)),
        Address("engine", "ssh://a", "", "far", None, "/home/me/.ssh/key"),
        Address("engine", "unix:///x"),
    ],
)
def test_what_the_settings_keep_of_it(address: Address) -> None:
    assert from_line(as_line(address)) == address


def test_lines_of_before_are_still_read() -> None:
    assert from_line("tcp://a:1\nname\n") == Address("engine", "tcp://a:1", "name")
    assert from_line("tcp://a:1\nname") is None
