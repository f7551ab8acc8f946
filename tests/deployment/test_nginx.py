"""The deployed nginx configuration in front of two web processes on PostgreSQL: `make test-deployment`."""

import json
import os
import shutil
import socket
import ssl
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from creditdesk import limits
from tests.deployment.desk import Answer, Desk, Visitor, running

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(
        "postgres" not in os.environ.get("DATABASE_URL", "") or not shutil.which("nginx", path="/usr/sbin"),
        reason="needs nginx and a PostgreSQL server of its own: make test-deployment",
    ),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running(tmp_path_factory.mktemp("deployment")) as desk:
        yield desk


def metrics_of(port: int) -> dict[str, float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Authorization": "Bearer deployment-test-token"})
    text = connection.getresponse().read().decode()
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests_served(port: int) -> float:
    return metrics_of(port)["django_http_requests_before_middlewares_total"]


def test_both_processes_accept_a_session_of_either(desk: Desk):
    before = [requests_served(port) for port in desk.web_ports]
    visitor = Visitor(desk).signed_in("manager")
    statuses = Counter(visitor.request("GET", "/cases/").status for _ in range(12))
    assert statuses == {200: 12}
    after = [requests_served(port) for port in desk.web_ports]
    # Reading the counter is one of the requests; both processes answered some of the others.
    assert all(now - then > 2 for now, then in zip(after, before, strict=True))


def test_an_activation_reaches_both_processes(desk: Desk):
    assert all(metrics_of(port)["creditdesk_model_loadeddemo-2026-11-29"] == 1 for port in desk.web_ports)
    desk.manage("activate", "tiny-1")
    assert all(metrics_of(port)["creditdesk_model_loadedtiny-1"] == 1 for port in desk.web_ports)


def test_plain_http_metrics_and_forged_addresses_stay_outside(desk: Desk):
    visitor = Visitor(desk)
    assert visitor.request("GET", "/metrics").status == 404
    forged = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "127.0.0.1"}
    answer = visitor.request("GET", "/healthz", headers=forged)
    assert (answer.status, answer.text) == (200, "ok")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")


def test_a_program_that_speaks_plain_http_is_refused_and_a_person_led_to_https(desk: Desk):
    connection = HTTPConnection("127.0.0.1", desk.http_port, timeout=30)
    connection.request("GET", "/api/v1/model", headers={"Host": "localhost", "Authorization": "Bearer key"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert "HTTPS alone" in json.loads(answer.read())["detail"]
    connection.request("GET", "/cases/", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/cases/")


def test_static_files_come_from_nginx_and_are_cached_for_good(desk: Desk):
    visitor = Visitor(desk)
    page = visitor.request("GET", "/accounts/login/").text
    path = page.split('href="/static/')[1].split('"')[0]
    answer = visitor.request("GET", f"/static/{path}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_no_answer_says_which_program_gave_it(desk: Desk):
    visitor = Visitor(desk)
    plain = HTTPConnection("127.0.0.1", desk.http_port, timeout=30)
    plain.request("GET", "/", headers={"Host": "localhost"})
    paths = ("/accounts/login/", "/metrics", "/static/no-such-file", "/api/v1/model", "/healthz")
    answers = {path: visitor.request("GET", path) for path in paths}
    assert [answer.status for answer in answers.values()] == [200, 404, 404, 401, 200]
    assert not [path for path, answer in answers.items() if "Server" in answer.headers]
    assert "Server" not in plain.getresponse().headers
    too_large = visitor.request("POST", "/", headers={"Content-Length": str(10**9)})
    assert (too_large.status, "Server" in too_large.headers) == (413, False)


def test_sign_in_requests_are_rate_limited(desk: Desk):
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(
            pool.map(lambda _: Visitor(desk).request("GET", "/accounts/login/").status, range(40))
        )
    assert statuses[429] > 0
    assert set(statuses) <= {200, 429}


def handshake(
    desk: Desk, name: str, *, ciphers: str = "DEFAULT", newest: ssl.TLSVersion | None = None
) -> str:
    """The protocol and cipher that the proxy agrees to for a server name."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    if newest:
        context.minimum_version = context.maximum_version = newest
    with (
        socket.create_connection(("127.0.0.1", desk.tls_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        cipher = secured.cipher()
        assert cipher
        return f"{secured.version()} {cipher[0]}"


def test_tls_has_authenticated_encryption_alone(desk: Desk):
    assert handshake(desk, "localhost").startswith("TLSv1.3 TLS_")
    old = ssl.TLSVersion.TLSv1_2
    assert "GCM" in handshake(desk, "localhost", newest=old)
    for refused in ("ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256"):
        with pytest.raises(ssl.SSLError):
            handshake(desk, "localhost", ciphers=refused, newest=old)
    with pytest.raises(ssl.SSLError):
        handshake(desk, "localhost", newest=ssl.TLSVersion.TLSv1_1)


def test_another_name_is_refused(desk: Desk):
    with pytest.raises(ssl.SSLError):
        handshake(desk, "another.example")
    answer = Visitor(desk).request("GET", "/healthz", headers={"Host": "another.example"})
    assert answer.status == 421
    plain = HTTPConnection("127.0.0.1", desk.http_port, timeout=10)
    plain.request("GET", "/healthz", headers={"Host": "another.example"})
    assert plain.getresponse().status == 421
    plain.close()
    plain.request("GET", "/cases/", headers={"Host": "localhost"})
    answered = plain.getresponse()
    assert (answered.status, answered.headers["Location"]) == (301, "https://localhost/cases/")


def test_a_program_may_ask_as_fast_as_its_key_allows(desk: Desk):
    key = desk.output("create_api_key", "manager").strip()
    visitor, headers = Visitor(desk), {"Authorization": f"Bearer {key}"}
    statuses = Counter(visitor.request("GET", "/api/v1/model", headers=headers).status for _ in range(150))
    assert statuses == {200: 150}


def test_the_errors_of_the_proxy_are_problems_of_the_api(desk: Desk):
    visitor = Visitor(desk)
    too_large = visitor.request(
        "POST", "/api/v1/predict", headers={"Content-Length": str(limits.API_LARGEST_BODY + 1)}
    )
    assert_problem(too_large, 413)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(first_refusal, [desk] * 8))
    for answer in answers:
        assert_problem(answer, 429)
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}


def test_a_batch_larger_than_a_form_reaches_the_api(desk: Desk):
    key = desk.output("create_api_key", "manager").strip()
    body = {"items": "x" * (limits.PAGE_LARGEST_BODY + 1)}
    answer = Visitor(desk).request("POST", "/api/v1/predict", body, {"Authorization": f"Bearer {key}"})
    assert_problem(answer, 400)


def first_refusal(desk: Desk) -> Answer:
    """Ask without a key until the proxy has had enough."""
    visitor = Visitor(desk)
    for _ in range(2_000):
        answer = visitor.request("GET", "/api/v1/model")
        if answer.status == 429:
            return answer
        assert_problem(answer, 401)
    raise AssertionError("the proxy refused nothing")


def assert_problem(answer: Answer, status: int) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.text)
    assert (answer.status, problem["status"], problem["type"]) == (status, status, "about:blank")


def test_stopping_one_process_fails_no_request(desk: Desk):
    visitor = Visitor(desk)
    desk.web[0].terminate()
    desk.web[0].wait()
    statuses = Counter(visitor.request("GET", "/readyz").status for _ in range(30))
    assert statuses == {200: 30}


def test_without_a_process_the_proxy_says_when_to_come_back(desk: Desk):
    for process in desk.web:
        process.terminate()
        process.wait()
    problem, page = (Visitor(desk).request("GET", path) for path in ("/api/v1/model", "/cases/"))
    assert_problem(problem, 503)
    assert (page.status, page.headers["Content-Type"]) == (503, "text/plain")
    assert {problem.headers["Retry-After"], page.headers["Retry-After"]} == {"5"}
