# One image for web, worker, beat and the migration; docker-compose.yml says which is which.

FROM node:24-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/production.lock /tmp/production.lock
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/production.lock
WORKDIR /app
COPY manage.py package.json package-lock.json ./
COPY scripts scripts
COPY config config
COPY apps apps
COPY templates templates
COPY static static
COPY fixtures fixtures
COPY --from=assets /assets/node_modules node_modules
# The secrets of this step open nothing: they let the settings load and are gone with the step.
RUN python -c "from scripts.launch import assets; assets.copy()" \
    && export DJANGO_SETTINGS_MODULE=config.settings.production SECRET_KEY=build FIELD_KEYS=1:sm4:00 \
    && /opt/venv/bin/python manage.py messages --compile \
    && /opt/venv/bin/python manage.py readings \
    && /opt/venv/bin/python manage.py collectstatic --noinput --verbosity=0 \
    && rm -rf node_modules

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    MEDIA_ROOT=/media
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin shitu \
    && install -d -o shitu -g shitu -m 0700 /media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY docker/healthcheck.py /app/docker/healthcheck.py
WORKDIR /app
USER shitu
VOLUME /media
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000"]
