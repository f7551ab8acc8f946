from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.models import Assessment
from creditdesk.monitoring.replay import differences, erased


class Command(BaseCommand):
    help = "Recompute every stored assessment with its own model version; exit 1 when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        scored = Assessment.objects.exclude(model_digest="").count()
        unscored = Assessment.objects.filter(model_digest="").count()
        different = 0
        for difference in differences(Assessment.objects.all()):
            different += 1
            self.stderr.write(
                f"assessment {difference.assessment}, case {difference.reference}: {difference.what}"
            )
        if different:
            raise CommandError(f"{different} of {scored} assessments differ from what their model says now.")
        gone = erased(Assessment.objects.all()).count()
        self.stdout.write(
            f"{scored - gone} assessments replayed, all the same; {unscored} made without a model"
            f"{f'; {gone} erased, with nothing to recompute' if gone else ''}."
        )
