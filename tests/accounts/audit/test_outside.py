"""Heads of the log outside the database: the log stream, the sink, a person who wrote one down."""

import json
import logging
import os
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from accounts.audit import sinks
from accounts.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db


def verified() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


@pytest.fixture
def sink(settings, tmp_path) -> Path:
    settings.AUDIT_SINK = (tmp_path / "heads").as_uri()
    return tmp_path / "heads"


def test_every_head_is_in_the_log_stream(record_events, caplog):
    with caplog.at_level(logging.INFO, "accounts.audit.head"):
        event = record_events(2)[-1]
    assert f"audit head 2 {event.own_hash}" in caplog.messages


def test_a_sink_is_added_to_and_read_back(record_events, sink):
    record_events(1)
    record_events(2)
    hashes = dict(AuditEvent.objects.values_list("sequence", "own_hash"))
    assert [line.split() for line in sink.read_text().splitlines()] == [
        [str(number), hashes[number]] for number in (1, 2, 3)
    ]
    assert verified().startswith("3 events")


def test_an_old_database_with_its_old_anchor_is_found_by_the_sink(record_events, sink, settings, by_hand):
    record_events(2)
    head, anchor = AuditHead.objects.get(), settings.AUDIT_ANCHOR.read_text()
    record_events(2)
    by_hand(
        "DELETE FROM accounts_auditevent WHERE sequence > 2",
        f"UPDATE accounts_audithead SET sequence = 2, own_hash = '{head.own_hash}', seal = '{head.seal}'",
    )
    settings.AUDIT_ANCHOR.write_text(anchor)
    with pytest.raises(CommandError, match=r"event 3: file:///.* knows it, the log does not"):
        verified()


def test_a_head_that_somebody_kept_is_demanded(record_events):
    event = record_events(2)[-1]
    call_command("verify_audit", head=[f"2:{event.own_hash}"], stdout=StringIO())
    for head in (f"2:{'0' * 64}", f"3:{event.own_hash}", "x:y"):
        with pytest.raises(CommandError, match="whoever gave this head"):
            call_command("verify_audit", head=[head])


@pytest.mark.parametrize("left", [0, 1])
def test_a_sink_that_is_gone_or_cut_is_found(record_events, sink, monkeypatch, left):
    monkeypatch.setattr("accounts.audit.outside.PATIENCE_SECONDS", 0.2)
    record_events(1)
    record_events(1)
    sink.write_text("".join(sink.read_text().splitlines(keepends=True)[:left]))
    with pytest.raises(CommandError, match=f"knows event {left} and none after it, the log is at event 2"):
        verified()
    sink.unlink()
    with pytest.raises(CommandError, match="cannot be read"):
        verified()


def test_a_sink_that_does_not_answer_stops_nobody(record_events, settings, tmp_path, caplog):
    settings.AUDIT_SINK = (tmp_path / "missing" / "heads").as_uri()
    record_events(1)
    assert AuditEvent.objects.count() == 1
    assert "the audit sink did not take event 1" in caplog.text


def test_a_syslog_receiver_gets_the_head(record_events, settings):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        settings.AUDIT_SINK = f"syslog://127.0.0.1:{receiver.getsockname()[1]}"
        event = record_events(1)[0]
        assert f"audit head 1 {event.own_hash}" in receiver.recv(1000).decode()


def test_a_webhook_gets_the_head(record_events, settings):
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *what):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.AUDIT_SINK = f"http://127.0.0.1:{server.server_port}/heads"
    event = record_events(1)[0]
    sinks._waiting.join()
    server.shutdown()
    server.server_close()
    assert received == [{"sequence": 1, "own_hash": event.own_hash}]


@pytest.mark.parametrize("key", ["", "   "])
def test_an_empty_audit_key_is_refused_at_start(key):
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "AUDIT_KEY": key}
    started = subprocess.run(
        [sys.executable, "-c", "import creditdesk.settings"],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "AUDIT_KEY is empty" in started.stderr
