"""Letters to the client and explanation packs, as PDF files."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from accounts.row_keys import row_key
from creditdesk.letters.write import LANGUAGES, NoLetter, letter_on, pdf_of
from creditdesk.models import Case, Letter
from creditdesk.web.blind_cases import require_opinion
from creditdesk.web.erased_cases import require_words
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_letter(request: DeskRequest, reference: str) -> HttpResponse:
    return _letter_response(request, reference, Letter.Kind.LETTER)


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_explanation(request: DeskRequest, reference: str) -> HttpResponse:
    return _letter_response(request, reference, Letter.Kind.EXPLANATION)


def _letter_response(request: DeskRequest, reference: str, kind: str) -> HttpResponse:
    """Return the letter on the case as it is now, or the earlier one that `?letter=` names."""
    cases = Case.objects.visible_to(request.user).select_related("client__erasure", "blind_draw")
    case = get_object_or_404(cases, reference=reference)
    require_words(case)
    require_opinion(case, request.user)
    if (earlier := row_key(request.GET.get("letter", ""))) is not None:
        return _pdf(get_object_or_404(case.letters, kind=kind, pk=earlier))
    language = request.GET.get("language") or translation.get_language()[:2]
    if language not in LANGUAGES:
        return HttpResponseBadRequest(
            gettext("Letters are written in French (fr) and English (en)."),
            content_type="text/plain; charset=utf-8",
        )
    try:
        letter = letter_on(case, kind, language, by=request.user)
    except NoLetter as error:
        context = {"case": case, "reason": str(error)}
        return render(request, "creditdesk/letter_missing.html", context, status=409)
    return _pdf(letter)


def _pdf(letter: Letter) -> HttpResponse:
    with translation.override(letter.language):
        name = {
            Letter.Kind.LETTER: pgettext("file name", "letter"),
            Letter.Kind.EXPLANATION: pgettext("file name", "explanation"),
        }[Letter.Kind(letter.kind)]
    response = HttpResponse(pdf_of(letter), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}-{letter.case.reference}.pdf"'
    response["Content-Language"] = letter.language
    return response
