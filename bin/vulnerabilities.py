"""Known vulnerabilities of pinned packages: bin/vulnerabilities.py REQUIREMENTS...

Exit 0: every package was looked up and none is known to be vulnerable. 1: at least one is. 2: not every
package could be looked up, which pip-audit alone would call "no known vulnerabilities found".
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

PIP_AUDIT: Final = Path(__file__).resolve().parents[1] / "var" / "audit" / "bin" / "pip-audit"


def looked_up(requirements: Sequence[str]) -> list[dict[str, Any]] | None:
    """What the database answers for each package; None where no database is reachable."""
    command = [
        str(PIP_AUDIT),
        "--disable-pip",
        "--require-hashes",
        "--format=json",
        "--progress-spinner=off",
        "--timeout=15",
    ]
    files = [argument for file in requirements for argument in ("-r", file)]
    answered = subprocess.run([*command, *files], check=False, capture_output=True, text=True)
    try:
        packages: list[dict[str, Any]] = json.loads(answered.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        print(answered.stderr.strip().rpartition("\n")[2], file=sys.stderr)
        return None
    return packages


def conclusion(packages: Sequence[dict[str, Any]] | None) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    if not packages:
        return 2, ["Not audited: no vulnerability database is reachable from here."]
    vulnerable = [
        f"{package['name']} {package['version']}: {fault['id']}, fixed in: {', '.join(fault['fix_versions'])}"
        for package in packages
        for fault in package.get("vulns", [])
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if vulnerable:
        return 1, vulnerable
    if len(skipped) == len(packages):
        return 2, ["Not audited: the registry in use answers for packages but has no vulnerability database."]
    if skipped:
        return 2, [f"Not audited: {', '.join(skipped)}; the other {len(packages) - len(skipped)} are clean."]
    return 0, [f"{len(packages)} packages, none known to be vulnerable."]


if __name__ == "__main__":
    code, lines = conclusion(looked_up(sys.argv[1:]))
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    sys.exit(code)
