"""Interfaces as agreed with the systems' owners: OpenAPI, WSDL, XML Schema, tables."""
