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
    "tieout.server.accounts",
    "tieout.server.audit",
    "tieout.server.jobs",
    "tieout.server.console",
    "tieout.server.cases",
    "tieout.server.outbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tieout.server.middleware.request_id",
    "tieout.server.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
LOGOUT_REDIRECT_URL = "login"

SESSION_COOKIE_AGE = _config.session_hours * 3600
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
