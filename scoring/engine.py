"""The model in use, loaded once in this process and swapped when another version is activated."""

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

from accounts.prepared_queries import Prepared
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import Activation, ChallengerAppointment, ModelVersion, Suspension

RETRY_SECONDS = 5.0


class ModelSuspended(ModelUnavailable):
    """A person has taken the model out of use: the desk works on, with a person looking at every case."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process answers with since activation (or appointment) `number`: a model, or why none."""

    number: int
    model: Model | None
    why: str
    since: float
    seconds: float = 0.0

    def answers(self, number: int) -> bool:
        """A broken folder may have been repaired meanwhile; a good model stays."""
        waiting = self.model is None and time.monotonic() - self.since > RETRY_SECONDS
        return self.number == number and not waiting


_IN_USE = Prepared(
    lambda: Activation.objects.order_by("-pk").values_list(
        "pk", Subquery(Suspension.objects.order_by("-pk").values("suspends")[:1])
    )
)
_asked: ContextVar[list[Model] | None] = ContextVar("asked", default=None)
_swapping = threading.Lock()
_held: Held | None = None
_shadowing = threading.Lock()
_shadow: Held | None = None


@contextmanager
def asked_once() -> Iterator[None]:
    """Within it the champion is looked up once: every part of a page then speaks of the same model."""
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def current() -> Model:
    """The champion. Raises ModelUnavailable, with the reason, when there is none that can be trusted, and
    ModelSuspended while a person has taken it out of use."""
    asked = _asked.get()
    if asked:
        return asked[0]
    model = _champion()
    if asked is not None:
        asked.append(model)
    return model


def _champion() -> Model:
    # Asked on every page: the number alone, until it is another one.
    newest, suspended = _IN_USE.first() or (None, None)
    if newest is None:
        raise ModelUnavailable("no model version has been activated")
    if suspended:
        raise ModelSuspended(_why_suspended())
    return _model_of(newest)


def in_use() -> Model:
    """The champion, suspended or not: for monitoring, never for a verdict. Raises ModelUnavailable."""
    newest = Activation.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise ModelUnavailable("no model version has been activated")
    return _model_of(newest)


def _model_of(newest: int) -> Model:
    held = _held if _held and _held.answers(newest) else _swap(Activation.objects.current().get())
    if held.model is None:
        raise ModelUnavailable(held.why)
    return held.model


def load_seconds() -> float:
    """How long it took to read and check the version that this process holds; 0 when it holds none."""
    return _held.seconds if _held else 0.0


def challenger() -> Model | None:
    """The version that scores every case unseen; None when none is appointed or it cannot be trusted."""
    global _shadow
    newest = ChallengerAppointment.objects.order_by("-pk").values_list("pk", "version_id").first()
    if newest is None or newest[1] is None:
        return None
    with _shadowing:
        if _shadow is None or not _shadow.answers(newest[0]):
            _shadow = _load(newest[0], ModelVersion.objects.get(pk=newest[1]))
    return _shadow.model


def load_version(version: ModelVersion) -> Model:
    """Any registered version, read and checked anew. Raises ModelUnavailable."""
    if not constant_time_compare(version.seal, seal_of(version.name, version.digest)):
        raise ModelUnavailable(f"{version.name}: its registration was altered in the database")
    return folder.load(settings.ML_ARTIFACTS / version.name, digest=version.digest)


@lru_cache(maxsize=64)
def features_of(digest: str) -> tuple[str, ...]:
    """The names, in order, of the features of a registered version, its folder present or not."""
    return tuple(ModelVersion.objects.values_list("features", flat=True).get(digest=digest))


def seal_of(name: str, digest: str) -> str:
    """The keyed digest that a registration carries, so that nobody registers a model past the desk."""
    return salted_hmac(
        "scoring.ModelVersion", f"{name}:{digest}", secret=settings.AUDIT_KEY, algorithm="sha256"
    ).hexdigest()


def _swap(activation: Activation) -> Held:
    global _held
    with _swapping:
        if _held is None or not _held.answers(activation.pk):
            _held = _load(activation.pk, activation.version)
        return _held


def _load(number: int, version: ModelVersion) -> Held:
    started = time.monotonic()
    try:
        model = load_version(version)
    except ModelUnavailable as error:
        return Held(number, None, str(error), time.monotonic())
    now = time.monotonic()
    return Held(number, model, "", now, now - started)


def _why_suspended() -> str:
    suspension = Suspension.objects.in_force()
    return f"the model is suspended: {suspension.reason}" if suspension else "the model is suspended"
