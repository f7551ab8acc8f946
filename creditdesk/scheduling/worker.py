"""Worker: runs what is due, each job as a command in a process of its own, one after the other."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from creditdesk.models import ScheduledRun, WorkerBeat
from creditdesk.monitoring.schedule import Job, jobs
from creditdesk.scheduling import claims
from creditdesk.scheduling.claims import Leases

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 5.0
BEAT_SECONDS: Final = 5.0
MAX_SECONDS: Final = 6 * 3600.0


class Worker:
    """One worker; `stop` ends it, and the job that it runs, at once."""

    def __init__(self, *, lease_seconds: float = claims.LEASE_SECONDS, until: Callable[[], bool]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:100]
        self._leases = Leases(lease_seconds)
        self._is_over = until
        self._is_stopped = False
        self._started_at = timezone.now()
        self._beaten_at = 0.0

    def stop(self, *_: object) -> None:
        self._is_stopped = True

    def run(self, *, once: bool = False) -> None:
        """Run what is due until it is stopped, or `once`; a database that does not answer is waited for."""
        while not self._must_end():
            try:
                self._beat()
                self._run_due_jobs()
                if once:
                    return
            except DatabaseError as error:
                logger.error("the database does not answer, the worker waits: %s", error)
                if once:
                    raise
                connection.close()
            close_old_connections()
            self._sleep(POLL_SECONDS)

    def _run_due_jobs(self) -> None:
        for job in jobs():
            if self._must_end():
                return
            run = claims.claim(job, worker=self.name, now=timezone.now(), leases=self._leases)
            if run:
                self._do(job, run)

    def _do(self, job: Job, run: ScheduledRun) -> None:
        logger.info("job %s begins, attempt %d", job.name, run.attempt)
        with TemporaryFile() as output, self._started(job, output) as process:
            outcome, why = self._wait(process, run)
            message = why or _last_line(output)
        claims.end(run, outcome=outcome, message=message, now=timezone.now())
        logger.log(
            logging.INFO if outcome == ScheduledRun.Outcome.SUCCEEDED else logging.ERROR,
            "job %s %s: %s",
            job.name,
            outcome,
            message,
        )

    @contextmanager
    def _started(self, job: Job, output: IO[bytes]):  # type: ignore[no-untyped-def]
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *job.command]
        # The connection is not shared with a process that is started between fork and exec.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=_die_with_the_worker
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _wait(self, process: subprocess.Popen[bytes], run: ScheduledRun) -> tuple[ScheduledRun.Outcome, str]:
        end, is_ours = time.monotonic() + MAX_SECONDS, True
        while process.poll() is None:
            if self._must_end():
                return ScheduledRun.Outcome.INTERRUPTED, "the worker was stopped"
            if time.monotonic() > end:
                return ScheduledRun.Outcome.FAILED, f"not done within {MAX_SECONDS / 3600:.0f} hours"
            if self._beat():
                is_ours = claims.beat(run, timezone.now())
            if not is_ours:
                return ScheduledRun.Outcome.INTERRUPTED, "another worker took it over"
            time.sleep(0.1)
        if process.returncode == 0:
            return ScheduledRun.Outcome.SUCCEEDED, ""
        ended_by = f"ended by signal {-process.returncode}" if process.returncode < 0 else ""
        return ScheduledRun.Outcome.FAILED, ended_by

    def _beat(self) -> bool:
        """Show every few seconds that this worker lives; whether it did."""
        if time.monotonic() - self._beaten_at < BEAT_SECONDS:
            return False
        WorkerBeat.objects.update_or_create(
            name=self.name, defaults={"seen_at": timezone.now(), "started_at": self._started_at}
        )
        self._beaten_at = time.monotonic()
        return True

    def _must_end(self) -> bool:
        return self._is_stopped or self._is_over()

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._must_end():
            time.sleep(0.1)


def _die_with_the_worker() -> None:
    """On Linux, the kernel ends the job when its worker is killed: no two of them then work side by side."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def _last_line(output: IO[bytes]) -> str:
    """The last line that a command wrote: its result, or why it failed."""
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - 4096))
    lines = output.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
