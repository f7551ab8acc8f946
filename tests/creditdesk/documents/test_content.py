"""Files of clients: recognised by their bytes, refused unless they merely show something."""

import re
import socket
import struct
import threading
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.documents.content import DocumentRefused, check, plain_name
from creditdesk.documents.parser import fault_of
from creditdesk.documents.virus_scan import ScannerUnreachable, find_virus
from creditdesk.limits import DOCUMENT_LARGEST
from creditdesk.models import Document
from tests.creditdesk.documents.files import EICAR, PAYSLIP, image, pdf, pdf_of, png_that_states


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
        (png_that_states(50_000, 50_000), "too many pixels"),
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


HEADS = {"application/pdf": b"%PDF-1.4\n", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


@given(content=st.binary(max_size=400), content_type=st.sampled_from(sorted(HEADS)))
def test_noise_is_a_fault_and_never_an_error(content, content_type):
    assert fault_of(HEADS[content_type] + content, content_type)


@pytest.mark.parametrize("stated", [b"1", b"30000000"])
def test_the_length_that_a_pdf_states_hides_no_script_and_costs_no_time(stated):
    lying = re.sub(rb"/Size \d+", b"/Size " + stated, pdf(script="app.alert(1)"))
    with pytest.raises(DocumentRefused, match="scripts"):
        check("payslip.pdf", lying)


def test_an_escaped_name_hides_no_script():
    written = pdf(script="app.alert(1)").replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4aS")
    with pytest.raises(DocumentRefused, match="scripts"):
        check("payslip.pdf", written)


@pytest.mark.parametrize(
    "entries",
    [b"/AA<</O 4 0 R>>", b"/Annots[<</Subtype/Link/A<</S/GoTo/D[3 0 R/Fit]/Next[4 0 R]>>>>]"],
    ids=["page", "link"],
)
def test_a_page_of_the_web_that_opens_by_itself_is_refused_and_a_link_to_it_is_none(entries):
    web = b"<</S/URI/URI(https://phishing.example/)>>"
    with pytest.raises(DocumentRefused, match="scripts"):
        check("payslip.pdf", pdf_of(entries, web))
    opening = pdf(script="x").replace(b"/JavaScript", b"/URI").replace(b"/JS", b"/URI")
    with pytest.raises(DocumentRefused, match="scripts"):
        check("payslip.pdf", opening)
    assert check("payslip.pdf", pdf_of(b"/Annots[<</Subtype/Link/A 4 0 R>>]", web)).name == "payslip.pdf"


def test_a_list_of_millions_of_objects_that_is_small_on_the_way_is_refused():
    entries = zlib.compress(b"\0\0\0\0" + b"\1\0\x09\0" * 3_000_000, 9)
    head = b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    stream = b"3 0 obj<</Type/XRef/Size 3000001/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n"
    bomb = head + stream % len(entries) + entries + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(head)
    assert len(bomb) < 50_000
    with pytest.raises(DocumentRefused, match="damaged"):
        check("payslip.pdf", bomb)


def test_a_parser_that_dies_refuses_the_file(monkeypatch, tmp_path):
    (tmp_path / "parser.py").write_text("import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr("creditdesk.documents.parser.__file__", str(tmp_path / "parser.py"))
    with pytest.raises(DocumentRefused, match="damaged"):
        check("payslip.pdf", PAYSLIP)


@given(name=st.text(max_size=300))
def test_a_name_never_leads_out_of_its_folder_nor_out_of_its_header(name):
    taken = plain_name(name, Document.ContentType.PDF)
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
