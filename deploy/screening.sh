#!/bin/sh
# The program as the service runs it: its user, its settings, its folder. Root types it.
# Goes to /usr/local/sbin/screening; files without a folder are those of the service.
set -eu
umask 077
set -a
. /etc/screening.env
set +a
cd "$SCREENING_INSTANCE"
exec runuser --user=screening -- /opt/screening/.venv/bin/screening "$@"
