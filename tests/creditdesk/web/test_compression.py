"""Pages are compressed where nobody else chooses any of their text."""

import gzip

import pytest

pytestmark = pytest.mark.django_db
ACCEPTS = {"Accept-Encoding": "gzip"}


def gzip_name(content: bytes) -> bytes:
    """The file name in the head of a compressed page, which is ten bytes long before it."""
    return content[10:].partition(b"\0")[0]


def encoding(answer) -> str:
    return answer.get("Content-Encoding", "")


def test_a_page_is_compressed_and_reads_the_same(client_as, case_of):
    case = case_of("advisor")
    advisor = client_as("advisor")
    answer = advisor.get("/cases/", headers=ACCEPTS)
    page = gzip.decompress(answer.content).decode()
    assert encoding(answer) == "gzip"
    assert case.reference in page
    assert len(answer.content) < len(page) / 3
    assert "Accept-Encoding" in answer["Vary"]
    assert answer["Content-Length"] == str(len(answer.content))
    assert encoding(advisor.get("/cases/")) == ""


def test_the_length_of_a_page_says_nothing_exact(client_as, case_of):
    case_of("advisor")
    advisor = client_as("advisor")
    answers = [advisor.get("/cases/", headers=ACCEPTS).content for _ in range(12)]
    # Beyond what the masked token alone makes of it: the file name of the compressed page.
    names = {gzip_name(answer) for answer in answers}
    assert len({len(name) for name in names}) > 3


@pytest.mark.parametrize("address", ["/cases/?queue=late", "/cases/?x=guess", "/cases/no-such-case/"])
def test_what_repeats_its_address_is_not_compressed(client_as, address):
    assert encoding(client_as("advisor").get(address, headers=ACCEPTS)) == ""


def test_what_repeats_a_search_term_is_not_compressed(client_as, case_of):
    case_of("advisor")
    answer = client_as("advisor").post("/cases/", {"q": "guess"}, headers=ACCEPTS)
    assert b'value="guess"' in answer.content
    assert encoding(answer) == ""
