"""Digests of the images that the deployment names by tag: python bin/image_digests.py [--check].

Asks the registries by `docker buildx imagetools inspect` and writes deploy/images.env, which compose reads
beside .env. With --check nothing is asked: exit 1 unless that file pins every image. Exit 2 where no registry
answers.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPOSE, PINS = ROOT / "compose.yaml", ROOT / "deploy" / "images.env"
NAMED = re.compile(r"\$\{([A-Z_]+_IMAGE):-([^}]+)\}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def images() -> dict[str, str]:
    """Tags by the variable that overrides each."""
    return dict(NAMED.findall(COMPOSE.read_text(encoding="utf-8")))


def pins() -> dict[str, str]:
    lines = PINS.read_text(encoding="utf-8").splitlines() if PINS.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def digest_of(image: str) -> str:
    """Raise RuntimeError when nobody tells."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(str(error)) from error
    if not DIGEST.fullmatch(run.stdout.strip()):
        lines = (run.stderr or run.stdout).strip().splitlines()
        raise RuntimeError(lines[0] if lines else "no answer")
    return run.stdout.strip()


def check() -> int:
    pinned = pins()
    loose = [tag for name, tag in images().items() if not DIGEST.search(pinned.get(name, ""))]
    for tag in loose:
        print(f"{tag} is named by tag alone: `make image-digests` where a registry answers", file=sys.stderr)
    return 1 if loose else 0


def write() -> int:
    lines = ["# By `make image-digests`: docker compose --env-file .env --env-file deploy/images.env up -d"]
    for name, tag in images().items():
        try:
            lines.append(f"{name}={tag.rsplit(':', 1)[0]}@{digest_of(tag)}")
        except RuntimeError as error:
            print(f"No digest of {tag} is known: {error}. Nothing was written.", file=sys.stderr)
            return 2
    PINS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} images pinned in {PINS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv[1:] else write())
