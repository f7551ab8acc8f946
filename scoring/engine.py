"""The model in use, loaded once in this process and swapped when another version is activated."""

import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import Activation, ModelVersion

RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """What this process answers with: a model, or why there is none."""

    activation: int
    model: Model | None
    why: str
    since: float

    def answers(self, activation: int) -> bool:
        """A broken folder may have been repaired meanwhile; a good model stays."""
        waiting = self.model is None and time.monotonic() - self.since > RETRY_SECONDS
        return self.activation == activation and not waiting


_swapping = threading.Lock()
_held: Held | None = None


def current() -> Model:
    """The champion. Raises ModelUnavailable, with the reason, when there is none that can be trusted."""
    # Asked several times on every page: the number alone, until it is another one.
    newest = Activation.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise ModelUnavailable("no model version has been activated")
    held = _held if _held and _held.answers(newest) else _swap(Activation.objects.current().get())
    if held.model is None:
        raise ModelUnavailable(held.why)
    return held.model


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
            _held = _load(activation)
        return _held


def _load(activation: Activation) -> Held:
    try:
        model = load_version(activation.version)
    except ModelUnavailable as error:
        return Held(activation.pk, None, str(error), time.monotonic())
    return Held(activation.pk, model, "", time.monotonic())
