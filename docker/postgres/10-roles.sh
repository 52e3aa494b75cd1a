#!/bin/sh
# Runs once, on an empty data folder: the owner that migrates and the application role that serves.
set -eu
psql --no-psqlrc -v ON_ERROR_STOP=1 -v owner="$OWNER_PASSWORD" -v application="$APPLICATION_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE shitu_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner';
CREATE ROLE shitu_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'application';
CREATE DATABASE shitu OWNER shitu_owner;
REVOKE ALL ON DATABASE shitu FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE shitu TO shitu_app;
SQL
