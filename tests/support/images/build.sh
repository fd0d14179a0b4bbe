#!/bin/bash
# Builds stand-ins for the official images from Debian trixie's packages, for machines that reach no image registry:
# the same tags, the same interface as far as the tests need it, Debian's software inside.
#
# usage: build.sh [python] [postgres] [nginx]
# needs: root, mmdebstrap, a Debian mirror (DEBIAN_MIRROR, else this machine's own), docker
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
log=$(mktemp)
trap 'status=$?; [ $status = 0 ] || { tail -n 40 "$log" >&2; echo "build.sh: failed" >&2; }; rm -f "$log"' EXIT

for tool in mmdebstrap docker; do
  command -v "$tool" >/dev/null || { echo "build.sh: $tool is missing (apt-get install $tool)" >&2; exit 1; }
done

mirror=${DEBIAN_MIRROR:-$(awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}' \
  /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || :)}

# Documentation, manuals and translations are a third of the size.
common=(--components=main
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*'
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"'
  --customize-hook="$here/host-ca.sh")
path='PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
certificates=/etc/ssl/certs/ca-certificates.crt

python() {
  # minbase, for smaller variants lack useradd, which Dockerfiles use
  mmdebstrap --variant=minbase "${common[@]}" \
    --include=ca-certificates,netbase,tzdata,python3.13,python3.13-venv \
    --customize-hook="$here/python-hook.sh" trixie - "$mirror" 2>>"$log" |
    docker import -c "ENV $path" -c 'ENV LANG=C.UTF-8' -c 'ENV PYTHON_VERSION=3.13' \
      -c "ENV SSL_CERT_FILE=$certificates" -c 'CMD ["python3"]' -c 'LABEL stand-in=python' \
      - "${PYTHON_TAG:-python:3.13-slim}"
}

postgres() {
  local tag=${POSTGRES_TAG:-postgres:17}
  # The user has the official image's number. LLVM is 150 MB and used by the JIT alone: postgres does without its files.
  # mmdebstrap empties /run, where the socket's folder is.
  mmdebstrap --variant=apt "${common[@]}" --include=ca-certificates,tzdata,postgresql-17 --skip=cleanup/run \
    --essential-hook='echo postgres:x:999: >> "$1/etc/group"; echo postgres:x:999:999::/var/lib/postgresql:/bin/bash >> "$1/etc/passwd"' \
    --dpkgopt='path-exclude=/usr/lib/*/libLLVM*' --dpkgopt='path-exclude=/usr/lib/*/libz3*' \
    --dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/bitcode/*' --dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/llvmjit*' \
    --essential-hook='mkdir -p "$1/etc/postgresql-common"; echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"' \
    --customize-hook="$here/postgres-hook.sh" trixie - "$mirror" 2>>"$log" |
    docker import -c "ENV ${path}:/usr/lib/postgresql/17/bin" -c 'ENV LANG=C.UTF-8' -c 'ENV PG_MAJOR=17' \
      -c 'ENV PGDATA=/var/lib/postgresql/data' -c 'VOLUME /var/lib/postgresql/data' -c 'EXPOSE 5432' \
      -c 'ENTRYPOINT ["docker-entrypoint.sh"]' -c 'CMD ["postgres"]' -c 'LABEL stand-in=postgres' - "$tag"
  # docker import knows no STOPSIGNAL; SIGINT is postgres's fast shutdown
  printf 'FROM %s\nSTOPSIGNAL SIGINT\n' "$tag" | DOCKER_BUILDKIT=0 docker build -q -t "$tag" - 2>>"$log"
}

nginx() {
  local tag=${NGINX_TAG:-nginx:1.29}
  mmdebstrap --variant=apt "${common[@]}" --include=ca-certificates,tzdata,nginx-light --skip=cleanup/run \
    --customize-hook="$here/nginx-hook.sh" trixie - "$mirror" 2>>"$log" |
    docker import -c "ENV $path" -c 'ENV LANG=C.UTF-8' -c 'EXPOSE 80' -c 'CMD ["nginx", "-g", "daemon off;"]' \
      -c 'LABEL stand-in=nginx' - "$tag"
  # docker import knows no STOPSIGNAL; SIGQUIT lets nginx finish its requests
  printf 'FROM %s\nSTOPSIGNAL SIGQUIT\n' "$tag" | DOCKER_BUILDKIT=0 docker build -q -t "$tag" - 2>>"$log"
}

[ $# -gt 0 ] || set -- python postgres nginx
for what; do
  case $what in
    python | postgres | nginx) "$what" ;;
    *) echo "build.sh: no such image: $what" >&2; exit 2 ;;
  esac
done
