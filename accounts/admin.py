from accounts.administration.audit_log import AuditEventAdmin
from accounts.administration.users import UserAdmin

__all__ = ["AuditEventAdmin", "UserAdmin"]
