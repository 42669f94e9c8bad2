#!/bin/sh
# Makes the portal's roles and databases, and gives roles that exist the environment's passwords. The postgres image
# runs it on a fresh volume; the setup service runs it again each time, so that a changed password takes effect.
set -eu

: "${POSTGRES_CKAN_PASSWORD:?chưa đặt}"
: "${POSTGRES_WRITER_PASSWORD:?chưa đặt}"
: "${POSTGRES_READER_PASSWORD:?chưa đặt}"

psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" \
    --dbname=postgres <<'SQL'
\getenv ckan_password POSTGRES_CKAN_PASSWORD
\getenv writer_password POSTGRES_WRITER_PASSWORD
\getenv reader_password POSTGRES_READER_PASSWORD

SELECT format('CREATE ROLE %I', role)
FROM unnest(ARRAY['ckan', 'datastore_writer', 'datastore_reader']) AS role
WHERE role NOT IN (SELECT rolname FROM pg_roles) \gexec

ALTER ROLE ckan LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'ckan_password';
ALTER ROLE datastore_writer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'writer_password';
ALTER ROLE datastore_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'reader_password';

SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', name, owner)
FROM (VALUES ('ckan', 'ckan'), ('datastore', 'datastore_writer')) AS wanted (name, owner)
WHERE name NOT IN (SELECT datname FROM pg_database) \gexec

REVOKE CONNECT ON DATABASE ckan FROM PUBLIC;
REVOKE CONNECT ON DATABASE datastore FROM PUBLIC;
SQL
