#!/bin/sh
# Starts Redis with the environment's password in a file of its own: a password in the command line is seen by all.
set -eu

password=${REDIS_PASSWORD:?chưa đặt}
case $password in
*[!0-9A-Za-z._~-]*)
    echo "REDIS_PASSWORD chỉ được gồm chữ không dấu, chữ số và các dấu . _ ~ -" >&2
    exit 64
    ;;
esac

config=${PORTAL_REDIS_CONFIG:-/tmp/redis.conf}
umask 077
# a queued job outlives a restart, and none is dropped for want of memory
printf '%s\n' "requirepass $password" 'appendonly yes' 'maxmemory-policy noeviction' >"$config"
exec redis-server "$config" "$@"
