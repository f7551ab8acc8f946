from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from creditdesk.technical_file.document import DOCUMENTS, LANGUAGES, EmptySection, Rendered, render
from creditdesk.technical_file.evidence import evidence_of
from scoring.ml.model.folder import ModelUnavailable


class Command(BaseCommand):
    help = (
        "Write the technical file of a version: the nine sections of Annex IV of the AI Act and the six parts"
        " of the fundamental rights impact assessment (Article 27), in English and French, from evidence."
        " It claims no conformity, and prints what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", metavar="V", help="a folder in ML_ARTIFACTS")
        parser.add_argument("--out", type=Path, metavar="DIR", help="default: var/technical-file/V")
        parser.add_argument(
            "--supplement",
            type=Path,
            metavar="DIR",
            help="texts of the organisation, a file for each gap and language, as declaration.fr.md",
        )

    def handle(self, *, version: str, out: Path | None, supplement: Path | None, **options: Any) -> None:
        try:
            evidence = evidence_of(settings.ML_ARTIFACTS / version)
            texts = supplied_texts(supplement)
            written = {
                f"{document}.{language}.md": render(document, language, evidence, texts)
                for document in DOCUMENTS
                for language in LANGUAGES
            }
            folder = out or settings.BASE_DIR / "var" / "technical-file" / version
            write(folder, written)
        except (ModelUnavailable, EmptySection, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was written: {error}.") from error
        self.report(folder, evidence.absent, written)

    def report(self, folder: Path, absent: tuple[str, ...], written: dict[str, Rendered]) -> None:
        if absent:
            self.stdout.write("Missing: figures of use, as this desk has not registered the version.")
        for gap in [gap for document in DOCUMENTS for gap in written[f"{document}.en.md"].gaps]:
            self.stdout.write(f"Missing: {gap.document} {gap.section}: {gap.words} ({gap.key}.en.md, .fr.md)")
        self.stdout.write(f"{folder}: {', '.join(written)}")


def supplied_texts(folder: Path | None) -> dict[str, str]:
    """Texts by key and language. Raises OSError where the folder is not there."""
    if folder is None:
        return {}
    files = [path for path in sorted(folder.iterdir()) if path.suffix == ".md"]
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


def write(folder: Path, written: dict[str, Rendered]) -> None:
    """All documents or none: each is whole before the first is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rendered in written.items():
        (folder / name).write_text(rendered.text, encoding="utf-8")
