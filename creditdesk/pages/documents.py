"""The page of a case's documents: those on file, those that are needed, and letters that request them."""

from collections.abc import Sequence
from functools import cached_property

from creditdesk.documents.checklist import ChecklistItem, checklist
from creditdesk.models import Case, Document, DocumentRequest


class DocumentsPage:
    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def documents(self) -> Sequence[Document]:
        """Documents on file and removed ones, oldest first, without their content."""
        return list(self.case.documents.defer("content").select_related("added_by", "removed_by"))

    @cached_property
    def checklist(self) -> Sequence[ChecklistItem]:
        return checklist(self.case, (row.kind for row in self.documents if not row.removed_at))

    @property
    def missing(self) -> list[str]:
        return [str(item.kind) for item in self.checklist if not item.is_there]

    @cached_property
    def requests(self) -> Sequence[DocumentRequest]:
        return list(self.case.document_requests.defer("text").select_related("written_by"))
