"""Form fields as every page renders them: label, widget, help text and errors, tied together by their ids."""

from django import forms

from tests.html import Elements, plain_text


class SampleForm(forms.Form):
    amount = forms.CharField(label="Amount", help_text="Below 5, or < 10.")
    purpose = forms.ChoiceField(label="Purpose", choices=[("", "Choose"), ("car", "A car & more")])
    answer = forms.ChoiceField(
        label="Answer", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    urgent = forms.BooleanField(label="Urgent", required=False)


class MarkedForm(SampleForm):
    marks_required = True


def field(name: str, form: type[SampleForm] = SampleForm, **data: str) -> str:
    return form(data or None)[name].as_field_group()


def test_a_field_has_its_label_help_text_and_widget():
    html = field("amount")
    elements = Elements(html)
    assert ("label", {"for": "id_amount"}) in elements.tags
    (widget,) = elements.having("name")
    assert widget["aria-describedby"] == "id_amount_helptext"
    assert [element["class"] for element in elements.having("id") if element["id"].endswith("helptext")] == [
        "helptext"
    ]
    assert "Below 5, or &lt; 10." in html


def test_a_field_with_an_error_refers_to_its_message():
    html = field("amount", urgent="on")
    elements = Elements(html)
    (widget,) = elements.having("name")
    assert widget["aria-invalid"] == "true"
    assert "id_amount_error" in widget["aria-describedby"].split()
    assert {"errorlist"} == {e["class"] for e in elements.having("id") if e["id"] == "id_amount_error"}
    assert "This field is required." in plain_text(html)


def test_options_of_a_select_keep_values_selection_and_escaping():
    html = field("purpose", purpose="car")
    options = [attributes for tag, attributes in Elements(html).tags if tag == "option"]
    assert options == [{"value": ""}, {"value": "car", "selected": ""}]
    assert "A car &amp; more" in html


def test_radio_buttons_are_a_fieldset_with_a_legend():
    elements = Elements(field("answer", answer="no"))
    assert [tag for tag, _ in elements.tags if tag in {"fieldset", "legend"}] == ["fieldset", "legend"]
    radios = elements.having("type")
    assert [radio["value"] for radio in radios] == ["yes", "no"]
    assert [radio["value"] for radio in radios if "checked" in radio] == ["no"]


def test_a_checkbox_stands_inside_its_label():
    tags = [tag for tag, _ in Elements(field("urgent")).tags]
    assert tags == ["div", "label", "input"]


def test_required_fields_are_marked_where_the_form_says_so():
    assert "required" not in plain_text(field("amount"))
    assert plain_text(field("amount", MarkedForm)).startswith("Amount required")
    assert "required" not in plain_text(field("urgent", MarkedForm))
