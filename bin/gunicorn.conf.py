"""One process, so that the model is in memory once; threads, which begin with a request that has arrived."""

import gc
import importlib
import os
import sys
from threading import Timer

workers = 1
worker_class = "creditdesk.web.worker.WholeRequestWorker"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
# Longer than the proxy keeps its side: what is sent into a connection that was just closed is lost.
keepalive = 15
max_requests = 0
accesslog = None
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Nothing here is steered through a socket, and several desks may run side by side.
control_socket_disable = True


def post_fork(_server: object, _worker: object) -> None:
    """Nothing that is loaded at the start is garbage: to look for it there takes a fifth of the start."""
    gc.disable()


def post_worker_init(_worker: object) -> None:
    # Nor is it afterwards: a full collection would go through half a million objects that live for ever.
    gc.collect()
    gc.freeze()
    gc.enable()
    # Who comes back from the database waits so long for the interpreter while another thread computes: with
    # the usual 5 ms the writers of the audit log, who take turns, waste most of theirs.
    sys.setswitchinterval(0.0005)
    # The PDF library takes a second to load: not while the first client waits for a letter, nor while the
    # desk becomes ready.
    pdf = Timer(5, importlib.import_module, args=("creditdesk.letters.pdf",))
    pdf.daemon = True
    pdf.start()
    importlib.import_module("creditdesk.web.freed_memory").give_back_regularly()
