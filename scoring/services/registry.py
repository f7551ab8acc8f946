"""Registry of model versions: registration and activation."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from scoring import engine
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import Activation, ModelVersion

# Below /models/ these are pages.
RESERVED: Final = frozenset(
    {"at", "challenger", "compare", "compare-two", "proposals", "propose", "shadow", "switch"}
)


class AlreadyRegistered(Exception):
    """The name is registered for another folder; the message says so."""


@transaction.atomic
def register(*, name: str, by: User | None) -> ModelVersion:
    """Make a trained folder known, without using it. Registering the same folder again changes nothing."""
    if name in RESERVED:
        raise ModelUnavailable(f"{name}: that is the name of a page, call the version something else")
    model = folder.load(settings.ML_ARTIFACTS / name)
    if model.version != name:
        raise ModelUnavailable(f"{name}: its model.json says that it is {model.version}")
    registered = ModelVersion.objects.filter(name=name).first()
    if registered:
        if registered.digest != model.digest:
            raise AlreadyRegistered(f"{name} is registered with another digest: rename the new one")
        return registered
    version = ModelVersion.objects.create(
        name=name,
        digest=model.digest,
        seal=engine.seal_of(name, model.digest),
        features=list(model.features),
        is_demo=model.is_demo,
        registered_by=by,
    )
    audit.record(action=Action.MODEL_REGISTERED, actor=by, target=name, details={"digest": model.digest})
    return version


@transaction.atomic
def activate(
    *, version: ModelVersion, by: User | None, reason: str, failed_gates: Sequence[str] = ()
) -> Activation:
    """Let a version answer from now on, once it has proved that it loads. Raises ModelUnavailable.

    `failed_gates` are the codes of the gates that it did not pass and that were overridden.
    """
    if by is not None and not by.has_perm("scoring.activate_model"):
        raise PermissionDenied
    engine.load_version(version)
    previous = Activation.objects.current().first()
    activation = Activation.objects.create(version=version, activated_by=by, reason=reason)
    audit.record(
        action=Action.ACTIVATION,
        actor=by,
        target=version.name,
        details={
            "previous": previous.version.name if previous else "",
            "reason": reason,
            "failed_gates": list(failed_gates),
        },
        rows=[activation],
    )
    return activation
