"""Reads the fields of a form that nobody has mapped yet: from a table, a web page or an OpenAPI."""

from hub.form_files.reading import FormFile, read_form_file

__all__ = ["FormFile", "read_form_file"]
