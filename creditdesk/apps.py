from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditdeskConfig(AppConfig):
    name = "creditdesk"
    verbose_name = _("Credit desk")

    def ready(self) -> None:
        from django.conf import settings
        from django.core.cache import caches
        from django.db.models.signals import post_save

        from accounts.audit import row_checks
        from creditdesk import checks  # noqa: F401
        from creditdesk.encryption import keyring
        from creditdesk.monitoring import gauges
        from creditdesk.services import hand_on_after_save
        from creditdesk.services.personal_data.missing_keys import (
            first_application_without_key,
            first_client_without_key,
        )

        gauges.register()
        row_checks.register(first_client_without_key)
        row_checks.register(first_application_without_key)
        keyring.after_erasures(lambda: caches["fragments"].clear())
        # Accounts know nothing of cases; whichever way a person leaves, their cases do not stay with them.
        post_save.connect(
            hand_on_after_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="hand_on_after_save"
        )
