"""The page on which people choose how the desk looks and listens to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.models import User


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("has_single_keys", "is_compact", "wants_digest")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.DIGESTS or not self.instance.email:
            del self.fields["wants_digest"]


class SignedInRequest(HttpRequest):
    user: User


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Not audited: nobody but this person is concerned."""
    form = PreferencesForm(request.POST or None, instance=request.user)
    # Unticked boxes send nothing: the token alone makes it an answer.
    if request.method == "POST" and form.is_valid():
        request.user.save(update_fields=list(form.fields))
        messages.success(request, gettext("Your preferences are saved."))
        return redirect("preferences")
    return render(request, "accounts/preferences.html", {"form": form})
