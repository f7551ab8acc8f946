"""Two web processes behind nginx, started from the deployed files on ports of this machine."""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlencode

from tests.scoring.modelfolder import tiny_model

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "deployment-test-9f2c"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unverified() -> ssl.SSLContext:
    """For a certificate that a test has made for itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


class Desk(NamedTuple):
    http_port: int
    tls_port: int
    web_ports: tuple[int, int]
    web: list[subprocess.Popen[bytes]]
    environment: dict[str, str]

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def output(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        run = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)
        return run.stdout.decode()


class Visitor:
    """A browser: one TLS connection that stores cookies."""

    def __init__(self, desk: Desk) -> None:
        self.connection = HTTPSConnection("localhost", desk.tls_port, context=unverified(), timeout=30)
        self.cookies = SimpleCookie()
        self.origin = f"https://localhost:{desk.tls_port}"

    def request(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        sent = {"Cookie": cookies, "Referer": self.origin + path, "Origin": self.origin} | dict(headers or {})
        body = urlencode(form) if form else None
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies.load(header)
        return Answer(response.status, dict(response.headers), response.read().decode())

    def signed_in(self, username: str) -> Self:
        page = self.request("GET", "/accounts/login/")
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text))
        form = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = self.request("POST", "/accounts/login/", form)
        assert answer.status == 302, answer.text[:500]
        return self


@contextmanager
def running(folder: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        web_ports = (free_port(), free_port())
        http, tls = free_port(), free_port()
        environment = {
            **os.environ,
            "SECRET_KEY": "deployment-test-secret-key-of-fifty-characters-or-more",
            "AUDIT_KEY": "deployment-test-audit-key",
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "HTTPS": "true",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": f"https://localhost:{tls}",
            "BEHIND_TLS_PROXY": "true",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
            "ML_ARTIFACTS": str(folder / "ml_artifacts"),
            "AUDIT_ANCHOR": str(folder / "audit.anchor"),
            "CREDITDESK_DEMO_PASSWORD": PASSWORD,
            "METRICS_TOKEN": "deployment-test-token",
        }
        shutil.copytree(ROOT / "ml_artifacts", folder / "ml_artifacts")
        tiny_model(folder / "ml_artifacts", name="tiny-1")
        for command in (["demo"], ["collectstatic", "--no-input", "--verbosity", "0"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        desk = Desk(http, tls, web_ports, [], environment)
        for port in web_ports:
            process = start_web(port, environment, folder)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            desk.web.append(process)
        site = desk.output("nginx_configuration")
        configuration = nginx_configuration(site, folder, http=http, tls=tls, web_ports=web_ports)
        subprocess.run(["/usr/sbin/nginx", "-t", "-q", "-c", configuration], check=True)
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"])
        stack.callback(nginx.wait)
        stack.callback(nginx.terminate)
        wait_until_ready(web_ports)
        yield desk


def start_web(port: int, environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    programs = Path(sys.executable).parent
    started = {
        **environment,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "MIGRATE": "false",
        "WORKER": "false",
        "PATH": f"{programs}:{environment['PATH']}",
    }
    with (folder / f"web-{port}.log").open("ab") as log:
        return subprocess.Popen([ROOT / "bin" / "start"], cwd=ROOT, env=started, stderr=log, stdout=log)


def nginx_configuration(
    site: str,
    folder: Path,
    *,
    http: int,
    tls: int,
    web_ports: tuple[int, int],
    static: Path = ROOT / "staticfiles",
) -> str:
    """The deployed files with the addresses, certificate and folders of this machine."""
    subprocess.run(
        shlex.split("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1")
        + shlex.split(f"-keyout {folder}/privkey.pem -out {folder}/fullchain.pem"),
        check=True,
        capture_output=True,
    )
    replaced = {
        "web-1:8000": f"127.0.0.1:{web_ports[0]}",
        "web-2:8000": f"127.0.0.1:{web_ports[1]}",
        "listen 80": f"listen 127.0.0.1:{http}",
        "listen 443": f"listen 127.0.0.1:{tls}",
        "/etc/nginx/tls/": f"{folder}/",
        "/etc/nginx/desk/proxy.inc": f"{ROOT}/deploy/nginx/proxy.inc",
        "/srv/creditdesk/staticfiles/": f"{static}/",
    }
    for deployed, here in replaced.items():
        assert deployed in site
        site = site.replace(deployed, here)
    (folder / "creditdesk.conf").write_text(site, encoding="utf-8")
    frame = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    replaced = {
        "modules/": "/usr/lib/nginx/modules/",
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/dev/stderr": f"{folder}/error.log",
        "/dev/stdout": f"{folder}/access.log",
        "/etc/nginx/conf.d/*.conf;": f"{folder}/creditdesk.conf; {places}",
    }
    for deployed, here in replaced.items():
        assert deployed in frame
        frame = frame.replace(deployed, here)
    (folder / "nginx.conf").write_text(frame, encoding="utf-8")
    return str(folder / "nginx.conf")


def wait_until_ready(ports: tuple[int, ...], seconds: float = 120, path: str = "/readyz") -> None:
    end = time.monotonic() + seconds
    while not all(_is_ready(port, path) for port in ports):
        if time.monotonic() > end:
            raise TimeoutError(f"not ready on {ports} within {seconds} s")
        time.sleep(0.2)


def _is_ready(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
