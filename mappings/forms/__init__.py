"""Forms: what their fields ask, which of them ask the same, and what is left to ask."""

from mappings.forms.form import Filler, Form, Format, FormField
from mappings.forms.loading import load_forms
from mappings.forms.overlap import Overlap, overlap

__all__ = ["Filler", "Form", "FormField", "Format", "Overlap", "load_forms", "overlap"]
