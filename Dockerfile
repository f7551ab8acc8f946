# The web image: serving only, no training stack. Build: docker build -t creditdesk .
FROM python:3.11-slim-bookworm AS build
COPY requirements/web.txt /tmp/web.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/web.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /srv/creditdesk creditdesk
COPY --from=build /venv /venv
WORKDIR /srv/creditdesk
COPY --chown=creditdesk accounts accounts
COPY --chown=creditdesk creditdesk creditdesk
COPY --chown=creditdesk scoring scoring
COPY --chown=creditdesk templates templates
COPY --chown=creditdesk static static
COPY --chown=creditdesk locale locale
COPY --chown=creditdesk ml_artifacts ml_artifacts
COPY --chown=creditdesk bin bin
COPY --chown=creditdesk manage.py ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000
RUN SECRET_KEY=build AUDIT_KEY=build python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir -p var && chown creditdesk var
USER creditdesk
VOLUME /srv/creditdesk/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=2)"
# SECRET_KEY, AUDIT_KEY, ALLOWED_HOSTS and DATABASE_URL come from the environment; see docs/operations.md.
CMD ["sh", "-c", "python manage.py migrate --no-input && exec gunicorn creditdesk.wsgi --config bin/gunicorn.conf.py --bind 0.0.0.0:$PORT"]
