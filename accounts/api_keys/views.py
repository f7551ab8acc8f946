"""The page on which people make, replace and revoke their keys; an administrator sees and revokes all."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.api_keys.forms import ApiKeyForm
from accounts.api_keys.lifecycle import KeyRefused, create_key, revoke_key, rotate_key
from accounts.models import ApiKey, User


class SignedInRequest(HttpRequest):
    user: User


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("accounts.add_apikey", raise_exception=True)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def api_keys(request: SignedInRequest) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    if not form.is_valid():
        return _page(request, form=form, status=422 if form.is_bound else 200)
    key, text = create_key(owner=request.user, by=request.user, **form.cleaned_data)
    return _page(request, form=ApiKeyForm(), made=key, text=text)


@require_http_methods(["GET", "POST"])
@permission_required("accounts.add_apikey", raise_exception=True)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def api_key_rotate(request: SignedInRequest, prefix: str) -> HttpResponse:
    # Who had to prove first who they are comes back here without having asked for anything.
    if request.method == "GET":
        return redirect("api_keys")
    key = get_object_or_404(ApiKey, owner=request.user, prefix=prefix)
    try:
        made, text = rotate_key(key=key, by=request.user)
    except KeyRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("api_keys")
    return _page(request, form=ApiKeyForm(), made=made, text=text, replaced=key)


@require_http_methods(["GET", "POST"])
@permission_required("accounts.add_apikey", raise_exception=True)
def api_key_revoke(request: SignedInRequest, prefix: str) -> HttpResponse:
    if request.method == "GET":
        return redirect("api_keys")
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), prefix=prefix)
    revoke_key(key=key, by=request.user)
    messages.success(request, gettext("The key %(prefix)s is revoked.") % {"prefix": key.prefix})
    return redirect("api_keys")


def _page(request: SignedInRequest, *, status: int = 200, **context: object) -> HttpResponse:
    """A key's text is in the answer that makes it, and nowhere else."""
    context["keys"] = ApiKey.objects.visible_to(request.user).select_related("owner")
    return render(request, "accounts/api_keys.html", context, status=status)
