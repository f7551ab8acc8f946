"""Save and delete named views of the case list; choose its columns.

Not audited: a view shows nobody anything that they may not see.
"""

from collections.abc import Collection, Mapping
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from accounts.open_accounts import check_account
from creditdesk.models import SavedView
from creditdesk.services.refusal import ActRefused

MAX_VIEWS: Final = 30


@transaction.atomic
def save_view(*, by: User, name: str, filters: Mapping[str, str], is_shared: bool) -> SavedView:
    """Save a view; the person's own view of the same name is replaced. Raises ActRefused."""
    if not by.has_perm("creditdesk.view_case"):
        raise PermissionDenied
    check_account(by)
    if not name.strip():
        raise ActRefused(gettext("Give the view a name."))
    User.objects.select_for_update().get(pk=by.pk)
    own = SavedView.objects.filter(owner=by)
    if not own.filter(name=name.strip()).exists() and own.count() >= MAX_VIEWS:
        raise ActRefused(gettext("You keep %(most)s views already: delete one first.") % {"most": MAX_VIEWS})
    view, _created = SavedView.objects.update_or_create(
        owner=by, name=name.strip(), defaults={"filters": dict(filters), "is_shared": is_shared}
    )
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Delete one's own view."""
    if view.owner_id != by.pk:
        raise PermissionDenied
    check_account(by)
    SavedView.objects.filter(pk=view.pk).delete()


@transaction.atomic
def choose_columns(*, by: User, hidden: Collection[str]) -> None:
    """Hide columns of the case list for this person alone."""
    check_account(by)
    by.hidden_columns = sorted(hidden)
    by.save(update_fields=["hidden_columns"])
