"""Django's settings, made from ServerConfig. Apps add themselves to INSTALLED_APPS."""

import secrets

from tieout.server.boot import SECRET_FILE
from tieout.server.config import load_config

_config = load_config()
_secret_file = _config.workspace / SECRET_FILE


def _secret_key() -> str:
    if _config.secret_key:
        return _config.secret_key.get_secret_value()
    if _secret_file.is_file():
        return _secret_file.read_text(encoding="utf-8").strip()
    return secrets.token_urlsafe(48)


SECRET_KEY = _secret_key()
DEBUG = _config.debug
ALLOWED_HOSTS = _config.hosts()
WORKSPACE = _config.workspace

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    # Its pages go before those of django-allauth.
    "tieout.server.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "tieout.server.audit",
    "tieout.server.jobs",
    "tieout.server.console",
    "tieout.server.cases",
    "tieout.server.outbox",
    "tieout.server.resolutions",
    "tieout.server.assistant",
    "tieout.server.intake",
    "tieout.server.closing",
    "tieout.server.alerts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tieout.server.middleware.request_id",
    "tieout.server.middleware.security_headers",
    "tieout.server.middleware.plain_text_only",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "tieout.server.urls"

DATABASES = {"default": _config.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "tieout.server.accounts.lockout.LockoutBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "tieout.server.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
# Failures are counted in the database, by accounts.lockout.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "tieout.server.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tieout.server.accounts.forms.CodeForm",
    "reauthenticate": "tieout.server.accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tieout"
SOCIALACCOUNT_ADAPTER = "tieout.server.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _config.single_sign_on()}}

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _config.smtp_host else 'dummy'}.EmailBackend"
EMAIL_HOST = _config.smtp_host
EMAIL_PORT = _config.smtp_port
EMAIL_HOST_USER = _config.smtp_user
EMAIL_HOST_PASSWORD = _config.smtp_password.get_secret_value()
EMAIL_USE_TLS = _config.smtp_starttls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _config.mail_from
PASSWORD_RESET_TIMEOUT = 3600

SESSION_COOKIE_AGE = _config.session_hours * 3600
# Hours until a case should be decided, by its severity.
SLA_HOURS = {
    "critical": _config.sla_hours_critical,
    "high": _config.sla_hours_high,
    "medium": _config.sla_hours_medium,
    "low": _config.sla_hours_low,
}
CSRF_FAILURE_VIEW = "tieout.server.console.errors.stale"
SESSION_COOKIE_NAME = "tieout_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _config.secure
SECURE_SSL_REDIRECT = _config.secure
SECURE_HSTS_SECONDS = 31_536_000 if _config.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _config.behind_proxy else None

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
LOGGING_CONFIG = None
