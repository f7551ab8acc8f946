"""The one settings file. Everything that differs between installations is read from the environment."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from creditdesk.assignment_rules import assignment_rules
from creditdesk.limits import PAGE_LARGEST_BODY
from creditdesk.retention_table import retention_days

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY")
AUDIT_KEY = env.str("AUDIT_KEY").strip()
# Keys before it, newest first: what they sealed stays verifiable; rotate_audit_key puts AUDIT_KEY in force.
AUDIT_OLD_KEYS = [key.strip() for key in env.list("AUDIT_OLD_KEYS", default=[])]
if not all([AUDIT_KEY, *AUDIT_OLD_KEYS]):
    raise ImproperlyConfigured("AUDIT_KEY is empty: without a key anybody could write a log that verifies")
# The first one wraps the data keys that encrypt words about clients, the others still open what they wrapped.
# Without a WRAPPING_KEY, a key derived from AUDIT_KEY wraps.
WRAPPING_KEYS = [
    *filter(None, [env.str("WRAPPING_KEY", "").strip()]),
    *filter(None, map(str.strip, env.list("WRAPPING_OLD_KEYS", default=[]))),
    *(f"audit:{key}" for key in (AUDIT_KEY, *AUDIT_OLD_KEYS)),
]
DEBUG = env.bool("DEBUG", False)
HTTPS = env.bool("HTTPS", True)
REQUIRE_MFA = env.bool("REQUIRE_MFA", True)
# A role of the demo by one click, without a password; refused with HTTPS, with MFA and beside imported cases.
DEMO_SIGN_IN = env.bool("DEMO_SIGN_IN", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ML_ARTIFACTS = Path(env.str("ML_ARTIFACTS", str(BASE_DIR / "ml_artifacts")))
MLFLOW_TRACKING_URI = env.str("MLFLOW_TRACKING_URI", f"sqlite:///{VAR_DIR / 'mlflow.sqlite3'}")

# Above this amount, accepting what the model refuses needs a second person.
SECOND_PERSON_ABOVE = env.float("SECOND_PERSON_ABOVE", 500_000.0)
CURRENCY = env.str("CURRENCY", "€")
# What an amount of the tables is multiplied by where people read or enter it; models read the tables' own.
AMOUNT_SCALE = env.float("AMOUNT_SCALE", 1.0)
if not 0 < AMOUNT_SCALE < float("inf"):
    raise ImproperlyConfigured("AMOUNT_SCALE is a number above 0: what amounts are multiplied by to be shown")

# Days after which a pending case counts as late, and within which a contest is to be answered.
DECISION_DAYS = env.int("DECISION_DAYS", 60)
CONTEST_DAYS = env.int("CONTEST_DAYS", 30)
# The share of cases on which an advisor gives an opinion before the verdict shows.
BLIND_SHARE = env.float("BLIND_SHARE", 0.05)
if not 0 <= BLIND_SHARE <= 1:
    raise ImproperlyConfigured("BLIND_SHARE is a share of the cases, from 0 to 1")
# Hours after which a claim holds no more; 0 lets it hold until it is released.
CLAIM_HOURS = env.float("CLAIM_HOURS", 24.0)
# Who gets new cases and those of a colleague who left or is away, the first rule that fits:
# product:Revolving loans=anna+boris,amount:300000=chloe,any=boris. Without a rule: every advisor in turn.
ASSIGNMENT_RULES = assignment_rules(env.list("ASSIGNMENT_RULES", default=[]))
RETENTION_DAYS = retention_days(env.list("RETENTION_DAYS", default=[]))
# The documents that each product needs; the kinds stand in creditdesk.models.document.
REQUIRED_DOCUMENTS = env.list(
    "REQUIRED_DOCUMENTS",
    default=["Cash loans=identity+address+payslip+statement", "Revolving loans=identity+payslip"],
)
# Where clamd listens, a socket file or HOST:PORT; without it documents are not scanned for viruses.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")
# Within so many months of the application a default counts against the probability of the assessment.
OUTCOME_MONTHS = env.int("OUTCOME_MONTHS", 12)
# The head of every letter, and where a client writes to.
BANK_NAME = env.str("BANK_NAME", "Banque de démonstration")
BANK_ADDRESS = env.str("BANK_ADDRESS", "Service des crédits, 1 place du Marché, 75000 Paris")
BANK_EMAIL = env.str("BANK_EMAIL", "credits@banque.example")
BANK_PHONE = env.str("BANK_PHONE", "")
# Whom letters send a client to and whose data reasons rest on; letters leave out who has no name here.
MEDIATOR = env.str("MEDIATOR", "")
DEBT_ADVICE = env.str("DEBT_ADVICE", "")
RATING_AGENCIES_NAME = env.str("RATING_AGENCIES_NAME", "")
RATING_AGENCIES_ADDRESS = env.str("RATING_AGENCIES_ADDRESS", "")
CREDIT_BUREAU_NAME = env.str("CREDIT_BUREAU_NAME", "")
CREDIT_BUREAU_ADDRESS = env.str("CREDIT_BUREAU_ADDRESS", "")

# What one API key may ask for in a minute in all web processes, unless the key says otherwise; each item of a
# batch counts.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", 30_000)

# The engine spark: a master URL or an sc:// address (Spark Connect), and a folder that its machines share.
SPARK_MASTER = env.str("SPARK_MASTER", "local[*]")
SPARK_WORKSPACE = env.str("SPARK_WORKSPACE", "")

# What a model version must show before two people put it in use; each is a function of a candidate.
PROMOTION_GATES = [
    "scoring.services.gates.integrity",
    "scoring.services.gates.ranking",
    "scoring.services.gates.cost",
    "scoring.services.gates.calibration",
    "scoring.services.gates.fairness",
    "scoring.services.gates.weaknesses",
    "scoring.services.gates.latency",
    "creditdesk.monitoring.replay.gate",
]

# Only what differs from scoring.ml.monitoring.conclusion.Limits: score_psi=0.2,moved_share=0.1.
DRIFT_LIMITS = {
    name: float(value) for name, value in (pair.split("=") for pair in env.list("DRIFT_LIMITS", default=[]))
}
DRIFT_REPORTS = Path(env.str("DRIFT_REPORTS", str(VAR_DIR / "drift")))
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WEBHOOK = env.str("ALERT_WEBHOOK", "")
ALERT_COOLDOWN_HOURS = env.float("ALERT_COOLDOWN_HOURS", 24.0)
# Where people reach the desk, for links in messages.
DESK_URL = env.str("DESK_URL", "http://127.0.0.1:8000")
vars().update(env.email_url("EMAIL_URL", "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "creditdesk@localhost")
# A digest of unread notifications every morning, to each person who wishes one; needs a mail server.
DIGESTS = env.bool("DIGESTS", False)
# Off, the challenger scores in the request that asked; that is for tests.
SHADOW_IN_BACKGROUND = env.bool("SHADOW_IN_BACKGROUND", True)
# A retrained version that passes every gate answers without a person; a bank leaves this off.
AUTO_PROMOTE = env.bool("AUTO_PROMOTE", False)

INSTALLED_APPS = [
    "accounts",
    "scoring",
    "creditdesk",
    "accounts.administration.site.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "creditdesk.web.headers.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "creditdesk.web.compression.compression",
    "accounts.middleware.request_id",
    "creditdesk.api.auth.api_middleware",
    "creditdesk.monitoring.access_log.access_log",
    "creditdesk.web.methods.known_methods",
    "creditdesk.web.readable_requests.readable_requests",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Inside the one above: its answer is a page in the language of the reader.
    "creditdesk.web.addresses.no_null_characters",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.session_limits",
    "accounts.middleware.htmx_sign_in",
    "accounts.middleware.access_denied",
    "creditdesk.web.erased_cases.erased_cases",
    "creditdesk.web.blind_cases.blind_cases",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "creditdesk.web.methods.pages_of_forms",
    "accounts.middleware.unrecorded_forms",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.second_factor",
    "accounts.middleware.own_password",
    "accounts.middleware.no_store",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "creditdesk.urls"
WSGI_APPLICATION = "creditdesk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# `i18n` is quick_i18n and `static` is quick_static on purpose (tests/creditdesk/templatetags: no other
# library has two modules).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["creditdesk.templatetags.quick_urls", "creditdesk.templatetags.ordinal_dates"],
            "libraries": {
                "i18n": "creditdesk.templatetags.quick_i18n",
                "static": "creditdesk.templatetags.quick_static",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "creditdesk.web.context.desk",
            ],
        },
    }
]

FORM_RENDERER = "creditdesk.web.form_renderer.DeskFormRenderer"

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'creditdesk.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue for the lock at BEGIN instead of failing in the middle of a transaction.
    audit_anchor = Path(f"{DATABASES['default']['NAME']}.anchor")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # A statement takes up to 90 kB, in each of eight threads; Python keeps 128 of them by itself.
        "cached_statements": 64,
        # The page size is that of a new file, for good. The inputs of a client fill half a page of 4 kB: a
        # third of the file would be empty. Each of eight threads has a cache of its own, for the few hundred
        # cases that a queue looks up, each on a page of its own; the system keeps the file once for all.
        "init_command": "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA cache_size=-6000;"
        # What is deleted is overwritten, so that an erased client is not in the file either.
        " PRAGMA secure_delete=ON;",
    }
else:
    audit_anchor = VAR_DIR / "audit.anchor"
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 600
# On PostgreSQL the role that serves, apart from the tables' owner; prepare_database gives it its rights.
DATABASE_RUNTIME_ROLE = env.str("DATABASE_RUNTIME_ROLE", "")

# The newest audit event, kept outside the database: an older copy put back in its place shows.
AUDIT_ANCHOR = Path(env.str("AUDIT_ANCHOR", str(audit_anchor)))
# Where the same head is sent, out of reach of this machine: file:///..., syslog://host:514, https://...
AUDIT_SINK = env.str("AUDIT_SINK", "")
# A time stamping authority (RFC 3161), its certificate, and how old the newest stamp may be.
AUDIT_TIMESTAMP_URL = env.str("AUDIT_TIMESTAMP_URL", "")
AUDIT_TIMESTAMP_CERTIFICATE = env.str("AUDIT_TIMESTAMP_CERTIFICATE", "")
AUDIT_TIMESTAMP_HOURS = env.int("AUDIT_TIMESTAMP_HOURS", 48)

# Hours for which the link of an invitation works, once.
PASSWORD_RESET_TIMEOUT = env.int("INVITATION_HOURS", 72) * 3600

# Backups: a folder where the worker keeps the newest BACKUP_KEEP, encrypted for a public key of age or with
# the passphrase in a file.
BACKUP_DESTINATION = env.str("BACKUP_DESTINATION", "")
BACKUP_KEEP = env.int("BACKUP_KEEP", 14)
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", "")
BACKUP_PASSPHRASE_FILE = env.str("BACKUP_PASSPHRASE_FILE", "")

# Scheduled work, done by `manage.py worker`: the command of each job, every how many hours, and from which
# hour of the day (UTC) on; one that `needs` a setting runs once that is set. SCHEDULE_HOURS changes single
# ones: backup=12,check_drift=0; 0 turns a job off.
SCHEDULE: dict[str, dict[str, Any]] = {
    "verify_audit": {"command": ["verify_audit"], "hours": 24, "from_hour": 1},
    "timestamp_audit": {
        "command": ["timestamp_audit"],
        "hours": 24,
        "from_hour": 1.5,
        "needs": "AUDIT_TIMESTAMP_URL",
    },
    "backup": {"command": ["backup"], "hours": 24, "from_hour": 2, "needs": "BACKUP_DESTINATION"},
    "apply_retention": {"command": ["apply_retention"], "hours": 24, "from_hour": 3},
    "check_drift": {"command": ["check_drift", "--without-evidently"], "hours": 168, "from_hour": 4},
    "maintain_queues": {"command": ["maintain_queues"], "hours": 0.25, "from_hour": 0},
    "send_digests": {"command": ["send_digests"], "hours": 24, "from_hour": 5, "needs": "DIGESTS"},
    "purge": {"command": ["purge"], "hours": 1, "from_hour": 0},
}
if BACKUP_DESTINATION:
    SCHEDULE["backup"]["command"] += ["--into", BACKUP_DESTINATION, "--keep", str(BACKUP_KEEP)]
SCHEDULE_HOURS = {
    name: float(value) for name, value in (pair.split("=") for pair in env.list("SCHEDULE_HOURS", default=[]))
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
        "OPTIONS": {"password_list_path": BASE_DIR / "accounts" / "sign_in" / "common_passwords.txt"},
    },
    {"NAME": "accounts.sign_in.password_strength.StrengthValidator"},
]
PASSWORD_HASHERS = [
    "accounts.sign_in.password_hasher.BoundedArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_FORMS = {"change_password": "accounts.sign_in.password_forms.ChangePasswordForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    # Keys are made by accounts.sign_in.throttling: address and account, the account alone, a known device.
    "login_failed": "60/m/ip,5/5m/key,20/h/key",
    "login_failed_on_account": "30/h/key,100/d/key",
    "login_failed_on_known_device": "10/5m/key",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_FORMS = {
    "authenticate": "accounts.sign_in.code_forms.AuthenticateForm",
    "reauthenticate": "accounts.sign_in.code_forms.ReauthenticateForm",
    "authenticate_webauthn": "accounts.sign_in.passkey_forms.AuthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Each sign-in takes two requests; a signature cannot be guessed, but each refused one is an audit event.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
# Without a PIN or a fingerprint a passkey would be one factor and no more.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ADAPTER = "accounts.sign_in.mfa_adapter.MFAAdapter"
MFA_TOTP_ISSUER = "creditdesk"
USERSESSIONS_ADAPTER = "accounts.sign_in.adapter.UserSessionsAdapter"
# The bank's directory (OpenID Connect). It is the second authority for rights: a group of OIDC_GROUP_ROLES
# gives its role without a second administrator. "group=role;group=role": the first that fits counts.
OIDC_ISSUER = env.str("OIDC_ISSUER", "")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "SSO")
OIDC_SCOPES = env.str("OIDC_SCOPES", "openid profile").split()
OIDC_GROUP_CLAIM = env.str("OIDC_GROUP_CLAIM", "groups")
OIDC_GROUP_ROLES = {
    group.strip(): role.strip()
    for group, _equals, role in (
        pair.rpartition("=") for pair in env.str("OIDC_GROUP_ROLES", "").split(";") if pair.strip()
    )
}
SOCIALACCOUNT_ADAPTER = "accounts.oidc.adapter.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 3
# Nothing here is ever pickled: whoever can write a row must not be able to run code in the web process.
CACHES = {
    # Sign-in limits, used one-time codes and throttles, shared by all web processes through the database.
    # The default of 300 entries would let a flood of names push them out.
    "default": {
        "BACKEND": "accounts.caching.database.JsonDatabaseCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Rendered parts of case pages, in this process only: the cases of a morning.
    "fragments": {"BACKEND": "accounts.caching.memory.TextMemoryCache"},
}

# What an open page asks for by itself: no sign of a person, so it keeps no session alive.
POLLED_PATHS = ["/notifications/count/"]
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 15 * 60)
SESSION_COOKIE_AGE = env.int("SESSION_ABSOLUTE_SECONDS", 10 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # A browser takes a cookie of such a name from this host alone, over TLS alone.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# No script reads it: forms and htmx take the token from the page.
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
# A program that sent its key in plain must notice: the API answers 403 (creditdesk.api.auth), not a redirect.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^api/v1/(?!docs)"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Of the addresses in X-Forwarded-For, what this many trusted proxies have written is believed.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", 1)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A file that is sent stays in memory: on the disk it would lie unencrypted. The server bounds its size.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = PAGE_LARGEST_BODY

OIDC_ORIGINS = ["/".join(OIDC_ISSUER.split("/", 3)[:3])] if OIDC_ISSUER else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The sign-in form leads on to the directory.
        "form-action": [SELF, *OIDC_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
FORMAT_MODULE_PATH = ["creditdesk.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_NAME = "__Host-django_language" if HTTPS else "django_language"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = env.str("TIME_ZONE", "Europe/Paris")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Rules for pages that browsers fetch ahead; they are believed with this type alone.
WHITENOISE_MIMETYPES = {".speculationrules": "application/speculationrules+json"}

# The bearer of this token may read /metrics; without one, only this machine may.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "creditdesk.monitoring.log_time.LineInUtc",
            "format": "{asctime} {levelname} {request_id} {name} {message}",
            "style": "{",
        },
        "json": {
            "()": "creditdesk.monitoring.log_time.JsonInUtc",
            "format": "{asctime}{levelname}{request_id}{name}{message}",
            "style": "{",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "filters": {
        "request_id": {"()": "accounts.request_id.RequestIdFilter"},
        "route": {"()": "creditdesk.monitoring.log_privacy.RouteFilter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", "line"),
            "filters": ["request_id", "route"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
