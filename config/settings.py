"""Django's settings, driven by the environment (see ``config/env.py`` and ``.env.example``)."""

import sys
from datetime import timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from config import env
from config.logging import LOGGING as LOGGING

BASE_DIR = env.BASE_DIR
DEMO = env.IS_DEMO
if env.MODE not in {env.DEMO, env.PRODUCTION}:
    env.stop(f"RELINK_ENV must be demo or production, not {env.MODE!r}.")

DEBUG = False
SECRET_KEY = env.secret_key()
TOKEN_KEYS = env.token_keys()
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS") or (LOOPBACK if DEMO else [])
if not ALLOWED_HOSTS:
    env.required("ALLOWED_HOSTS", "the host names this site answers to, separated by commas")

# Redirect URIs and links in e-mails come from here, never from a request's Host header.
_web, _sandbox = env.demo_addresses() if DEMO else (f"https://{ALLOWED_HOSTS[0]}", "")
PUBLIC_URL = (env.text("PUBLIC_URL") or _web).rstrip("/")
SANDBOX_URL = (env.text("SANDBOX_URL") or _sandbox).rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "health",
    "connections",
    "connections.providers",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.security.content_security_policy",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.personal_settings",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "health.context.frame",
            ],
        },
    },
]

DATABASE_URL, REDIS_URL = env.stores()
_database = urlsplit(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_database.path.lstrip("/")),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname or "",
        "PORT": str(_database.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Whatever the address asks for (sslmode=verify-full) holds.
        "OPTIONS": {"connect_timeout": 10, **dict(parse_qsl(_database.query))},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "relink",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An invitation is opened from the mailbox it was sent to, which proves the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
# How many proxies in front of us write X-Forwarded-For: sign-in limits count by address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.count("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "accounts.second_factor.SealingAdapter"
# allauth notes an unverified address at a password reset, and would then refuse MFA.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Relink"
SOCIALACCOUNT_ADAPTER = "connections.providers.adapter.ManagedAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_ONLY = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "relink_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "relink_csrf"
# Strict would lose the session when a platform redirects back to the OAuth callback.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.stale_form"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = env.DATA_DIR / "static"
if DEMO:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEMO
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# The demo serves files where they lie; production serves what collectstatic hashed.
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = False

_mail = urlsplit(env.text("EMAIL_URL"))
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _mail.hostname
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = env.DATA_DIR / "outbox"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or 25
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM") or "Relink <relink@localhost>"

AGENCY_NAME = env.text("AGENCY_NAME") or ("Lighthouse Social" if DEMO else "Relink")
CHECK_EVERY = env.seconds("CHECK_EVERY", 15 if DEMO else 3600)
SWEEP_EVERY = env.seconds("SWEEP_EVERY", 10 if DEMO else 30)
EXPIRING_WITHIN = timedelta(days=14)
# From when on admins are told that a platform ends the API version an app speaks.
API_RETIRES_WITHIN = timedelta(days=90)
# A connection not looked at for this long is shown as not checked.
STALE_AFTER = max(CHECK_EVERY * 4, timedelta(hours=26))
PLATFORM_TIMEOUT = env.seconds("PLATFORM_TIMEOUT", 5 if DEMO else 15)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A sweep starts no round after SWEEP_FOR; the slowest round is six waves of calls long.
SWEEP_FOR = timedelta(seconds=40)
CELERY_TASK_SOFT_TIME_LIMIT = int((SWEEP_FOR + PLATFORM_TIMEOUT * 6).total_seconds()) + 20
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 15
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
# Redis forgets what a killed worker held; five minutes later it is offered again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "socket_timeout": 15,
    "health_check_interval": 15,
}

VERSION = "0.1"
TESTING = "pytest" in sys.modules
