#!/bin/sh
# Run once, by the image of PostgreSQL, on an empty volume: the owner migrates, the runtime role serves.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v owner="$OWNER_PASSWORD" -v runtime="$RUNTIME_PASSWORD" <<'SQL'
CREATE ROLE creditdesk_owner LOGIN PASSWORD :'owner';
CREATE ROLE creditdesk LOGIN PASSWORD :'runtime';
CREATE DATABASE creditdesk OWNER creditdesk_owner;
\connect creditdesk
ALTER SCHEMA public OWNER TO creditdesk_owner;
REVOKE ALL ON DATABASE creditdesk FROM PUBLIC;
GRANT CONNECT ON DATABASE creditdesk TO creditdesk;
SQL
