"""Pages are compressed where nobody else chooses any of their text."""

import gzip

import pytest

pytestmark = pytest.mark.django_db
ACCEPTS = {"Accept-Encoding": "gzip"}


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
    assert encoding(advisor.get("/cases/")) == ""


@pytest.mark.parametrize("address", ["/cases/?queue=late", "/cases/?x=guess", "/cases/no-such-case/"])
def test_what_repeats_its_address_is_not_compressed(client_as, address):
    assert encoding(client_as("advisor").get(address, headers=ACCEPTS)) == ""


def test_what_repeats_a_search_term_is_not_compressed(client_as, case_of):
    case_of("advisor")
    answer = client_as("advisor").post("/cases/", {"q": "guess"}, headers=ACCEPTS)
    assert b'value="guess"' in answer.content
    assert encoding(answer) == ""
