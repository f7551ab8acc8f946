"""The administration site: one sign-in door, open to those whom the role table lets in."""

from functools import update_wrapper
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

site = admin.site
# Annotations say ModelAdmin[User], as the type stubs have it; at run time that is ModelAdmin itself.
admin.ModelAdmin.__class_getitem__ = classmethod(lambda cls, model: cls)  # type: ignore[attr-defined]


# Django's French for these ends in "de %s" or "objet %s", wrong before a vowel: the desk has its own.
TITLES_OF_DJANGO: Final = (
    gettext_noop("Select %s to view"),
    gettext_noop("Select %s to change"),
    gettext_noop("View %s"),
    gettext_noop("Change %s"),
    gettext_noop("Add %s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("None available"),
)


class DeskAdminSite(admin.AdminSite):
    site_header = site_title = _("creditdesk administration")
    index_title = _("Users and audit")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.view_admin")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def refuse_or_show(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            # Django would send a signed-in person without permission to sign in again.
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return update_wrapper(refuse_or_show, guarded)

    # No second doors: signing in and out and changing the password happen where everybody does it.

    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseRedirect:
        from django.contrib.auth.views import redirect_to_login

        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        from accounts.sign_in.sign_out import sign_out

        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))


def boolean_icon(value: bool | None) -> SafeString:
    """Render yes and no with a name in the reader's language and the room that the picture will take.

    Django names them True and False and gives them no size, so that columns move once they have arrived.
    """
    name = {True: gettext("Yes"), False: gettext("No"), None: gettext("unknown")}[value]
    file = {True: "yes", False: "no", None: "unknown"}[value]
    picture = static(f"admin/img/icon-{file}.svg")
    return format_html('<img src="{}" alt="{}" width="13" height="13">', picture, name)


class DeskAdminConfig(AdminConfig):
    default_site = "accounts.administration.site.DeskAdminSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib.admin.templatetags import admin_list

        admin_list._boolean_icon = boolean_icon  # type: ignore[attr-defined]
