#!/bin/sh
# What `proofolio verify` does, as a careful person would script it: one step after the other, with pip, `docker build` and
# `docker run`, nothing cached. The yardstick of the example `verify_speed`.
#
# usage: verify_by_hand.sh FOLDER        (a scaffold of the theme `loans`)
set -eu
project=$1
id=by-hand-$$
clean_up() {
  docker rm --force --volumes "$id-env" "$id-db" "$id-app" >/dev/null 2>&1 || true
  docker network rm "$id" >/dev/null 2>&1 || true
  docker image rm --force "$id" >/dev/null 2>&1 || true
}
trap clean_up EXIT INT TERM
docker network create "$id" >/dev/null

# the environment
docker run --detach --name "$id-env" --network "$id" python:3.13-slim sleep 3600 >/dev/null
docker exec "$id-env" mkdir /work
docker cp --quiet "$project/." "$id-env:/work"
docker exec "$id-env" python -m venv /opt/venv
docker exec --workdir /work "$id-env" /opt/venv/bin/python -m pip install --quiet --no-cache-dir -r requirements-dev.txt

# the tests, on PostgreSQL
url=postgresql://postgres:proof@$id-db:5432/postgres
docker run --detach --name "$id-db" --network "$id" --env POSTGRES_PASSWORD=proof postgres:17 >/dev/null
until docker exec "$id-db" pg_isready --quiet --host 127.0.0.1; do sleep 0.2; done
docker exec --workdir /work --env "DATABASE_URL=$url" "$id-env" /opt/venv/bin/python -m pytest -q >/dev/null

# the image
docker build --no-cache --quiet --tag "$id" "$project" >/dev/null

# the service
start() { docker run --network "$id" --env ENVIRONMENT=production --env "DATABASE_URL=$url" \
  --env JWT_SECRET=0123456789abcdef0123456789abcdef "$@"; }
ready() {
  docker exec -i "$id-env" python3 - "http://$id-app:8000/health/ready" "$1" <<'PYTHON'
import sys, time, urllib.error, urllib.request
for _ in range(600):
    try:
        status = urllib.request.urlopen(sys.argv[1], timeout=5).status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    if status == int(sys.argv[2]):
        sys.exit(0)
    time.sleep(0.1)
sys.exit("it never answered " + sys.argv[2])
PYTHON
}
start --rm "$id" alembic upgrade head >/dev/null
start --detach --name "$id-app" "$id" >/dev/null
ready 200
docker exec --env USER_PASSWORD=correct-horse-battery "$id-app" \
  python -m loans_api create-user --email admin@example.org --role librarian >/dev/null
docker exec -i "$id-env" python3 - "http://$id-app:8000" <<'PYTHON'
import json, sys, urllib.error, urllib.parse, urllib.request

def ask(method, path, token=None, form=None, body=None):
    data = urllib.parse.urlencode(form).encode() if form else json.dumps(body).encode() if body else None
    request = urllib.request.Request(sys.argv[1] + path, data, method=method)
    if body:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None

def token(email, password="correct-horse-battery"):
    return ask("POST", "/auth/token", form={"username": email, "password": password})

def expect(answer, *statuses):
    assert answer[0] in statuses, (answer, statuses)
    return answer[1]

book = {"title": "Proof", "author": "Reviewer", "isbn": "1234567890123", "copies": 3}
expect(ask("GET", "/users/me"), 401)
for name in "ab":
    expect(ask("POST", "/auth/register", body={"email": name + "@example.org", "password": "correct-horse-battery"}), 201)
user = expect(token("a@example.org"), 200)["access_token"]
other = expect(token("b@example.org"), 200)["access_token"]
admin = expect(token("admin@example.org"), 200)["access_token"]
expect(token("a@example.org", "wrong"), 401)
expect(ask("GET", "/users/me", user), 200)
expect(ask("GET", "/users/me", user[:-4] + "AAAA"), 401)
expect(ask("POST", "/books", user, body=book), 403)
made = expect(ask("POST", "/books", admin, body=book), 201)
loan = expect(ask("POST", "/loans", user, body={"book_id": made["id"]}), 201)
expect(ask("GET", "/loans/%d" % loan["id"], user), 200)
expect(ask("GET", "/loans/%d" % loan["id"], other), 403, 404)
PYTHON
docker stop --time 10 "$id-app" >/dev/null
docker start "$id-app" >/dev/null
ready 200
docker stop "$id-db" >/dev/null
ready 503
docker start "$id-db" >/dev/null
ready 200
