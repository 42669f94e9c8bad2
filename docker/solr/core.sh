#!/bin/sh
# Puts the image's configuration into the portal's search core before Solr starts, making the core when it is new.
# The solr image sources every script of /docker-entrypoint-initdb.d at each start, hence the subshell.
(
    set -eu
    conf=${PORTAL_SOLR_CONF:-/opt/portal/solr-conf}
    core=${SOLR_HOME:-/var/solr/data}/ckan

    mkdir -p "$core"
    rm -rf "$core/conf.new"
    cp -R "$conf" "$core/conf.new"
    rm -rf "$core/conf"
    mv "$core/conf.new" "$core/conf"
    [ -e "$core/core.properties" ] || printf 'name=ckan\n' >"$core/core.properties"
)
