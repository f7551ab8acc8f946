"""One process, so that the model is in memory once; threads, so that nobody waits for a slow reader."""

import importlib
import os
from threading import Thread

workers = 1
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
max_requests = 0
accesslog = None
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Nothing here is steered through a socket, and several desks may run side by side.
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """The PDF library takes a second to load: not while the first client waits for a letter."""
    Thread(target=importlib.import_module, args=("creditdesk.letters.setting",), daemon=True).start()
