import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from creditdesk.models import Case
from creditdesk.services.personal_data.erased_copies import overwrite_deleted
from creditdesk.services.personal_data.erasure import ErasureProof, ErasureRefused, erase_client, plan_erasure


class Command(BaseCommand):
    help = (
        "Erase the words about the client of a case, in every copy: delete the key that encrypts them. Takes"
        " two people who may erase clients (a manager and an administrator). Prints a proof as JSON; the"
        " audit log, the digests of rows and the figures of the portfolio stay as they are. Cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", metavar="REF", help="reference of any case of the client")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who erases")
        parser.add_argument("--approved-by", required=True, metavar="USERNAME", help="another person")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be erased, change nothing"
        )

    def handle(
        self, *args: Any, reference: str, by: str, approved_by: str, dry_run: bool, **options: Any
    ) -> None:
        case = Case.objects.filter(reference=reference).select_related("client").first()
        if case is None:
            raise CommandError(f"There is no case {reference}.")
        people = {"by": person(by), "approved_by": person(approved_by)}
        try:
            if dry_run:
                self.report({"dry_run": True, **plan_erasure(case.client, **people).to_json()})
                return
            proof = erase_client(client=case.client, **people)
        except (ErasureRefused, PermissionDenied) as error:
            raise CommandError(f"{error} Nothing was erased.") from error
        self.report(self.as_json(proof))
        if remainder := overwrite_deleted():
            self.stderr.write(remainder)

    def as_json(self, proof: ErasureProof) -> dict[str, Any]:
        name = Case.objects.get(reference=proof.plan.references[0]).client.name
        return {
            **proof.plan.to_json(),
            "erased_at": proof.event.at.isoformat(timespec="seconds"),
            "by": proof.event.actor,
            "approved_by": proof.event.details["approved_by"],
            "audit_event": proof.event.sequence,
            "audit_event_seal": proof.event.own_hash,
            "name_reads_as": name,
        }

    def report(self, proof: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(proof, indent=2, ensure_ascii=False))


def person(username: str) -> User:
    active = User.objects.filter(username=username, is_active=True).first()
    if active is None:
        raise CommandError(f"There is no active user {username}. Nothing was erased.")
    return active
