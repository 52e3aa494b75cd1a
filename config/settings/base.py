"""Settings that every engine shares; what differs stands in development, test and production.

Values come from the environment; on a developer's machine the launcher writes them to `.run/env`
and the real environment wins over that file. docs/deploy.md lists every variable.
"""

import os
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
_run_env = BASE_DIR / ".run" / "env"
if _run_env.exists():
    # What the file says beside an address belongs to that address, not to another one given for once.
    _given = set(os.environ)
    env.read_env(str(_run_env))
    for _address, _beside in (("DATABASE_URL", "DATABASE_OWNER_URL"), ("REDIS_URL", "CELERY_BROKER_URL")):
        if _address in _given and _beside not in _given:
            os.environ.pop(_beside, None)

DEBUG = False
SECRET_KEY = env("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # Doors
    "apps.portal",
    "apps.desk",
    "apps.public",
    "apps.api",
    "apps.demo",
    # Oversight
    "apps.statistics",
    # Money
    "apps.reconciliation",
    "apps.banking",
    "apps.payouts",
    "apps.claims",
    # Cases
    "apps.training",
    "apps.apprentices",
    "apps.plans",
    # Foundations
    "apps.ledger",
    "apps.casework",
    "apps.policy",
    "apps.catalogue",
    "apps.institutions",
    "apps.enterprises",
    "apps.accounts",
    # Ground
    "apps.core",
    # Libraries
    "pgtrigger",
    "pghistory",
    "django_cotton",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_celery_beat",
    "import_export",
    "csp",
    "django_structlog",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.demo.middleware.one_day",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.middleware.ActorMiddleware",
    "apps.accounts.middleware.DefaultDenyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.core.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "apps.accounts.context.actor",
                "apps.core.context.site",
                "apps.core.navigation.context",
            ],
            "loaders": [
                "django_cotton.cotton_loader.Loader",
                "django.template.loaders.filesystem.Loader",
                "django.template.loaders.app_directories.Loader",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "apps.core.templatetags.shitu",
                "apps.casework.templatetags.casework",
                "apps.catalogue.templatetags.catalogue",
            ],
        },
    }
]
FORM_RENDERER = "apps.core.forms.ShituFormRenderer"

# Database: the application role by default, the owner role for migrations. ------------------------
# Where only one URL is given it is the owner's, and each connection of the application takes on the
# application role as it opens, so that no process that serves requests ever acts as the owner.
APP_DB_ROLE = env("APP_DB_ROLE", default="shitu_app")
DATABASES = {
    "default": env.db_url(
        "DATABASE_URL",
        default="postgresql://postgres@127.0.0.1:5432/shitu",
        engine="django.db.backends.postgresql",
    )
}
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default="")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=10000 -c timezone=UTC"
if not DATABASE_OWNER_URL:
    DATABASES["default"]["OPTIONS"]["options"] += f" -c role={APP_DB_ROLE}"
DATABASES["default"]["TEST"] = {"NAME": env("TEST_DB_NAME", default="test_shitu")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "shitu",
        "OPTIONS": {"socket_timeout": 5},
    }
}

# People who sign in. -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "apps.accounts.passwords.SimilarityValidator"},
    {"NAME": "apps.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "apps.accounts.passwords.CommonValidator"},
    {"NAME": "apps.accounts.passwords.CharacterClassesValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.accounts.adapter.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": None}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.5)
AXES_LOCKOUT_PARAMETERS = ["username", ["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# GB/T 22239 level 3 asks for periodic change; 0 switches it off. docs/security.md names the deviation.
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=90)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_ABSOLUTE_SECONDS", default=8 * 3600)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.core.views.errors.csrf_failure"
# How long a repeated confirmation of one's password stands before money may be released.
MONEY_CONFIRMATION_SECONDS = env.int("MONEY_CONFIRMATION_SECONDS", default=300)

# Demo city: one click signs in as any role. Never true in production.
DEMO_CITY = False

# Keys: `id:suite:hex` separated by commas, the first one seals, all of them open.
FIELD_KEYS = env("FIELD_KEYS", default="")

# Language and time. --------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

# Files. ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "static_vendor"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / "media"))
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=20 * 1024 * 1024)
# Videos of the training; the web server in front has to let them pass (docker/nginx).
VIDEO_MAX_BYTES = env.int("VIDEO_MAX_BYTES", default=50 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Background work. -----------------------------------------------------------------------------------
# Celery writes a Redis socket in another way than the cache does.
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="") or REDIS_URL.replace(
    "unix://", "redis+socket://"
).replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A Redis that hangs holds a request for seconds, not for ever: the job's row stands and is sent later.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, int | str] = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "resume-stale-jobs": {"task": "apps.core.tasks.resume_stale_jobs", "schedule": 15.0},
    "sweep-mail": {"task": "apps.casework.tasks.sweep_mail", "schedule": 60.0},
    "fold-summaries": {"task": "apps.statistics.tasks.fold_summaries", "schedule": 60.0},
    "remind-overdue": {"task": "apps.casework.tasks.remind_overdue", "schedule": crontab(hour=8, minute=0)},
    "tell-empty-seats": {
        "task": "apps.casework.tasks.tell_empty_seats",
        "schedule": crontab(hour=8, minute=2),
    },
    "tell-ended-notices": {
        "task": "apps.claims.tasks.tell_ended_notices",
        "schedule": crontab(hour=8, minute=5),
    },
    "follow-recoveries": {
        "task": "apps.payouts.tasks.follow_recoveries",
        "schedule": crontab(hour=8, minute=10),
    },
    "seal-ledger": {"task": "apps.ledger.tasks.seal_ledger", "schedule": crontab(minute="*/10")},
    "forget-ended-sessions": {
        "task": "apps.accounts.tasks.forget_ended_sessions",
        "schedule": crontab(hour=3, minute=15),
    },
    "reconcile": {
        "task": "apps.reconciliation.tasks.reconcile_nightly",
        "schedule": crontab(hour=1, minute=30),
    },
    "audit-invariants": {"task": "apps.core.tasks.audit_invariants", "schedule": crontab(hour=2, minute=30)},
}
# A running job without a heartbeat for this long is taken up again by another worker.
JOB_STALE_SECONDS = env.int("JOB_STALE_SECONDS", default=60)

# Mail goes out beside the notice in the application.
_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="shitu@localhost")

# The city whose rules are in force here, and the programme that the main job runs. ------------------
JURISDICTION = env("JURISDICTION", default="beijing")
CITY_NAME = env("CITY_NAME", default="") or _("Beijing")

# REST. ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.permissions.DeclaredAccess"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.api.negotiation.OnlyJSON",
    "DEFAULT_SCHEMA_CLASS": "apps.api.schema.ShituSchema",
    "DEFAULT_FILTER_BACKENDS": ["apps.api.narrowing.Narrowing"],
    "EXCEPTION_HANDLER": "apps.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shitu",
    "DESCRIPTION": "Enterprise new-type apprenticeship subsidies: every step of the process as an action.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "PlanStateEnum": "apps.plans.enums.PlanState.choices",
        "ClassStateEnum": "apps.apprentices.enums.ClassState.choices",
        "ClaimKind": "apps.claims.enums.ClaimKind.choices",
        "LessonKind": "apps.plans.enums.LessonKind.choices",
        "TextbookKind": "apps.plans.enums.TextbookKind.choices",
        "SessionSide": "apps.training.enums.SessionSide.choices",
        "MentorSide": "apps.plans.enums.MentorSide.choices",
        "AccountKind": "apps.ledger.enums.AccountKind.choices",
        "BudgetChange": "apps.payouts.enums.BudgetChange.choices",
        "RequestState": "apps.casework.enums.PaperState.choices",
        "JobState": "apps.core.models.job.JobState.choices",
        "BreakKind": "apps.reconciliation.enums.BreakKind.choices",
        "CorrectionKind": "apps.reconciliation.enums.CorrectionKind.choices",
    },
}

# Headers. -------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

PGHISTORY_APPEND_ONLY = True
COTTON_DIR = "components"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "apps.core.logs.MaskPersonalNumbers"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["mask"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
