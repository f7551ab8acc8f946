"""Methods, encodings and policies of answers, plain HTTP, and the requests that the desk itself sends."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from django.test import Client as Browser

from accounts.outbound import send_request
from tests.accounts.password_sign_in import sign_in, user_with_password

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("/", "/accounts/login/", "/cases/", "/admin/", "/healthz", "/api/v1/model", "/help/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG"])
def test_no_answer_to_trace_repeats_the_request(client_as, method, path):
    answer = client_as("admin").generic(method, path, headers={"X-Secret": "to be kept"})
    assert answer.status_code == 405
    assert "to be kept" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/cases/500001/merge/undo/", "/cases/500001/merge/"),
        ("/cases/500001/notes/7/remove/", "/cases/500001/"),
        ("/cases/views/7/delete/", "/cases/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page_which_says_once_that_nothing_was_recorded(
    client_as, case_of, form, page
):
    case_of("advisor", reference="500001")
    answer = client_as("manager").get(form, follow=True)
    assert answer.redirect_chain[-1] == (page, 302)
    assert answer.content.decode().count("Nothing was recorded by the last form") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, "/no-such-page/", "/cases/export.csv"])
def test_every_text_says_its_encoding_and_is_not_guessed_at(client_as, path):
    answer = client_as("manager").get(path, follow=True)
    kind = answer["Content-Type"]
    assert not kind.startswith("text/") or "charset=utf-8" in kind.lower()
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/cases/", "/help/"])
def test_the_policy_of_every_page_names_objects_base_and_frames(client_as, path):
    policy = client_as("manager").get(path, follow=True)["Content-Security-Policy"]
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    for directive in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert parts[directive] == ["'none'"]
    assert parts["script-src"] == parts["style-src"] == ["'self'"]


@pytest.mark.django_db
def test_no_script_reads_the_token_or_the_session():
    user_with_password("advisor")
    browser = Browser()
    browser.get("/accounts/login/")
    sign_in(browser, "advisor")
    assert browser.cookies["csrftoken"]["httponly"]
    assert browser.cookies["sessionid"]["httponly"]


@pytest.mark.django_db
def test_a_key_that_was_sent_in_plain_is_refused_and_pages_lead_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    headers = {"Authorization": "Bearer cd_something"}
    answer = Browser().post("/api/v1/predict", "{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert "HTTPS alone" in json.loads(answer.content)["detail"]
    for page in ("/cases/", "/api/v1/docs"):
        assert Browser().get(page)["Location"] == f"https://testserver{page}"
    assert Browser().get("/api/v1/model", secure=True).status_code == 401


@pytest.mark.django_db
def test_no_page_tells_another_site_where_its_reader_came_from(client_as):
    for path in ("/accounts/login/", "/cases/", "/no-such-page/"):
        assert client_as("advisor").get(path)["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/static/", "/static/css/", "/static/vendor", "/ml_artifacts/", "/var/", "/.git/"]
)
def test_no_folder_is_listed(client_as, path):
    assert client_as("admin").get(path, follow=True).status_code == 404


def test_no_script_stores_anything_in_the_browser():
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))
    assert len(scripts) > 5
    storing = re.compile(r"localStorage(?!\.getItem\()|sessionStorage|indexedDB|document\.cookie|caches\.")
    assert [path.name for path in scripts if storing.search(path.read_text(encoding="utf-8"))] == []


class _Redirecting(BaseHTTPRequestHandler):
    requested: list[str]

    def do_POST(self) -> None:
        self.requested.append(self.path)
        self.send_response(302 if self.path == "/first" else 200)
        self.send_header("Location", "/internal")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    _Redirecting.requested = []
    server = HTTPServer(("127.0.0.1", 0), _Redirecting)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_receiver_leads_the_desk_nowhere_else(receiver):
    address = f"http://127.0.0.1:{receiver.server_port}"
    with pytest.raises(HTTPError, match="302"):
        send_request(Request(f"{address}/first", b"{}"), timeout=5)  # noqa: S310
    assert _Redirecting.requested == ["/first"]
    with send_request(Request(f"{address}/second", b"{}"), timeout=5) as answer:  # noqa: S310
        assert answer.status == 200
