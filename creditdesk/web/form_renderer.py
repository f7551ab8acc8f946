"""The renderer of every form: fields by the one template of the project."""

from django.forms.renderers import TemplatesSetting


class DeskFormRenderer(TemplatesSetting):
    field_template_name = "forms/field.html"
