"""The sign-in page: who is there to sign in as. It stands for the password and the telephone."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import islice

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.delegations import Delegation, delegable
from mocks.corporate_auth.register import Register

MOST = 50
TYPES = {"entry": "エントリー", "prime": "プライム", "member": "メンバー"}
_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head><body>
<h1>{title}</h1>
<p>合成データのみ / synthetic data only</p>
{body}
</body></html>
"""


def page(title: str, body: str) -> str:
    """A whole page."""
    return _PAGE.format(title=escape(title), body=body)


def error_page(code: str, what: str) -> str:
    """The page that is shown where nothing may be redirected."""
    return page("エラー", f"<p>{escape(code)}: {escape(what)}</p>")


def sign_in_page(
    register: Register, transaction: str, client_name: str, query: str, wrong: str = ""
) -> str:
    """The first accounts whose key or name holds `query`, each with a button; and a way out."""
    hidden = f'<input type="hidden" name="transaction" value="{escape(transaction)}">'
    rows = "\n".join(_row(register, account, hidden) for account in _found(register, query))
    notice = f"<p>{escape(wrong)}</p>" if wrong else ""
    return page(
        "GビズID（模擬）ログイン",
        f"<p>{escape(client_name)} にログインします。</p>{notice}"
        f'<form method="get" action="signin">{hidden}'
        f'<input name="q" value="{escape(query)}"><button>検索</button></form>'
        f"<ul>{rows}</ul>"
        f'<form method="post" action="signin">{hidden}'
        '<button name="decision" value="deny">キャンセル</button></form>',
    )


def _found(register: Register, query: str) -> Iterator[Account]:
    accounts = (held.account for held in list(register.held.values()))
    return islice(
        (
            account for account in accounts
            if account.valid(register.today)
            and (query in account.sub or query in account.business.display_name)
        ),
        MOST,
    )  # fmt: skip


def _row(register: Register, account: Account, hidden: str) -> str:
    name = escape(f"{account.business.display_name} {account.user.name}")
    kind = TYPES[account.type]
    agent = "".join(_agent(register, made) for made in usable(register, account.sub))
    return (
        f'<li><form method="post" action="signin">{hidden}'
        f'<button name="account" value="{escape(account.sub)}">{name}（{kind}）</button>'
        f"{agent}</form></li>"
    )


def _agent(register: Register, made: Delegation) -> str:
    delegator = register.held[made.delegator].account.business.display_name
    system = delegable().get(made.system, {"name": made.system})["name"]
    value = escape(f"{made.delegate}#{made.number}")
    label = escape(f"{delegator} の代理人として（{system}）")
    return f' <button name="account" value="{value}">{label}</button>'


def usable(register: Register, sub: str) -> list[Delegation]:
    """The delegations under which an account may sign in as an agent today."""
    today = register.today
    return [made for made in register.held_by(sub) if made.in_force(today)]
