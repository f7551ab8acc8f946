"""What the parts of a case page that are kept as texts depend on."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditdesk.pages.case.page import CasePage


class WithTextKeys:
    """Keys of parts of the page; language, role and the values that are put in are named by the templates."""

    @property
    def tab_key(self: "CasePage") -> str:
        """What a tab about the assessment depends on: the case, the assessment, the profile and the model."""
        assessment, model = self.assessment, self.model
        return ":".join(
            (
                self.case.reference,
                str(assessment.pk if assessment else None),
                self.case.profile.digest,
                model.digest if model else "",
            )
        )

    @property
    def explanation_key(self: "CasePage") -> str:
        """What the explanation depends on besides assessment, model and language."""
        return f"{self.shows_log_odds}:{self.expanded_group}:{self.lists_features}"

    def expanded_features(self: "CasePage") -> list[FeatureRow]:
        return feature_rows(self.expanded_group, self.contributions, self.explainer, self.history_rows)

    def feature_effects(self: "CasePage") -> list[FeatureEffect]:
        return feature_effects(self.contributions, self.history_rows)

    @property
    def empty_form_key(self: "CasePage") -> tuple[Any, ...]:
        """What the empty form depends on, besides the case and its assessment themselves."""
        verdict = self.assessment.verdict if self.assessment else ""
        needs_second = self.accepting_needs_second_person
        limit = self.second_person_above if needs_second else None
        return verdict, needs_second, self.is_unaffordable, limit, self.people, self.reader.pk
