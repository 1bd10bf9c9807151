"""A new connector out of what its owner has: an OpenAPI file, a WSDL, an XSD, a sample, a table.

`draft` modules find out (pure), `render` writes texts, `write` puts them where they belong.
"""
