"""Time stamps by an authority of its own, with OpenSSL, over HTTP: what they prove, and what shows."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.audit.outside import OutsideBroken, check_outside
from accounts.audit.timestamps import stored_stamps

pytestmark = pytest.mark.django_db
CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
default_policy = 1.3.6.1.4.1.9999.1
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(command: str, *, sent: bytes = b"") -> bytes:
    return subprocess.run(
        shlex.split(f"openssl {command}"), input=sent, check=True, capture_output=True
    ).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An authority: its root, the certificate that signs, and another root that signs nothing here."""
    folder: Path = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "purpose").write_text(
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
    )
    for name in ("root", "other"):
        openssl(
            f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}"
            f" -addext keyUsage=critical,keyCertSign -keyout {folder}/{name}.key -out {folder}/{name}.pem"
        )
    openssl(f"req -newkey rsa:2048 -nodes -subj /CN=stamps -keyout {folder}/tsa.key -out {folder}/tsa.csr")
    openssl(
        f"x509 -req -days 2 -in {folder}/tsa.csr -CA {folder}/root.pem -CAkey {folder}/root.key"
        f" -CAcreateserial -extfile {folder}/purpose -out {folder}/tsa.pem"
    )
    return folder


@pytest.fixture
def authority(folder, settings) -> Iterator[HTTPServer]:
    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            answer = openssl(
                f"ts -reply -config {folder}/tsa.cnf -queryfile {query} -signer {folder}/tsa.pem"
                f" -inkey {folder}/tsa.key"
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Authority)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.AUDIT_TIMESTAMP_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.AUDIT_TIMESTAMP_CERTIFICATE = str(folder / "root.pem")
    yield server
    server.shutdown()
    server.server_close()


def stamp() -> str:
    out = StringIO()
    call_command("timestamp_audit", stdout=out)
    return out.getvalue()


def test_a_stamp_says_how_far_the_log_had_come_and_when(authority, record_events):
    record_events(3)
    before = timezone.now() - timedelta(seconds=2)
    assert stamp().startswith("event 3 stamped at ")
    (stored,) = stored_stamps()
    assert (stored.sequence, before <= stored.at <= timezone.now()) == (3, True)
    check_outside()


def test_openssl_verifies_the_same_file(authority, record_events, folder):
    (event,) = record_events(1)
    stamp()
    (stored,) = stored_stamps()
    message = folder / "message"
    message.write_text(f"creditdesk audit head 1 {event.own_hash}")
    verified = openssl(f"ts -verify -in {stored.path} -data {message} -CAfile {folder}/root.pem")
    assert b"Verification: OK" in verified


def test_a_log_that_was_written_anew_does_not_fit_its_stamps(
    authority, record_events: Callable[[int], object], by_hand
):
    record_events(3)
    stamp()
    by_hand("DELETE FROM accounts_auditevent WHERE sequence = 3")
    with pytest.raises(OutsideBroken, match=r"event 3: the time stamp of .* knows it, the log does not"):
        check_outside()


def test_a_stamp_that_was_altered_or_renamed_does_not_verify(authority, record_events):
    record_events(2)
    stamp()
    (stored,) = stored_stamps()
    content = stored.path.read_bytes()
    stored.path.rename(stored.path.with_name(f"2-{'0' * 64}.tsr"))
    with pytest.raises(OutsideBroken, match="does not verify"):
        check_outside()
    stored.path.with_name(f"2-{'0' * 64}.tsr").unlink()
    stored.path.write_bytes(content[:-20] + bytes(20))
    with pytest.raises(OutsideBroken, match=r"does not verify|cannot be read"):
        check_outside()


def test_another_authority_is_not_believed(authority, record_events, folder, settings):
    record_events(1)
    settings.AUDIT_TIMESTAMP_CERTIFICATE = str(folder / "other.pem")
    with pytest.raises(CommandError, match="does not verify"):
        stamp()
    assert not list(stored_stamps())


def test_events_without_a_stamp_for_too_long_are_missed(authority, record_events, settings):
    record_events(1)
    check_outside()
    settings.AUDIT_TIMESTAMP_HOURS = 0
    with pytest.raises(OutsideBroken, match="have no time stamp"):
        check_outside()
    stamp()
    check_outside()


def test_without_an_authority_nothing_is_stamped_or_demanded(record_events, settings):
    record_events(1)
    settings.AUDIT_TIMESTAMP_HOURS = 0
    check_outside()
    with pytest.raises(CommandError, match="names no time stamping authority"):
        stamp()


def test_an_authority_that_does_not_answer_is_named(record_events, settings):
    record_events(1)
    settings.AUDIT_TIMESTAMP_URL = "http://127.0.0.1:9/"
    with pytest.raises(CommandError, match="did not answer"):
        stamp()
