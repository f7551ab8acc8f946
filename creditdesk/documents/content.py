"""Recognise a file by its content, and refuse what is no plain document."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.documents import parser
from creditdesk.documents.virus_scan import find_virus
from creditdesk.limits import DOCUMENT_LARGEST, MIB
from creditdesk.models.document import Document

MAX_NAME_LENGTH: Final = 200
TOO_LARGE: Final = format_lazy(_("This file is larger than {size} MB."), size=DOCUMENT_LARGEST // MIB)
# Parsers at a time: what they take of the machine is theirs, and bounded.
_PARSERS: Final = BoundedSemaphore(2)
_PARSER_SECONDS: Final = 30
_HEADS: Final = {
    b"%PDF-": Document.ContentType.PDF,
    b"\xff\xd8\xff": Document.ContentType.JPEG,
    b"\x89PNG\r\n\x1a\n": Document.ContentType.PNG,
}
_EXTENSIONS: Final = {
    Document.ContentType.PDF: "pdf",
    Document.ContentType.JPEG: "jpg",
    Document.ContentType.PNG: "png",
}
_FAULTS: Final[Mapping[str, str | Promise]] = {
    parser.DAMAGED: _("This file is damaged: it cannot be read."),
    parser.PROTECTED: _("This PDF is protected by a password: ask for one without."),
    parser.NO_PAGES: _("This PDF has no pages."),
    parser.TOO_MANY_PAGES: format_lazy(_("This PDF has more than {pages} pages."), pages=parser.MAX_PAGES),
    parser.ACTIVE: _("This PDF holds scripts, programs or other files: print it to a plain PDF first."),
    parser.TOO_MANY_PIXELS: _("This image has too many pixels."),
    parser.TOO_MUCH_UNPACKED: _("This PDF unpacks to too many bytes: print it to a plain PDF first."),
}


class DocumentRefused(Exception):
    """The file is not taken; the message gives the reason."""


class CheckedFile(NamedTuple):
    name: str
    content: bytes
    content_type: Document.ContentType


def check(name: str, content: bytes) -> CheckedFile:
    """Return a PDF, JPEG or PNG file that is whole and only shows something.

    What the file is follows from its bytes: its name and what the browser says are not believed. Raises
    DocumentRefused, and ScannerUnreachable where a scanner is configured that gives no answer.
    """
    if not content:
        raise DocumentRefused(gettext("This file is empty."))
    if len(content) > DOCUMENT_LARGEST:
        raise DocumentRefused(str(TOO_LARGE))
    content_type = _recognised(content)
    if fault := _fault_of(content, content_type):
        raise DocumentRefused(str(_FAULTS[fault]))
    if virus := find_virus(content):
        raise DocumentRefused(gettext("The virus scanner refuses this file: %(name)s.") % {"name": virus})
    return CheckedFile(plain_name(name, content_type), content, content_type)


def plain_name(name: str, content_type: Document.ContentType) -> str:
    """Return the file's own name without folders and control characters, ending as its content says."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = "".join(c for c in last.rsplit(".", 1)[0] if c.isprintable() and c not in '"<>:|?*').strip(" .")
    return f"{stem[: MAX_NAME_LENGTH - 5] or 'document'}.{_EXTENSIONS[content_type]}"


def _recognised(content: bytes) -> Document.ContentType:
    for head, content_type in _HEADS.items():
        if content.startswith(head):
            return content_type
    raise DocumentRefused(gettext("Only PDF, JPEG and PNG files are taken."))


def _fault_of(content: bytes, content_type: Document.ContentType) -> str:
    """Parse the file elsewhere; one that takes too much time or memory, or ends the parser, is damaged."""
    command = [sys.executable, "-I", str(Path(parser.__file__)), content_type.value]
    with _PARSERS:
        try:
            parsed = subprocess.run(
                command, input=content, capture_output=True, timeout=_PARSER_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return parser.DAMAGED
    fault = parsed.stdout.decode().strip()
    return fault if parsed.returncode == 0 and (not fault or fault in _FAULTS) else parser.DAMAGED
