//! The gateway on the real engine: the real docker command line works through it, and reaches nothing but this run's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use proofolio::engine::gateway::desk::Account;
use proofolio::engine::gateway::{Gateway, Grant, runner};
use proofolio::engine::session::Session;
use proofolio::engine::{ContainerId, Engine, ExecOutcome, sandbox};
use support::{PYTHON, shell};

const APPLICATION: &str =
    "registry.example/shop@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

/// Answers on port 8000 with its version and what it was told; ends on SIGTERM.
const SERVER: &str = r#"
import http.server, os, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ.get("APP_VERSION", "none").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"#;

/// A runner beside a gateway.
struct Runner<'a> {
    session: &'a Session,
    container: ContainerId,
}

impl Runner<'_> {
    fn run(&self, script: &str) -> ExecOutcome {
        let mut request = shell(script);
        request.timeout = Duration::from_secs(60);
        self.session
            .engine()
            .exec(&self.container, &request, &mut |_| {})
            .unwrap()
    }

    /// Runs a script that has to succeed and returns what it printed.
    #[track_caller]
    fn ok(&self, script: &str) -> String {
        let outcome = self.run(script);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        assert_eq!(
            outcome.exit_code,
            Some(0),
            "{script}\n{}\n{}",
            text(&outcome.stdout),
            text(&outcome.stderr)
        );
        text(&outcome.stdout)
    }

    /// Runs a script that has to fail and returns what it complained about.
    #[track_caller]
    fn fails(&self, script: &str) -> String {
        let outcome = self.run(script);
        assert_ne!(
            outcome.exit_code,
            Some(0),
            "{script}\n{}",
            String::from_utf8_lossy(&outcome.stdout)
        );
        String::from_utf8_lossy(&outcome.stderr).into_owned()
    }
}

/// Opens a gateway with the python image as the application, and a runner at it.
fn with_runner(work: impl FnOnce(&Runner<'_>, &Gateway<'_>)) -> Account {
    let session = support::session();
    let engine = session.engine();
    let environment = BTreeMap::new();
    let recipe = runner::Recipe {
        base: PYTHON,
        installer: PYTHON,
        certificates: None,
        environment: &environment,
        tag: "proofolio-runner:test",
    };
    let built = runner::build(engine, &recipe, &mut |_| {}).unwrap();
    let image = built
        .image
        .unwrap_or_else(|| panic!("{:?}\n{}", built.failure, built.output));
    let python = engine.image(PYTHON).unwrap().unwrap();
    let mut server = python.clone();
    server.command = vec!["python3".to_owned()];
    let grants = BTreeMap::from([(
        APPLICATION.to_owned(),
        Grant {
            info: server,
            capable: false,
            reachable: true,
        },
    )]);
    let account = Gateway::open(&session, &python.id, grants, |gateway| {
        let mut spec = sandbox::untrusted(&image, gateway.network(), 64 << 20);
        spec.environment
            .insert("DOCKER_HOST".to_owned(), "tcp://127.0.0.1:2375".to_owned());
        spec.environment.insert("APP".to_owned(), APPLICATION.to_owned());
        spec.environment.insert("SERVER".to_owned(), SERVER.to_owned());
        let container = session.start("runner", spec)?;
        let runner = Runner {
            session: &session,
            container,
        };
        work(&runner, gateway);
        gateway.account()
    })
    .unwrap();
    assert!(session.close().is_empty());
    let left = support::engine()
        .list(&format!("proofolio.run={}", session.run()))
        .unwrap();
    assert!(left.is_empty(), "{left:?}");
    account
}

#[test]
fn the_docker_command_line_works_through_it() {
    let account = with_runner(|runner, gateway| {
        assert!(
            runner
                .ok("docker version --format '{{.Server.APIVersion}}'")
                .starts_with("1.")
        );
        runner.ok("docker info");
        assert_eq!(
            runner.ok("docker network ls --format '{{.Name}}' | sort | tr '\\n' ' '"),
            "bridge host none"
        );
        runner.ok("docker network create shop && docker network inspect shop");
        assert_eq!(runner.ok("docker ps --all --format '{{.Names}}'"), "");
        let id = runner.ok(
            "docker run --detach --name shop-blue --network shop --restart unless-stopped --env APP_VERSION=one \
             --label colour=blue --read-only --cap-drop ALL --security-opt no-new-privileges --memory 256m \
             --publish 127.0.0.1:8080:8000 $APP python3 -c \"$SERVER\"",
        );
        assert_eq!(id.len(), 64);
        assert_eq!(
            runner.ok("docker ps --no-trunc --format '{{.Names}} {{.Image}}'"),
            format!("shop-blue {APPLICATION}")
        );
        assert_eq!(
            runner.ok("docker inspect shop-blue --format '{{.State.Status}} {{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}'"),
            "running 0 unless-stopped"
        );
        assert_eq!(runner.ok("docker port shop-blue"), "8000/tcp -> 127.0.0.1:8080");
        let ask =
            "python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/').read().decode())\"";
        assert_eq!(
            runner.ok(&format!(
                "for i in 1 2 3 4 5 6 7 8 9 10; do {ask} && break; sleep 0.3; done"
            )),
            "one"
        );
        assert_eq!(runner.ok("docker exec shop-blue printenv APP_VERSION"), "one");
        assert_eq!(
            runner.ok("echo hello | docker exec --interactive shop-blue cat"),
            "hello"
        );
        assert_eq!(
            runner.ok("head -c 300000 /dev/zero | docker exec -i shop-blue sh -c 'wc -c'"),
            "300000"
        );
        assert_eq!(runner.run("docker exec shop-blue sh -c 'exit 7'").exit_code, Some(7));
        runner.fails("docker exec shop-blue no-such-program");
        assert!(runner.ok("docker logs --tail 5 shop-blue 2>&1").contains("GET /"));
        assert!(
            runner
                .fails("docker run --detach --name shop-blue $APP")
                .contains("already in use")
        );
        assert!(runner.fails("docker inspect nobody").contains("o such object"));
        runner.ok("docker stop --time 5 shop-blue");
        assert_eq!(
            runner.ok("docker inspect shop-blue --format '{{.State.Status}} {{.State.ExitCode}}'"),
            "exited 0"
        );
        runner.fails(ask);
        runner.ok("docker start shop-blue && docker restart --time 2 shop-blue && docker kill shop-blue");
        runner.ok("docker rm shop-blue && docker network rm shop");
        assert_eq!(runner.ok("docker run --rm $APP sh -c 'echo out; exit 0'"), "out");
        assert_eq!(runner.run("docker run --rm $APP sh -c 'exit 5'").exit_code, Some(5));
        runner.ok("docker pull $APP && docker tag $APP shop:current && docker image inspect shop:current");
        assert!(gateway.containers().is_empty(), "{:?}", gateway.containers());
    });
    assert!(account.refused.is_empty(), "{:?}", account.refused);
    assert!(account.calls > 40);
}

#[test]
fn a_named_volume_outlives_its_container_and_names_find_each_other() {
    let account = with_runner(|runner, _| {
        runner.ok("docker network create shop");
        runner.ok("docker run -d --name one --network shop -v data:/data $APP sleep 100");
        runner.ok("docker exec one sh -c 'echo kept > /data/file'");
        runner.ok("docker rm --force one");
        runner.ok("docker run -d --name two --network shop -v data:/data:ro $APP sleep 100");
        assert_eq!(runner.ok("docker exec two cat /data/file"), "kept");
        assert_eq!(runner.ok("docker volume ls -q"), "data");
        runner.ok("docker exec two getent hosts two");
        runner.fails("docker exec two getent hosts one");
    });
    assert!(account.refused.is_empty(), "{:?}", account.refused);
}

#[test]
fn a_hostile_runner_reaches_nothing() {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let foreign = support::session();
    let victim = foreign
        .start(
            "victim",
            sandbox::untrusted(PYTHON, proofolio::engine::Network::None, 1 << 20),
        )
        .unwrap();
    let account = with_runner(|runner, gateway| {
        // The network.
        let connects = |host: &str, port: u16| {
            let program = format!("import socket; socket.create_connection(('{host}', {port}), 2)");
            runner.run(&format!("python3 -c \"{program}\"")).exit_code == Some(0)
        };
        assert!(connects("127.0.0.1", 2375), "the gateway itself");
        for host in [
            "172.17.0.1",
            "host.docker.internal",
            "169.254.169.254",
            "1.1.1.1",
            "deb.debian.org",
        ] {
            assert!(!connects(host, port) && !connects(host, 80), "{host}");
        }
        // The engine.
        for arguments in [
            "run --rm -v /:/host $APP true",
            "run --rm -v /var/run/docker.sock:/s $APP true",
            "run --rm --mount type=bind,src=/etc,dst=/x $APP true",
            "run --rm --privileged $APP true",
            "run --rm --network host $APP true",
            "run --rm --pid host $APP true",
            "run --rm --cap-add SYS_ADMIN $APP true",
            "run --rm --device /dev/null $APP true",
            "run --rm --security-opt seccomp=unconfined $APP true",
            "run --rm --add-host x:host-gateway $APP true",
            "run --rm python:3.13-slim true",
            "run --rm busybox true",
            "build -",
            "commit x",
            "system df",
            "network connect host x",
            "volume create --opt type=none --opt device=/ --opt o=bind v",
        ] {
            assert!(
                !runner.fails(&format!("docker {arguments} < /dev/null")).is_empty(),
                "{arguments}"
            );
        }
        // Others' containers, by id, by name and by tricks.
        for name in [
            victim.0.as_str(),
            &victim.0[..12],
            &format!("proofolio-{}-victim", foreign.run()),
        ] {
            runner.fails(&format!("docker inspect {name}"));
            runner.fails(&format!("docker exec {name} true"));
            runner.fails(&format!("docker stop {name}"));
            runner.fails(&format!("docker run --rm --network container:{name} $APP true"));
        }
        let raw = |request: &str| {
            runner.ok(&format!(
                "python3 -c \"import socket; s = socket.create_connection(('127.0.0.1', 2375), 5); s.settimeout(10); \
                 s.sendall({request}); print(s.recv(12).decode())\""
            ))
        };
        let id = &victim.0;
        assert_eq!(
            raw(&format!("b'GET /containers/x/../{id}/json HTTP/1.1\\r\\n\\r\\n'")),
            "HTTP/1.1 403"
        );
        assert_eq!(
            raw(&format!("b'GET /containers/%2e%2e/{id}/json HTTP/1.1\\r\\n\\r\\n'")),
            "HTTP/1.1 403"
        );
        assert_eq!(
            raw(&format!("b'DELETE /containers/{id}?force=1 HTTP/1.1\\r\\n\\r\\n'")),
            "HTTP/1.1 404"
        );
        assert_eq!(
            raw("b'POST /containers/create HTTP/1.1\\r\\nContent-Length: 999999999\\r\\n\\r\\n'"),
            "HTTP/1.1 403"
        );
        // It goes on working for who behaves.
        runner.ok("docker run --rm $APP true");
        assert!(gateway.containers().is_empty());
    });
    assert!(!account.refused.is_empty() && account.refused.len() <= 20);
    assert!(foreign.engine().state(&victim).unwrap().running);
}
