"""CSV of one chart: the numbers of its table, whole."""

import csv
from collections.abc import Iterator, Sequence

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone

from accounts.csv_cells import Line, safe_text
from creditdesk import services
from creditdesk.web.request import DeskRequest
from scoring.presentation.figure import Figure, Label


def figure_export(request: DeskRequest, figures: Sequence[Figure], page: str) -> StreamingHttpResponse:
    """Export the chart that `?figure=` names, in the language of the page; 404 for a chart that it has not.

    Raises:
        PermissionDenied: for who may not export.
    """
    code = request.GET["figure"]
    figure = next((figure for figure in figures if figure.code == code), None)
    if figure is None:
        raise Http404
    details = {"figure": code, "page": page}
    lines = services.export_figures(lines=_lines(figure), details=details, by=request.user)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{page}-{code}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(figure: Figure) -> Iterator[str]:
    """A line for each row of the table, its numbers to the last digit."""
    writer = csv.writer(Line())
    yield writer.writerow(
        [safe_text(str(head)) for head in (figure.x, *(column.label for column in figure.columns))]
    )
    for row in figure.rows:
        numbers = ("" if value is None else str(value) for value in row.values)
        yield writer.writerow([_label(row.label), *numbers])


def _label(label: Label) -> str:
    return str(label) if isinstance(label, float | int) else safe_text(str(label))
