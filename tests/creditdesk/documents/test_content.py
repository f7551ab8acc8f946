"""Files of clients: recognised by their bytes, refused unless they merely show something."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.documents.content import DocumentRefused, check
from creditdesk.documents.virus_scan import ScannerUnreachable, find_virus
from creditdesk.limits import DOCUMENT_LARGEST
from tests.creditdesk.documents.files import EICAR, PAYSLIP, image, pdf


@pytest.mark.parametrize(
    ("content", "content_type", "name"),
    [
        (PAYSLIP, "application/pdf", "payslip.pdf"),
        (image("JPEG"), "image/jpeg", "payslip.jpg"),
        (image("PNG"), "image/png", "payslip.png"),
    ],
)
def test_a_file_is_what_its_bytes_say_whatever_its_name_says(content, content_type, name):
    checked = check("C:\\Users\\me\\payslip.exe", content)
    assert (checked.content_type, checked.name, checked.content) == (content_type, name, content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "Only PDF, JPEG and PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Only PDF, JPEG and PNG"),
        (image("GIF"), "Only PDF, JPEG and PNG"),
        (b"%PDF-1.7 and nothing else", "damaged"),
        (PAYSLIP[:-200], "damaged|no pages"),
        (image("PNG")[:-40], "damaged"),
        (image("JPEG")[:300], "damaged"),
        (b"\xff\xd8\xff" + image("PNG"), "damaged"),
        (pdf(script="app.alert('hello')"), "scripts"),
        (pdf(attachment=b"MZ"), "scripts"),
        (pdf(password="secret"), "password"),
        (pdf(pages=201), "more than 200 pages"),
        (b"%PDF-" + b"x" * DOCUMENT_LARGEST, "larger than 7 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_plain_document_is_refused_with_the_reason(content, reason):
    with pytest.raises(DocumentRefused, match=reason):
        check("payslip.pdf", content)


@given(
    content=st.binary(max_size=400),
    head=st.sampled_from([b"", b"%PDF-1.4\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
)
def test_noise_is_refused_and_never_an_error(content, head):
    with pytest.raises(DocumentRefused):
        check("noise.pdf", head + content)


@given(name=st.text(max_size=300))
def test_a_name_never_leads_out_of_its_folder_nor_out_of_its_header(name):
    taken = check(name, PAYSLIP).name
    assert taken.endswith(".pdf")
    assert len(taken) <= 200
    assert not set(taken) & set('/\\"\r\n\0')


@pytest.fixture
def clamd(settings) -> Iterator[list[bytes]]:
    """Answer as clamd does: FOUND for the test virus, OK otherwise; yields what it was sent."""
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    settings.CLAMD_ADDRESS = "{}:{}".format(*listener.getsockname())

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!L", stream.read(4))[0]:
                    content += stream.read(length)
                received.append(content)
                infected = EICAR in content
                connection.sendall(b"stream: Eicar-Test-Signature FOUND\0" if infected else b"stream: OK\0")

    threading.Thread(target=serve, daemon=True).start()
    yield received
    listener.close()


def test_a_scanner_reads_every_byte_before_a_file_is_taken(clamd):
    large = image("PNG") + b"\0" * 600_000
    check("scan.png", large)
    assert clamd == [large]


def test_a_file_in_which_the_scanner_finds_a_virus_is_refused_by_its_name(clamd):
    with pytest.raises(DocumentRefused, match="Eicar-Test-Signature"):
        check("scan.png", image("PNG") + EICAR)


def test_nothing_is_taken_while_a_configured_scanner_does_not_answer(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.CLAMD_ADDRESS = "{}:{}".format(*listener.getsockname())
    with pytest.raises(ScannerUnreachable):
        find_virus(PAYSLIP)


def test_an_answer_that_is_neither_yes_nor_no_is_no_answer(settings, monkeypatch):
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    ours, theirs = socket.socketpair()
    monkeypatch.setattr("creditdesk.documents.virus_scan._connection", lambda address: ours)
    theirs.sendall(b"INSTREAM size limit exceeded. ERROR\0")
    with pytest.raises(ScannerUnreachable):
        find_virus(PAYSLIP)
    theirs.close()
