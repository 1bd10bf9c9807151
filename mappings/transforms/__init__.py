"""The transforms: few, named in the field's words, each with its inverse, loss and examples."""

from __future__ import annotations

from mappings.transforms import (
    addresses,
    clients,
    codes,
    dates,
    disclosure,
    figures,
    fiscal_years,
    holders,
    identifiers,
    money,
    names,
    numbers,
    parties,
    people,
    phones,
    registry,
    text,
    titles,
    trade_names,
    web,
)
from mappings.transforms.core import Example, Fast, Option, Options, Parsed, Transform

TRANSFORMS: dict[str, Transform] = {
    transform.name: transform
    for transform in (
        text.TEXT,
        text.NORMALISED,
        identifiers.CORPORATE_NUMBER,
        identifiers.DIGITS,
        parties.PARTY_NUMBER,
        parties.CLIENT_KIND,
        identifiers.POSTAL_CODE,
        names.LEGAL_NAME,
        names.REDUCED_NAME,
        names.KANA,
        trade_names.CORPORATE_NAME,
        trade_names.TRADE_NAME,
        clients.CLIENT_NAME,
        holders.HOLDER_NAME,
        holders.HOLDER_TRADE_NAME,
        disclosure.DISCLOSED_NAME,
        disclosure.DISCLOSED_TEXT,
        people.FULL_NAME,
        titles.TITLED_NAME,
        dates.DATE,
        dates.ERA_DATE,
        dates.INSTANT,
        fiscal_years.CLOSING_MONTH,
        fiscal_years.FISCAL_TERM,
        fiscal_years.FISCAL_YEAR,
        addresses.ADDRESS,
        addresses.ADDRESS_PARTS,
        phones.PHONE,
        web.EMAIL,
        web.URL,
        money.MONEY,
        figures.CURRENCY_AMOUNT,
        figures.FRACTION,
        numbers.INTEGER,
        numbers.MONTH,
        numbers.RATE,
        numbers.QUANTITY,
        numbers.BOOLEAN,
        codes.CODE,
        codes.JSIC,
        codes.LIST,
        codes.AREA,
        registry.REGISTERED_NAME,
        registry.REGISTERED_ADDRESS,
        registry.REGISTRATION_KIND,
        registry.MERGER,
    )
}
"""Every transform by the word that a mapping uses after `as:`."""

__all__ = ["TRANSFORMS", "Example", "Fast", "Option", "Options", "Parsed", "Transform"]
