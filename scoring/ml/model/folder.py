"""A model version on disk: plain files and a `model.json` that carries the SHA-256 of each."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.learned.learned_features import LearnedFeatures
from scoring.ml.model import explainer_data
from scoring.ml.model.json_codec import JsonMismatch
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.model import Model

MANIFEST = "model.json"
BOOSTER = "model.txt"
REFERENCE = "reference.parquet"
CARD = "CARD.md"
EXPLAIN = "explain.npz"
LEARNED_FEATURES = "fitted.npz"

# The only names a folder may hold: nothing in it is ever executed or unpickled.
REQUIRED = frozenset({BOOSTER, REFERENCE, CARD})
ALLOWED = REQUIRED | {LEARNED_FEATURES, EXPLAIN}


class ModelUnavailable(Exception):
    """The model cannot be used; the message says why and names the file or feature."""


def digest_of(path: Path) -> str:
    """SHA-256 of the folder's model.json, which itself holds the digest of every other file."""
    return _sha256(_read(path / MANIFEST))


def seal(path: Path, manifest: Manifest) -> str:
    """Write model.json with the digests of the files already in the folder, and return its own digest."""
    files = {file.name: _sha256(file.read_bytes()) for file in sorted(path.iterdir())}
    text = json.dumps(
        replace(manifest, files=files).to_json(),
        indent=1,
        sort_keys=True,
        allow_nan=False,
        ensure_ascii=False,
    )
    (path / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return digest_of(path)


def load(path: Path, *, digest: str | None = None) -> Model:
    """The model in the folder `path`; `digest` is the one recorded when it was registered.

    Raises ModelUnavailable when a file is missing, altered or unknown, or the features are not ours.
    """
    content = _registered_content(path, digest)
    manifest = _parse_manifest(path, content)
    contents = read_files(path, manifest)
    trees = _parse_booster(path, contents[BOOSTER])
    _check_features(path, manifest, trees)
    return Model(
        digest=_sha256(content),
        manifest=manifest,
        trees=trees,
        fill=_fill(manifest.features, manifest.medians),
        explainer=_explainer(path, contents.get(EXPLAIN), manifest.features),
        learned_features=_learned_features(path, contents.get(LEARNED_FEATURES), manifest.features),
    )


def read_manifest(path: Path, *, digest: str | None = None) -> Manifest:
    """The manifest alone; `digest` is the one recorded at registration. Raises ModelUnavailable."""
    return _parse_manifest(path, _registered_content(path, digest))


def read_card(path: Path, manifest: Manifest) -> str:
    """The model card, in Markdown. Raises ModelUnavailable when it was altered."""
    content = _read(path / CARD)
    if _sha256(content) != manifest.files.get(CARD):
        raise ModelUnavailable(f"{path.name}: {CARD} was altered (its SHA-256 differs)")
    return content.decode("utf-8")


def vocabulary(features: tuple[str, ...]) -> dict[str, list[str]]:
    """The categories of each categorical feature in the order of their codes."""
    categories_of = {name: list(catalogue.BY_NAME[name].categories) for name in features}
    return {name: categories for name, categories in categories_of.items() if categories}


def _registered_content(path: Path, digest: str | None) -> bytes:
    content = _read(path / MANIFEST)
    if digest is not None and _sha256(content) != digest:
        raise ModelUnavailable(f"{path.name}: {MANIFEST} is not the one that was registered")
    return content


def _parse_manifest(path: Path, content: bytes) -> Manifest:
    try:
        return _manifest_of(content)
    except JsonMismatch as error:
        raise ModelUnavailable(f"{path.name}: {MANIFEST} {error}") from error


@lru_cache(maxsize=32)
def _manifest_of(content: bytes) -> Manifest:
    """Cached, because the pages of models read the same few manifests again and again."""
    return Manifest.from_json(content)


def read_files(path: Path, manifest: Manifest) -> dict[str, bytes]:
    """The content of each file beside model.json. Raises ModelUnavailable when one is missing or altered."""
    listed = manifest.files
    try:
        present = {entry.name for entry in path.iterdir()} - {MANIFEST}
    except OSError as error:
        raise ModelUnavailable(f"{path.name}: the folder cannot be read ({error.strerror})") from error
    for name in sorted(present - listed.keys() | listed.keys() - ALLOWED):
        raise ModelUnavailable(f"{path.name}: {name} does not belong in a model folder")
    for name in sorted(REQUIRED - listed.keys()):
        raise ModelUnavailable(f"{path.name}: {MANIFEST} does not list {name}")
    contents = {name: _read(path / name) for name in listed}
    for name, content in contents.items():
        if _sha256(content) != listed[name]:
            raise ModelUnavailable(f"{path.name}: {name} was altered (its SHA-256 differs)")
    return contents


def _parse_booster(path: Path, content: bytes) -> lightgbm.Booster:
    try:
        return lightgbm.parse(content.decode("utf-8"))
    except (lightgbm.LightGBMError, UnicodeDecodeError) as error:
        raise ModelUnavailable(f"{path.name}: {BOOSTER} is not a LightGBM model") from error


def _check_features(path: Path, manifest: Manifest, trees: lightgbm.Booster) -> None:
    features = manifest.features
    if unknown := [name for name in features if name not in catalogue.BY_NAME]:
        raise ModelUnavailable(f"{path.name}: the feature {unknown[0]} is unknown to this desk")
    if list(features) != trees.feature_name():
        raise ModelUnavailable(f"{path.name}: {BOOSTER} and {MANIFEST} list different features")
    current = {name: tuple(categories) for name, categories in vocabulary(features).items()}
    for name in sorted(current.keys() | manifest.categories.keys()):
        if manifest.categories.get(name) != current.get(name):
            raise ModelUnavailable(f"{path.name}: the categories of {name} have changed since training")


def _explainer(
    path: Path, content: bytes | None, features: tuple[str, ...]
) -> explainer_data.ExplainerData | None:
    try:
        return None if content is None else explainer_data.parse(content, features)
    except (ValueError, KeyError, OSError) as error:
        raise ModelUnavailable(f"{path.name}: {EXPLAIN} cannot be used ({error})") from error


def _learned_features(path: Path, content: bytes | None, features: tuple[str, ...]) -> LearnedFeatures:
    try:
        restored = LearnedFeatures() if content is None else LearnedFeatures.restore(content)
    except (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(f"{path.name}: {LEARNED_FEATURES} cannot be used ({error})") from error
    learned = {feature.name for feature in catalogue.LEARNED}
    for name in (name for name in features if name in learned and name not in restored.names):
        raise ModelUnavailable(f"{path.name}: {LEARNED_FEATURES} does not say how {name} is worked out")
    return restored


def _fill(features: tuple[str, ...], medians: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array([medians.get(name, np.nan) for name in features], dtype=np.float64)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            f"{path.parent.name}: {path.name} cannot be read ({error.strerror})"
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
