from accounts.administration.audit_log import AuditEventAdmin
from accounts.administration.role_requests import RoleRequestAdmin
from accounts.administration.users import UserAdmin

__all__ = ["AuditEventAdmin", "RoleRequestAdmin", "UserAdmin"]
