"""The audit: one row for every read of a business and every token, sealed in a chain of blocks."""

from canonical.audit.log import AuditLog, Use
from canonical.audit.rows import EVERY_BUSINESS, Action, AuditRow, Channel, account_name, new_row_id
from canonical.audit.sealer import Sealer
from canonical.audit.sealing import Finding, Verification
from canonical.audit.writer import GroupWriter

__all__ = [
    "EVERY_BUSINESS",
    "Action",
    "AuditLog",
    "AuditRow",
    "Channel",
    "Finding",
    "GroupWriter",
    "Sealer",
    "Use",
    "Verification",
    "account_name",
    "new_row_id",
]
