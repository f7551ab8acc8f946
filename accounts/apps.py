from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Users and audit")

    def ready(self) -> None:
        from accounts import checks  # noqa: F401 (its functions register themselves)
        from accounts.audit.coverage import begin_coverage
        from accounts.database_files import restrict_to_owner
        from accounts.sign_in import reauthentication  # noqa: F401 (its receiver registers itself)

        # Sent once every migration of every application is through.
        post_migrate.connect(begin_coverage, sender=self)
        connection_created.connect(restrict_to_owner)
