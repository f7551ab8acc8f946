"""The deployed nginx configuration in front of two web processes on PostgreSQL: `make test-deployment`."""

import os
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.deployment.desk import Desk, Visitor, running

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
    assert all(metrics_of(port)["creditdesk_model_loadeddemo-2026-11-22.2"] == 1 for port in desk.web_ports)
    desk.manage("activate", "tiny-1")
    assert all(metrics_of(port)["creditdesk_model_loadedtiny-1"] == 1 for port in desk.web_ports)


def test_plain_http_metrics_and_forged_addresses_stay_outside(desk: Desk):
    visitor = Visitor(desk)
    assert visitor.request("GET", "/metrics").status == 404
    forged = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "127.0.0.1"}
    answer = visitor.request("GET", "/healthz", headers=forged)
    assert (answer.status, answer.text) == (200, "ok")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_static_files_come_from_nginx_and_are_cached_for_good(desk: Desk):
    visitor = Visitor(desk)
    page = visitor.request("GET", "/accounts/login/").text
    path = page.split('href="/static/')[1].split('"')[0]
    answer = visitor.request("GET", f"/static/{path}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Server"] == "nginx"


def test_sign_in_requests_are_rate_limited(desk: Desk):
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(
            pool.map(lambda _: Visitor(desk).request("GET", "/accounts/login/").status, range(40))
        )
    assert statuses[429] > 0
    assert set(statuses) <= {200, 429}


def test_stopping_one_process_fails_no_request(desk: Desk):
    visitor = Visitor(desk)
    desk.web[0].terminate()
    desk.web[0].wait()
    statuses = Counter(visitor.request("GET", "/readyz").status for _ in range(30))
    assert statuses == {200: 30}
