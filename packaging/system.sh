#!/bin/sh
# Install the Debian packages that `make run` or `make test` needs and that are missing. Needs root only if any is missing.
set -eu

RUN="python3-venv fonts-croscore ca-certificates"
TEST="$RUN postgresql clamav-daemon chromium poppler-utils libreoffice-writer-nogui libreoffice-calc-nogui iproute2 libatomic1 gettext openssh-server miniupnpd snmpd snmp curl nftables iptables ufw wine wine64 xvfb nmap dropbear-bin inetutils-telnetd vsftpd lighttpd mosquitto python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
BENCH="hydra medusa zabbix-agent2 prometheus-node-exporter fusioninventory-agent ocsinventory-agent lynis"

case "${1:?run or test}" in
    run) wanted=$RUN ;;
    test) wanted=$TEST ;;
    bench) wanted="$TEST $BENCH" ;;
    *) echo "usage: $0 run|test|bench" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null || exit 0 # not Debian: the README says what must be there
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "Thiếu gói / missing packages:$missing" >&2
    echo "Hãy chạy với quyền root: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "Đang cài đặt gói hệ thống (installing system packages):$missing" >&2
# Services of freshly installed packages are not wanted: tests start their own, with their own data.
policy=/usr/sbin/policy-rc.d
made_policy=""
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy && made_policy=1
fi
cleanup() { if [ -n "$made_policy" ]; then rm -f $policy; fi; }
trap cleanup EXIT
export DEBIAN_FRONTEND=noninteractive
# Where tests and measurements run, each of thousands of files need not be on the disk before the next is written.
quick=""
case $1 in test | bench) quick="-o Dpkg::Options::=--force-unsafe-io" ;; esac
log=$(mktemp)
if ! { apt-get update && apt-get install -y --no-install-recommends $quick $missing; } > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"
