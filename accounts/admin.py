from accounts.audit_admin import AuditEventAdmin
from accounts.user_admin import UserAdmin

__all__ = ["AuditEventAdmin", "UserAdmin"]
