# Images of one script: `web` serves (no training stack), `trainer` trains, compares and watches for drift, `proxy` is the
# nginx of compose.yaml with the module that takes a header away.
#   docker build --target web -t creditdesk .          docker build --target trainer -t creditdesk-trainer .
# With a digest where one is known: --build-arg BASE=debian@sha256:...
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS base
WORKDIR /srv/creditdesk
COPY bin/image bin/image
COPY requirements requirements
# The major version of the PostgreSQL server, where it is newer than Debian's (15).
ARG POSTGRESQL_CLIENT=
ENV POSTGRESQL_CLIENT=$POSTGRESQL_CLIENT
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000

FROM ${BASE} AS proxy
COPY bin/image bin/image
RUN bin/image proxy
COPY deploy/nginx/nginx.conf /etc/nginx/nginx.conf
COPY deploy/nginx/proxy.inc /etc/nginx/desk/proxy.inc
EXPOSE 80 443
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]

FROM base AS trainer
RUN bin/image dependencies trainer
COPY . .
RUN bin/image application
USER creditdesk
VOLUME /srv/creditdesk/var /srv/creditdesk/ml_artifacts
ENTRYPOINT ["python", "manage.py"]
CMD ["help"]

FROM base AS web
RUN bin/image dependencies web
COPY . .
RUN bin/image application
USER creditdesk
VOLUME /srv/creditdesk/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["bin/healthcheck"]
# SECRET_KEY, AUDIT_KEY, ALLOWED_HOSTS and DATABASE_URL come from the environment; see docs/operations.md.
CMD ["bin/start"]
