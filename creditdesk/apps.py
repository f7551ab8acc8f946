from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditdeskConfig(AppConfig):
    name = "creditdesk"
    verbose_name = _("Credit desk")

    def ready(self) -> None:
        from creditdesk.monitoring import gauges

        gauges.register()
