#!/bin/sh
# mmdebstrap customize hook: Debian's nginx behind the official image's interface: sites in /etc/nginx/conf.d, logs on standard
# output and error, workers of the user nginx (uid 101).
set -eu
root=$1
echo 'nginx:x:101:' >> "$root/etc/group"
echo 'nginx:x:101:101:nginx user:/nonexistent:/bin/false' >> "$root/etc/passwd"
rm -rf "$root/etc/nginx/sites-enabled" "$root/etc/nginx/sites-available" "$root/etc/nginx/modules-enabled"
install -d -m 755 "$root/etc/nginx/conf.d" "$root/usr/share/nginx/html" "$root/var/cache/nginx" "$root/var/log/nginx"
ln -sf /dev/stdout "$root/var/log/nginx/access.log"
ln -sf /dev/stderr "$root/var/log/nginx/error.log"
cat > "$root/etc/nginx/nginx.conf" <<'END'
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '
                    '"$http_user_agent" "$http_x_forwarded_for"';
    access_log /var/log/nginx/access.log main;
    sendfile on;
    keepalive_timeout 65;
    client_body_temp_path /var/cache/nginx/client_temp;
    proxy_temp_path /var/cache/nginx/proxy_temp;
    fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
    uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
    scgi_temp_path /var/cache/nginx/scgi_temp;
    include /etc/nginx/conf.d/*.conf;
}
END
cat > "$root/etc/nginx/conf.d/default.conf" <<'END'
server {
    listen 80;
    server_name localhost;

    location / {
        root /usr/share/nginx/html;
        index index.html;
    }
}
END
echo '<h1>Welcome to nginx!</h1>' > "$root/usr/share/nginx/html/index.html"
