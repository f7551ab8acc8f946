from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.monitoring.shadow_scoring import backlog, score
from scoring import engine


class Command(BaseCommand):
    help = "Have the challenger score every stored assessment that it has not scored yet."

    def handle(self, *args: Any, **options: Any) -> None:
        model = engine.challenger()
        if model is None:
            raise CommandError("No challenger is appointed, or its folder cannot be loaded.")
        scored = sum(score(numbers) for numbers in backlog(model))
        self.stdout.write(f"{model.version} scored {scored:,} assessments.")
