"""Acts of several threads in one commit: each waits for the disk, none for a turn of its own.

For acts that write nothing but their audit event. Whoever gets the turn records everything that has come in
meanwhile; the others find theirs recorded when the turn comes to them. Nobody goes on before the commit.
"""

from collections.abc import Sequence
from threading import Lock

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit.recording import Act, record_all


class _Waiting:
    def __init__(self, act: Act) -> None:
        self.act = act
        self.is_settled = False
        self.failure: Exception | None = None


_turn = Lock()
_guard = Lock()
_waiting: list[_Waiting] = []


def record_together(act: Act) -> None:
    """Record the act; returns when it is committed, and raises what kept it from being."""
    # A writer that waited here for another one, with the database locked, would wait for ever.
    if transaction.get_connection().in_atomic_block:
        record_all([act])
        return
    mine = _Waiting(act)
    with _guard:
        _waiting.append(mine)
    with _turn:
        if not mine.is_settled:
            _settle_all()
    if mine.failure:
        raise mine.failure


def _settle_all() -> None:
    with _guard:
        batch = _waiting.copy()
        _waiting.clear()
    _settle(batch)
    # Whose account was closed keeps nobody else's act from being recorded.
    if len(batch) > 1 and isinstance(batch[0].failure, PermissionDenied):
        for waiting in batch:
            _settle([waiting])


def _settle(batch: Sequence[_Waiting]) -> None:
    """Record these acts in one commit, or none of them."""
    failure: Exception | None = RuntimeError("the act was not recorded")
    try:
        with transaction.atomic():
            record_all([waiting.act for waiting in batch])
        failure = None
    except Exception as error:
        failure = error
    finally:
        for waiting in batch:
            waiting.failure, waiting.is_settled = failure, True
