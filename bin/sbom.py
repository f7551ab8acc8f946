"""Bill of materials (CycloneDX) and licence list of what serves: bin/sbom.py REQUIREMENTS FOLDER

cyclonedx-py reads the pins with their digests; licences come from the installed packages, vendored files from
the tables that the tests compare with the files.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
CYCLONEDX: Final = ROOT / "var" / "audit" / "bin" / "cyclonedx-py"
VENDORED: Final = (
    ROOT / "static" / "vendor" / "VENDORED.md",
    ROOT / "creditdesk" / "letters" / "fonts" / "VENDORED.md",
)
ROW: Final = re.compile(
    r"^\| (\S+/\S+) \| (\S+) \| (\S+) \| ([^|]+) \| ([0-9a-f]{64}) \|$", flags=re.MULTILINE
)
# Licences that let the bank run, change and keep the program to itself, by any of their words.
PERMISSIVE: Final = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|Unlicense|CC0|HPND|0BSD|OFL|LGPL"
    r"|Bitstream)\b",
    flags=re.IGNORECASE,
)

# Packages that declare none, by the licence file that they carry or their repository.
UNDECLARED: Final = {"pyrage": "MIT"}


def bill(requirements: Path) -> dict[str, Any]:
    """The CycloneDX document of a requirements file, with licences and vendored files."""
    command = [
        str(CYCLONEDX),
        "requirements",
        str(requirements),
        "--output-format",
        "JSON",
        "--spec-version",
        "1.6",
    ]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return completed(json.loads(printed))


def completed(document: dict[str, Any]) -> dict[str, Any]:
    for component in document["components"]:
        component.pop("description", None)
        component["licenses"] = [{"license": {"name": licence_of(component["name"])}}]
    document["components"] += vendored_components()
    document["metadata"]["component"] = {"type": "application", "name": "creditdesk", "bom-ref": "creditdesk"}
    return document


def licence_of(package: str) -> str:
    """The licence that the installed package declares: as expression, else as classifiers, else as text."""
    try:
        metadata = distribution(package).metadata
    except PackageNotFoundError:
        return "unknown"
    classifiers = [
        entry.rpartition(" :: ")[2]
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License :: ") and not entry.endswith("OSI Approved")
    ]
    expressions = metadata.get_all("License-Expression") or []
    texts = "\n".join(metadata.get_all("License") or []).strip().splitlines()
    return next(
        (text for text in [*expressions, ", ".join(classifiers), *texts] if text),
        UNDECLARED.get(package, "unknown"),
    )


def vendored_components() -> Iterator[dict[str, Any]]:
    for table in VENDORED:
        for file, package, version, licence, digest in ROW.findall(table.read_text(encoding="utf-8")):
            yield {
                "type": "file",
                "bom-ref": f"vendored:{file}",
                "name": f"{package}: {file}",
                "version": version,
                "purl": f"pkg:npm/{package.replace('@', '%40')}@{version}#{file.partition('/')[2]}",
                "licenses": [{"license": {"name": licence.strip()}}],
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }


def licences(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, version and licence of every component."""
    return sorted(
        (part["name"], part["version"], part["licenses"][0]["license"]["name"])
        for part in document["components"]
    )


def main(requirements: Path, folder: Path) -> int:
    document = bill(requirements)
    folder.mkdir(parents=True, exist_ok=True)
    rows = licences(document)
    (folder / "bom.cdx.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    lines = [
        "| package | version | licence |",
        "| --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    (folder / "licences.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(rows)} components: {folder / 'bom.cdx.json'}, {folder / 'licences.md'}")
    foreign = [row for row in rows if not PERMISSIVE.search(row[2])]
    for name, version, licence in foreign:
        print(f"{name} {version} has a licence that nobody has looked at: {licence}", file=sys.stderr)
    return 1 if foreign else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
