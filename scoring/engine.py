"""Model in use, loaded once in this process and swapped when another version is activated."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db.models import Subquery
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.audit.keys import key_ring
from accounts.prepared_queries import Prepared
from scoring import policies
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import Activation, ChallengerAppointment, ModelVersion, Suspension

RETRY_SECONDS = 5.0


class NoModelActivated(ModelUnavailable):
    """No version was put in use yet: a new desk."""

    def __init__(self) -> None:
        super().__init__("no model version has been activated")


class ModelSuspended(ModelUnavailable):
    """A person has taken the model out of use: the desk works on, with a person looking at every case."""


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """The model of the activation (or appointment) with this key, or the reason why it could not be loaded.

    `loaded_at` is a monotonic time, `load_seconds` how long reading and checking took.
    """

    activation_id: int
    model: Model | None
    failure: str
    loaded_at: float
    load_seconds: float = 0.0

    def is_current(self, activation_id: int) -> bool:
        """Whether it still answers; a broken folder is read again later, for it may have been repaired."""
        is_due = self.model is None and time.monotonic() - self.loaded_at > RETRY_SECONDS
        return self.activation_id == activation_id and not is_due


_NEWEST_APPOINTMENT = Prepared(
    lambda: ChallengerAppointment.objects.order_by("-pk").values_list("pk", "version_id")
)
_NEWEST_ACTIVATION = Prepared(
    lambda: Activation.objects.order_by("-pk").values_list(
        "pk", Subquery(Suspension.objects.order_by("-pk").values("suspends")[:1])
    )
)
_pinned: ContextVar[list[Model] | None] = ContextVar("pinned", default=None)
_champion_lock = threading.Lock()
_champion: LoadedVersion | None = None
_challenger_lock = threading.Lock()
_challenger: LoadedVersion | None = None


@contextmanager
def pinned_champion() -> Iterator[None]:
    """Look champion and policy up once within the block, so that every part of a page shows the same."""
    token = _pinned.set([])
    try:
        with policies.pinned():
            yield
    finally:
        _pinned.reset(token)


def current() -> Model:
    """The champion. Raises ModelUnavailable, with the reason, when there is none that can be trusted, and
    ModelSuspended while a person has taken it out of use."""
    pinned = _pinned.get()
    if pinned:
        return pinned[0]
    model = _unsuspended_champion()
    if pinned is not None:
        pinned.append(model)
    return model


def _unsuspended_champion() -> Model:
    # One query on every page: the key alone, until it is another one.
    newest, suspended = _NEWEST_ACTIVATION.first() or (None, None)
    if newest is None:
        raise NoModelActivated
    if suspended:
        raise ModelSuspended(_why_suspended())
    return _model_of(newest)


def in_use() -> Model:
    """The champion, suspended or not: for monitoring, never for a verdict. Raises ModelUnavailable."""
    newest = Activation.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise NoModelActivated
    return _model_of(newest)


def failure() -> str:
    """Why the version in use cannot be loaded, suspended or not; "" while it can, or while none is in use."""
    try:
        in_use()
    except NoModelActivated:
        return ""
    except ModelUnavailable as error:
        return str(error)
    return ""


def _model_of(activation_id: int) -> Model:
    loaded = _champion
    if loaded is None or not loaded.is_current(activation_id):
        loaded = _swap(Activation.objects.current().get())
    if loaded.model is None:
        raise ModelUnavailable(loaded.failure)
    return loaded.model


def load_seconds() -> float:
    """How long it took to read and check the version that this process answers with; 0 before the first."""
    return _champion.load_seconds if _champion else 0.0


def challenger() -> Model | None:
    """The version that scores every case in the shadow; None without an appointment or a trusted folder."""
    global _challenger
    newest = _NEWEST_APPOINTMENT.first()
    if newest is None or newest[1] is None:
        return None
    with _challenger_lock:
        if _challenger is None or not _challenger.is_current(newest[0]):
            _challenger = _load(newest[0], ModelVersion.objects.get(pk=newest[1]))
    return _challenger.model


def load_version(version: ModelVersion) -> Model:
    """Any registered version, read and checked anew. Raises ModelUnavailable."""
    seals = [seal_of(version.name, version.digest, key) for key in key_ring()]
    if not any(constant_time_compare(version.seal, seal) for seal in seals):
        raise ModelUnavailable(f"{version.name}: its registration was altered in the database")
    return folder.load(settings.ML_ARTIFACTS / version.name, digest=version.digest)


@lru_cache(maxsize=64)
def features_of(digest: str) -> tuple[str, ...]:
    """The names, in order, of the features of a registered version, its folder present or not."""
    return tuple(ModelVersion.objects.values_list("features", flat=True).get(digest=digest))


def seal_of(name: str, digest: str, key: str = "") -> str:
    """The keyed digest that a registration carries, so that nobody registers a model past the desk."""
    return salted_hmac(
        "scoring.ModelVersion", f"{name}:{digest}", secret=key or settings.AUDIT_KEY, algorithm="sha256"
    ).hexdigest()


def _swap(activation: Activation) -> LoadedVersion:
    global _champion
    with _champion_lock:
        if _champion is None or not _champion.is_current(activation.pk):
            _champion = _load(activation.pk, activation.version)
        return _champion


def _load(activation_id: int, version: ModelVersion) -> LoadedVersion:
    started = time.monotonic()
    try:
        model = load_version(version)
    except ModelUnavailable as error:
        return LoadedVersion(activation_id, None, str(error), time.monotonic())
    loaded_at = time.monotonic()
    return LoadedVersion(activation_id, model, "", loaded_at, loaded_at - started)


def _why_suspended() -> str:
    suspension = Suspension.objects.in_force()
    return f"the model is suspended: {suspension.reason}" if suspension else "the model is suspended"
