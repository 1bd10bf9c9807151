"""Accounts of the identity provider (GビズID), delegations and consents."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.address import ADDRESS
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_PERSONAL = Classification.PERSONAL
_ATTESTED = Authority.ATTESTED

ACCOUNT = Entity(
    "account", "アカウント", "Account", None,
    (
        Field("account_key", "アカウント管理番号", "Account key", _T.CODE, authority=_ATTESTED,
              max_length=100, identity=True),
        Field("account_type", "アカウント種別", "Type of account", _T.CODE,
              authority=_ATTESTED, codes=codes.ACCOUNT_TYPES),
        Field("rights", "アカウントの権限", "What the account may do", _T.CODE,
              authority=_ATTESTED, codes=codes.ACCOUNT_ROLES),
        Field("branch_name", "所属する支店・部署", "Branch the account is bound to",
              authority=_ATTESTED, max_length=200),
        Field("parent_account", "親アカウント", "Prime account above a member", _T.CODE,
              authority=_ATTESTED, max_length=100),
        Field("user_name", "利用者氏名", "User's name", gif="fullName",
              classification=_PERSONAL, authority=_ATTESTED, max_length=100),
        Field("user_kana", "利用者フリガナ", "User's name in kana", gif="fullNameKana",
              classification=_PERSONAL, authority=_ATTESTED, max_length=100),
        Field("user_birth_on", "利用者生年月日", "User's date of birth", _T.DATE,
              "dateOfBirth", classification=_PERSONAL, authority=_ATTESTED),
        *ADDRESS.named("user_address", "利用者の連絡先住所", "User's address",
                       classification=_PERSONAL),
        Field("user_department", "部署名", "User's department", max_length=200),
        Field("user_phone", "連絡先電話番号", "User's telephone", classification=_PERSONAL,
              max_length=50),
        Field("user_email", "メールアドレス", "User's e-mail", classification=_PERSONAL,
              max_length=254),
        Field("assurance_level", "身元確認保証レベル", "Identity assurance level", _T.CODE,
              authority=_ATTESTED, codes={"ial1": "IAL1", "ial2": "IAL2"}),
        Field("valid", "有効", "In force", _T.BOOLEAN, authority=_ATTESTED),
        Field("starts_on", "発行日", "From", _T.DATE, authority=_ATTESTED),
        Field("ends_on", "廃止日", "Until; null for open end", _T.DATE, authority=_ATTESTED),
    ),
)  # fmt: skip

DELEGATION = Entity(
    "delegation", "委任", "Delegation", "RoleInformation",
    (
        Field("delegation_key", "委任番号", "Delegation number", _T.CODE, authority=_ATTESTED,
              max_length=100, identity=True),
        Field("system_code", "委任先システム", "System delegated for", _T.CODE,
              authority=_ATTESTED, max_length=40),
        Field("starts_on", "委任開始日", "From", _T.DATE, authority=_ATTESTED),
        Field("ends_on", "委任終了日", "Until; null for open end", _T.DATE,
              authority=_ATTESTED),
        Field("withdrawn_on", "取消日", "Withdrawn on", _T.DATE, authority=_ATTESTED),
        Field("kind", "委任の種類", "Kind of delegation", _T.CODE, authority=_ATTESTED,
              codes=codes.DELEGATION_KINDS),
        Field("delegator_account", "委任者のアカウント", "Delegator's account", _T.CODE,
              authority=_ATTESTED, max_length=100),
        Field("delegate_account", "受任者のアカウント", "Delegate's account", _T.CODE,
              authority=_ATTESTED, max_length=100),
        Field("active", "有効", "In force", _T.BOOLEAN, authority=_ATTESTED),
        Field("note", "備考", "Note", max_length=1000, authority=_ATTESTED),
    ),
)  # fmt: skip

DELEGATION_CATEGORY = Entity(
    "delegation_category", "委任区分", "What a delegation covers", None,
    (
        Field("category_code", "委任区分", "Category", _T.CODE, authority=_ATTESTED,
              max_length=40),
        Field("category_name", "委任区分名", "Name of the category", authority=_ATTESTED,
              max_length=200),
        Field("procedure_code", "手続", "Procedure; null for all of the category", _T.CODE,
              authority=_ATTESTED, max_length=40),
        Field("procedure_name", "手続名", "Name of the procedure", authority=_ATTESTED,
              max_length=200),
        Field("active", "有効", "In force", _T.BOOLEAN, authority=_ATTESTED),
    ),
    ("delegation",),
)  # fmt: skip

CONSENT = Entity(
    "consent", "同意", "Consent", None,
    (
        Field("consent_key", "同意番号", "Consent key", _T.CODE, max_length=100,
              identity=True),
        Field("purpose", "利用目的", "Purpose", _T.CODE, max_length=100),
        Field("recipient", "提供先", "Recipient", max_length=200),
        Field("state", "状態", "State", _T.CODE, codes=codes.CONSENT_STATES),
        Field("given_at", "同意日時", "Given at", _T.INSTANT),
        Field("withdrawn_at", "撤回日時", "Withdrawn at", _T.INSTANT),
    ),
    ("party", "project", "plan", "consultation"),
)  # fmt: skip

ENTITIES = (ACCOUNT, DELEGATION, DELEGATION_CATEGORY, CONSENT)
