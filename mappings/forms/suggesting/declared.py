"""Is a field a declaration? Consents, oaths and promises are new in every form."""

from __future__ import annotations

import re

from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.meaning import meaning
from mappings.forms.suggesting.words import parts

_WORDS = re.compile(
    r"同意|宣誓|誓約|誓い|承諾|承認します|確約|表明|宣言|了承|遵守|反社会的?勢力|暴力団|相違(?:ない|なし|あり?ません|ございません)"
    r"|虚偽|該当(?:する|し(?:ない|ません|ます))|該当$|みなし大企業|公表(?:の可否|を希望|して|に)|承知"
    r"|課税所得.*(?:超|以下|億)|確認しました|(?:consent|pledge|agree|oath|declar)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:ます|ません|ました|しない|する|である|でない)$")
_NOT = re.compile(r"(?:番号|ID|id|日|年月日|書類|証明書|氏名|者名|件数|機関名)$")


def is_declaration(asked: AskedField) -> bool:
    """Whether the field is a consent, an oath or a promise, and no number, day or paper of one."""
    for text in (asked.label, asked.name if not asked.label else ""):
        bare, asides = parts(text)
        told = " ".join((bare, *asides))
        if not bare or _NOT.search(bare) or meaning(text).attribute:
            continue
        if _WORDS.search(told):
            return True
        if asked.type == "checkbox" and _SENTENCE.search(bare) and len(bare) > 8:
            return True
    return False
