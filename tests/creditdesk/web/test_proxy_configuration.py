"""The configuration of nginx holds the limits of the API and of the server: there is no second source."""

import re

import pytest
from django.core.management import CommandError, call_command

from creditdesk import limits


@pytest.fixture
def configuration(settings, capsys):
    settings.ALLOWED_HOSTS = ["desk.example.org", ".branch.example.org"]

    def write() -> str:
        call_command("nginx_configuration")
        return str(capsys.readouterr().out)

    return write


def test_limits_are_those_of_the_desk(configuration, monkeypatch):
    monkeypatch.setattr(limits, "API_LARGEST_BODY", 123_456)
    monkeypatch.setattr(limits, "PAGE_LARGEST_BODY", 2_345)
    monkeypatch.setattr(limits, "HEAD_SECONDS", 7)
    text = configuration()
    assert re.findall(r"client_max_body_size (\d+);", text) == ["2345", "123456"]
    assert "client_header_timeout 7s;" in text
    assert not re.search(r"@[A-Z_]+@", text)


def test_a_key_is_limited_by_the_proxy_no_lower_than_by_the_api(configuration, settings):
    settings.API_REQUESTS_PER_MINUTE = 1_200
    text = configuration()
    assert "limit_req_zone $http_authorization zone=keys:10m rate=20r/s;" in text
    assert "limit_req zone=keys burst=1200 nodelay;" in text
    assert "A key may ask 1200 times a minute" in text


def test_the_proxy_answers_to_the_names_of_the_desk_alone(configuration, settings):
    assert "server_name desk.example.org .branch.example.org;" in configuration()
    settings.ALLOWED_HOSTS = ["*"]
    with pytest.raises(CommandError, match="ALLOWED_HOSTS names no host"):
        configuration()
