//! What the sandbox holds against, tried on the real engine: hostile code, hostile output, hostile builds, a killed run.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy sees tests only in functions marked so, not in their helpers"
)]

mod support;

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofolio::engine::docker::DockerEngine;
use proofolio::engine::pod::Pod;
use proofolio::engine::prober::{HttpRequest, ProbeFailure};
use proofolio::engine::session::{Belonging, Session, belonging, leftovers, sweep};
use proofolio::engine::{
    BuildOutcome, ContainerId, Engine, EngineError, ExecOutcome, ExecRequest, Interrupt, Network, Stdin, sandbox,
};
use support::{POSTGRES, PYTHON, build_request, command, ignore, python, session, shell};

/// A container for code of a repository, with 64 MiB to work in and 256 MiB in all.
fn confined(session: &Session) -> ContainerId {
    let mut spec = sandbox::untrusted(PYTHON, Network::None, 64 << 20);
    spec.limits.memory = 256 << 20;
    spec.limits.pids = 64;
    spec.limits.file_size = 20 << 20;
    spec.limits.open_files = 256;
    session.start("confined", spec).unwrap()
}

fn run(session: &Session, container: &ContainerId, request: &ExecRequest<'_>) -> ExecOutcome {
    session.engine().exec(container, request, &mut ignore).unwrap()
}

fn stdout(outcome: &ExecOutcome) -> String {
    String::from_utf8_lossy(&outcome.stdout).into_owned()
}

#[test]
fn code_has_no_power_and_may_write_to_memory_only() {
    let session = session();
    let container = confined(&session);
    let script = "grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status | tr -d '\\t'; id -u; pwd
        for folder in / /etc /usr/lib /var/tmp /home /root /run; do touch $folder/x 2>/dev/null && echo \"wrote $folder\"; done
        for folder in /work /tmp /dev/shm; do touch $folder/x && echo \"may $folder\"; done
        printf '#!/bin/sh\\necho executed' > /work/x; chmod +x /work/x; /work/x";
    let text = stdout(&run(&session, &container, &shell(script)));
    for line in [
        "CapPrm:0000000000000000",
        "CapEff:0000000000000000",
        "CapBnd:0000000000000000",
        "NoNewPrivs:1",
        "Seccomp:2",
        "65534",
        "/work",
        "may /work",
        "may /tmp",
        "may /dev/shm",
        "executed",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in {text}");
    }
    assert!(!text.contains("wrote"), "{text}");
}

#[test]
fn code_reaches_neither_the_host_nor_the_world() {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let session = session();
    let container = confined(&session);
    let program = format!(
        "import socket
print(sorted(name for _, name in socket.if_nameindex()))
for address in ('172.17.0.1', '192.0.2.1', '10.0.0.1', 'example.com', 'host.docker.internal'):
    try:
        socket.create_connection((address, {port}), 1)
        print('reached', address)
    except OSError as error:
        print('no', address)"
    );
    let text = stdout(&run(&session, &container, &python(&program)));
    assert!(text.starts_with("['lo']"), "{text}");
    assert!(!text.contains("reached"), "{text}");
    assert_eq!(text.matches("no ").count(), 5, "{text}");
}

#[test]
fn a_fork_bomb_is_bounded_and_ended() {
    let session = session();
    let container = confined(&session);
    let mut request = python(
        "import os, time
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except OSError as error:
    print('stopped at', count, flush=True)
    time.sleep(60)",
    );
    request.timeout = Duration::from_secs(3);
    let outcome = run(&session, &container, &request);
    assert!(outcome.timed_out);
    let text = stdout(&outcome);
    let count: u32 = text.trim().rsplit(' ').next().unwrap().parse().unwrap();
    assert!((10..64).contains(&count), "{text}");
    let begun = Instant::now();
    assert!(session.close().is_empty());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_memory_bomb_is_killed() {
    let session = session();
    let container = confined(&session);
    let outcome = run(&session, &container, &python("x = bytearray(1 << 30); print(len(x))"));
    assert_eq!(outcome.exit_code, Some(137));
    // Files in memory count, too.
    let container = confined(&session);
    let outcome = run(
        &session,
        &container,
        &shell("for i in 1 2 3 4 5; do head -c 19M /dev/zero > /work/$i || exit 9; done"),
    );
    assert_eq!(outcome.exit_code, Some(9), "64 MiB of /work are full");
}

#[test]
fn files_and_open_files_are_limited() {
    let session = session();
    let container = confined(&session);
    let outcome = run(&session, &container, &shell("head -c 30M /dev/zero > /work/big"));
    assert_eq!(outcome.exit_code, Some(153), "SIGXFSZ");
    let program = "import os
count = 0
try:
    while True:
        os.open('/dev/null', os.O_RDONLY)
        count += 1
except OSError:
    print(count)";
    let count: u32 = stdout(&run(&session, &container, &python(program)))
        .trim()
        .parse()
        .unwrap();
    assert!((200..256).contains(&count), "{count}");
    let program = "import os
count = 0
try:
    while True:
        open(f'/work/{count}', 'w').close()
        count += 1
except OSError:
    print(count)";
    let count: u32 = stdout(&run(&session, &container, &python(program)))
        .trim()
        .parse()
        .unwrap();
    assert!(count < 20_000, "{count} empty files");
}

#[test]
fn endless_output_is_ended_with_and_without_newlines() {
    let session = session();
    for script in ["yes", "cat /dev/zero", "yes >&2"] {
        let container = confined(&session);
        let mut request = shell(script);
        request.output_limit = 64 * 1024;
        let mut longest = 0;
        let begun = Instant::now();
        let mut on_line = |line: &str| longest = longest.max(line.chars().count());
        let outcome = session.engine().exec(&container, &request, &mut on_line).unwrap();
        assert!(outcome.output_bomb, "{script}");
        assert!(outcome.stdout.len() + outcome.stderr.len() < 70 * 1024);
        assert!(longest <= 501, "{longest}");
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{script}: {:?}",
            begun.elapsed()
        );
        let ended = session.engine().wait(&container, Duration::from_secs(10)).unwrap();
        assert!(ended.is_some(), "{script}: the engine reports the end");
    }
}

#[test]
fn what_is_printed_cannot_touch_the_terminal() {
    let session = session();
    let container = confined(&session);
    let request = python(r"print('\x1b[31mred\x1b[0m \x1b]0;title\x07\u202efdp.exe a\rb')");
    let mut lines = Vec::new();
    session
        .engine()
        .exec(&container, &request, &mut |line| lines.push(line.to_owned()))
        .unwrap();
    assert_eq!(lines, ["red \\u{202e}fdp.exe a", "b"]);
}

#[test]
fn a_tree_goes_in_through_tar_on_standard_input() {
    let session = session();
    let container = confined(&session);
    let mut archive = tar::Builder::new(Vec::new());
    for (path, contents) in [("a.txt", "one"), ("folder/b.txt", "two")] {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(contents.len() as u64);
        archive.append_data(&mut header, path, contents.as_bytes()).unwrap();
    }
    let mut request = command(&["tar", "-x", "-C", "/work", "--no-same-owner"]);
    request.stdin = Stdin::stream(std::io::Cursor::new(archive.into_inner().unwrap()));
    let outcome = run(&session, &container, &request);
    assert_eq!(
        outcome.exit_code,
        Some(0),
        "{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
    let outcome = run(&session, &container, &shell("cat a.txt folder/b.txt"));
    assert_eq!(stdout(&outcome), "onetwo");
}

#[test]
fn a_command_that_does_not_read_its_input_just_ends() {
    let session = session();
    let container = confined(&session);
    let mut request = shell("exit 4");
    request.stdin = Stdin::stream(std::io::repeat(b'x'));
    let begun = Instant::now();
    assert_eq!(run(&session, &container, &request).exit_code, Some(4));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_background_process_does_not_hold_its_parent_up_for_ever() {
    let session = session();
    let container = confined(&session);
    let begun = Instant::now();
    let outcome = run(&session, &container, &shell("sleep 60 & echo started"));
    assert_eq!(stdout(&outcome), "started\n");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

#[test]
fn logs_are_the_end_of_what_was_printed() {
    let session = session();
    let mut spec = sandbox::untrusted(PYTHON, Network::None, 1 << 20);
    spec.entrypoint = Some(vec!["sh".to_owned(), "-c".to_owned()]);
    spec.command = Some(vec!["seq 200000; printf '\\033[1mend\\033[0m\\n'; exit 5".to_owned()]);
    spec.keep_logs = true;
    let container = session.start("logs", spec).unwrap();
    assert_eq!(
        session.engine().wait(&container, Duration::from_secs(20)).unwrap(),
        Some(5)
    );
    let log = session.engine().logs(&container, 1000).unwrap();
    assert!(
        log.len() <= 1000 && log.contains("200000") && log.ends_with("end\n"),
        "{log}"
    );
    assert_eq!(session.engine().state(&container).unwrap().exit_code, Some(5));
}

#[test]
fn a_program_that_is_missing_is_told_from_engine_trouble() {
    let session = session();
    let mut spec = sandbox::untrusted(PYTHON, Network::None, 1 << 20);
    spec.entrypoint = Some(vec!["no-such-program".to_owned()]);
    spec.init = false;
    let error = session.start("missing", spec).unwrap_err();
    assert!(error.is_missing_program() && !error.unreachable, "{error}");
}

// Reaching the engine.

#[test]
#[cfg(unix)]
fn an_engine_that_is_not_there_or_does_not_answer_is_an_error_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("engine.sock");
    let address = format!("unix://{}", socket.display());
    let connect = |interrupt: &Interrupt| DockerEngine::connect(Some(&address), interrupt.clone()).err().unwrap();

    let error = connect(&Interrupt::new());
    assert!(error.unreachable && error.hint.is_some(), "{error}");
    assert!(error.reason.contains("there is no socket at"), "{error}");

    // A socket that a dead engine left behind.
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    drop(listener);
    let error = connect(&Interrupt::new());
    assert!(error.unreachable && error.hint.unwrap().starts_with("Nothing answers"));

    // One that accepts and says nothing.
    std::fs::remove_file(&socket).unwrap();
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let begun = Instant::now();
    let error = connect(&Interrupt::new());
    assert!(
        error.unreachable && error.reason.contains("did not answer within 10 s"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(12));
    let interrupt = Interrupt::new();
    interrupt.set();
    assert!(connect(&interrupt).interrupted);
}

#[test]
fn two_services_on_an_internal_network_reach_each_other_and_not_the_host() {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let session = session();
    let network = session.create_network("net").unwrap();
    let spec = || sandbox::untrusted(PYTHON, Network::Named(network.clone()), 1 << 20);
    let mut server = spec();
    server.entrypoint = Some(vec!["python3".to_owned(), "-c".to_owned()]);
    server.command = Some(vec![SERVER.replace("127.0.0.1", "0.0.0.0")]);
    session.start("server", server).unwrap();
    let client = session.start("client", spec()).unwrap();
    let program = format!(
        "import socket, time
for _ in range(100):
    try:
        socket.create_connection(('proofolio-{}-server', 8000), 2).close(); print('reached the other'); break
    except OSError: time.sleep(0.05)
own = socket.gethostbyname(socket.gethostname()).rsplit('.', 1)[0]
for address in (own + '.1', '172.17.0.1', '192.0.2.1'):
    try:
        socket.create_connection((address, {port}), 1); print('reached', address)
    except OSError: pass",
        session.run()
    );
    let outcome = run(&session, &client, &python(&program));
    assert_eq!(
        stdout(&outcome),
        "reached the other\n",
        "{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
}

// Builds.

fn built(
    session: &Session,
    files: &[(&str, &str)],
    change: impl Fn(&mut proofolio::engine::BuildRequest<'_>),
) -> BuildOutcome {
    let tag = format!("proofolio-test-{}:build", session.run());
    let mut request = build_request(&tag, files);
    request.labels = session.labels("image");
    change(&mut request);
    session.build(&request, &mut ignore).unwrap()
}

/// A session for each builder.
fn both_builders() -> [Session; 2] {
    support::ensure_base_images();
    let classic = DockerEngine::connect(None, Interrupt::new())
        .unwrap()
        .without_buildkit();
    [session(), Session::open(Arc::new(classic), false)]
}

#[test]
fn a_second_build_is_answered_by_the_cache_and_no_cache_is_not() {
    for session in both_builders() {
        let dockerfile = format!(
            "FROM {PYTHON}\nCOPY a.txt sub/b.txt /app/\nRUN echo {} > /made\n",
            session.run()
        );
        let files = [("Dockerfile", dockerfile.as_str()), ("sub/b.txt", "b"), ("a.txt", "a")];
        let first = built(&session, &files, |_| ());
        assert_eq!((first.failure.as_ref(), first.steps), (None, 2), "{}", first.output);
        let second = built(&session, &files, |_| ());
        assert_eq!((second.steps, second.cached_steps), (2, 2), "{}", second.output);
        // Labels of another run do not disturb the cache.
        let third = built(&session, &files, |request| {
            request.labels.insert("proofolio.run".to_owned(), "another".to_owned());
        });
        assert_eq!((third.steps, third.cached_steps), (2, 2), "{}", third.output);
        let last = built(&session, &files, |request| request.no_cache = true);
        assert_eq!((last.steps, last.cached_steps), (2, 0), "{}", last.output);
        assert!(session.close().is_empty());
        let listed = session
            .engine()
            .list(&format!("proofolio.run={}", session.run()))
            .unwrap();
        assert_eq!(listed, []);
    }
}

#[test]
fn a_failing_step_is_named_by_both_builders() {
    for session in both_builders() {
        let dockerfile = format!("FROM {PYTHON} AS base\nRUN true\nFROM base\nRUN echo code: 5; \\\n    exit 9\n");
        let outcome = built(&session, &[("Dockerfile", &dockerfile)], |_| ());
        let failure = outcome.failure.expect("it failed");
        assert_eq!(failure.exit_code, Some(9), "{failure:?}");
        assert_eq!(
            failure.instruction.as_deref(),
            Some("RUN echo code: 5;     exit 9"),
            "{failure:?}"
        );
        assert!(outcome.output.contains("code: 5"), "{}", outcome.output);
    }
}

#[test]
fn arguments_and_labels_reach_the_image() {
    let session = session();
    let dockerfile = format!(
        "FROM {PYTHON}\nARG WHO=nobody\nENV WHO=$WHO\nUSER 1000\nVOLUME /data\nEXPOSE 8000\nHEALTHCHECK CMD true\n"
    );
    let outcome = built(&session, &[("deploy/Dockerfile", &dockerfile)], |request| {
        request.arguments = BTreeMap::from([("WHO".to_owned(), "me".to_owned())]);
        request.labels = session.labels("image");
    });
    let image = session.engine().image(&outcome.image.unwrap()).unwrap().unwrap();
    assert!(image.environment.contains(&"WHO=me".to_owned()), "{image:?}");
    assert_eq!(
        (image.user.as_str(), image.volumes.as_slice()),
        ("1000", &["/data".to_owned()][..])
    );
    assert_eq!(image.exposed_ports, ["8000/tcp"]);
    assert!(image.healthcheck.is_some());
    let listed = session
        .engine()
        .list(&format!("proofolio.run={}", session.run()))
        .unwrap();
    assert_eq!(listed.len(), 1);
}

#[test]
fn a_dockerfile_that_cannot_be_read_or_copies_nothing_fails_as_the_repository_s_fault() {
    for session in both_builders() {
        for (dockerfile, word) in [
            (format!("FROM {PYTHON}\nNONSENSE x\n"), "NONSENSE"),
            (format!("FROM {PYTHON}\nCOPY missing.txt /\n"), "missing.txt"),
        ] {
            let outcome = built(&session, &[("Dockerfile", &dockerfile)], |_| ());
            let failure = outcome.failure.expect("it failed");
            assert!(failure.message.contains(word), "{failure:?}");
            assert!(
                !failure.base_image_missing && failure.exit_code.is_none(),
                "{failure:?}"
            );
        }
    }
}

#[test]
fn a_base_image_that_cannot_be_had_is_not_the_repository_s_fault() {
    for session in both_builders() {
        for base in ["proofolio-test.invalid/nothing:1", "proofolio-test-nobody/nothing:1"] {
            let dockerfile = format!("FROM {base}\nRUN true\n");
            let outcome = built(&session, &[("Dockerfile", &dockerfile)], |_| ());
            let failure = outcome.failure.expect("it failed");
            assert!(failure.base_image_missing, "{failure:?}");
        }
    }
}

#[test]
fn a_frontend_that_cannot_be_had_does_not_stop_a_build() {
    let session = session();
    let dockerfile =
        format!("# syntax=proofolio-test.invalid/frontend:1\nFROM {PYTHON}\nRUN --mount=type=cache,target=/c true\n");
    let outcome = built(&session, &[("Dockerfile", &dockerfile)], |_| ());
    assert_eq!(outcome.failure, None, "{}", outcome.output);
}

#[test]
fn a_build_that_takes_too_long_is_ended_at_its_step() {
    for session in both_builders() {
        let dockerfile = format!("FROM {PYTHON}\nRUN echo begun && sleep 60\n");
        let begun = Instant::now();
        let outcome = built(&session, &[("Dockerfile", &dockerfile)], |request| {
            request.timeout = Duration::from_secs(3);
            request.no_cache = true;
        });
        let failure = outcome.failure.expect("it failed");
        assert!(failure.timed_out, "{failure:?}");
        assert_eq!(failure.instruction.as_deref(), Some("RUN echo begun && sleep 60"));
        assert!(begun.elapsed() < Duration::from_secs(8));
    }
}

// The interrupt.

fn interrupted_after(delay: Duration, work: impl FnOnce(Arc<DockerEngine>) -> EngineError) -> Duration {
    let interrupt = Interrupt::new();
    let engine = support::engine_with(interrupt.clone());
    std::thread::scope(|scope| {
        let setter = scope.spawn(|| {
            std::thread::sleep(delay);
            interrupt.set();
            Instant::now()
        });
        let error = work(engine);
        let ended = Instant::now();
        assert!(error.interrupted, "{error}");
        ended.saturating_duration_since(setter.join().unwrap())
    })
}

#[test]
fn an_interrupt_ends_a_running_command_and_nothing_is_left() {
    let took = interrupted_after(Duration::from_millis(1500), |engine| {
        let session = Session::open(engine.clone(), false);
        let container = confined(&session);
        let mut request = command(&["sleep", "60"]);
        request.timeout = Duration::from_secs(60);
        let error = engine.exec(&container, &request, &mut ignore).unwrap_err();
        let label = format!("proofolio.run={}", session.run());
        // Closed on another thread, so that the time of the interrupt alone is taken.
        std::thread::spawn(move || {
            drop(session);
            assert_eq!(engine.list(&label).unwrap(), []);
        });
        error
    });
    assert!(took < Duration::from_millis(500), "{took:?}");
}

#[test]
fn an_interrupt_ends_a_running_build() {
    let dockerfile = format!("FROM {PYTHON}\nRUN sleep 61\n");
    let took = interrupted_after(Duration::from_millis(1500), |engine| {
        let mut request = build_request("proofolio-test-interrupted:1", &[("Dockerfile", &dockerfile)]);
        request.no_cache = true;
        engine.build(&request, &mut ignore).unwrap_err()
    });
    assert!(took < Duration::from_millis(500), "{took:?}");
    let engine = support::engine();
    assert_eq!(engine.image("proofolio-test-interrupted:1").unwrap(), None);
    // The step's process ends with the connection.
    let session = Session::open(engine, false);
    let mut patience = 50;
    while step_runs() && patience > 0 {
        std::thread::sleep(Duration::from_millis(100));
        patience -= 1;
    }
    assert!(patience > 0, "the step goes on");
    drop(session);
}

/// Does `sleep 61` run anywhere? On another machine's engine nobody can tell.
fn step_runs() -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return false;
    };
    processes
        .flatten()
        .any(|process| std::fs::read(process.path().join("cmdline")).is_ok_and(|words| words == b"sleep\x0061\0"))
}

// The pod.

const SERVER: &str = r#"
import http.server, json, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/big":
            self.send_response(200); self.end_headers()
            for _ in range(64): self.wfile.write(b"x" * 65536)
        elif self.path == "/slow":
            self.send_response(200); self.end_headers()
            while True:
                self.wfile.write(b"x"); self.wfile.flush(); time.sleep(0.05)
        elif self.path == "/nonsense":
            self.wfile.write(b"\x00\xff not http at all\r\n\r\n")
        elif self.path == "/redirect":
            self.send_response(302); self.send_header("Location", "/"); self.end_headers()
        elif self.path == "/headers":
            self.send_response(200)
            for number in range(90): self.send_header(f"X-{number}", "h" * 60000)
            self.end_headers()
        else:
            self.send_response(200); self.end_headers(); self.wfile.write(b"hello")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201); self.send_header("X-Kind", self.headers["Content-Type"]); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"#;

fn serve(pod: &Pod, session: &Session) -> ContainerId {
    let mut spec = sandbox::untrusted(PYTHON, Network::None, 1 << 20);
    spec.entrypoint = Some(vec!["python3".to_owned(), "-c".to_owned()]);
    spec.command = Some(vec![SERVER.to_owned()]);
    pod.start(session, "service", spec).unwrap()
}

#[test]
fn the_prober_owns_the_network_and_asks_in_it() {
    let session = session();
    let pod = Pod::open(&session, PYTHON, &["app"]).unwrap();
    let prober = pod.prober();
    let refused = prober.http(&HttpRequest::get(8000, "/")).unwrap();
    assert_eq!(refused, Err(ProbeFailure::Refused));
    serve(&pod, &session);
    let answer = prober.wait_http(&HttpRequest::get(8000, "/"), &[200]).unwrap().unwrap();
    assert_eq!(
        (answer.status, answer.body.as_slice(), answer.truncated),
        (200, &b"hello"[..], false)
    );

    let named = HttpRequest {
        host: "app".to_owned(),
        ..HttpRequest::get(8000, "/")
    };
    assert_eq!(prober.http(&named).unwrap().unwrap().status, 200);

    let request = HttpRequest::new("POST", 8000, "/x").json(&serde_json::json!({"a": "ü"}));
    let answer = prober.http(&request).unwrap().unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("x-kind"), Some("application/json"));
    assert_eq!(answer.json(), Some(serde_json::json!({"a": "ü"})));

    let answer = prober.http(&HttpRequest::get(8000, "/redirect")).unwrap().unwrap();
    assert_eq!((answer.status, answer.header("Location")), (302, Some("/")));
    let late = HttpRequest::get(8000, "/").within(Duration::from_millis(300));
    assert_eq!(prober.wait_http(&late, &[599]).unwrap(), Err(ProbeFailure::TimedOut));

    let begun = Instant::now();
    for _ in 0..100 {
        prober.http(&HttpRequest::get(8000, "/")).unwrap().unwrap();
    }
    println!("a request takes {:?}", begun.elapsed() / 100);
}

#[test]
fn a_hostile_service_is_bounded() {
    let session = session();
    let pod = Pod::open(&session, PYTHON, &[]).unwrap();
    serve(&pod, &session);
    let prober = pod.prober();
    prober.wait_http(&HttpRequest::get(8000, "/"), &[]).unwrap().unwrap();
    let big = prober.http(&HttpRequest::get(8000, "/big")).unwrap().unwrap();
    assert_eq!((big.body.len(), big.truncated), (1 << 20, true));
    let headers = prober.http(&HttpRequest::get(8000, "/headers")).unwrap().unwrap();
    assert!(headers.headers.iter().all(|(_, value)| value.len() <= 4096));
    let begun = Instant::now();
    let slow = HttpRequest::get(8000, "/slow").within(Duration::from_millis(500));
    assert_eq!(prober.http(&slow).unwrap(), Err(ProbeFailure::TimedOut));
    assert!(begun.elapsed() < Duration::from_secs(3));
    let nonsense = prober.http(&HttpRequest::get(8000, "/nonsense")).unwrap();
    assert!(
        matches!(&nonsense, Err(ProbeFailure::Broken(why)) if why.contains("BadStatusLine")),
        "{nonsense:?}"
    );
    let split = HttpRequest::get(8000, "/ HTTP/1.1\r\nX: y");
    assert!(matches!(prober.http(&split).unwrap(), Err(ProbeFailure::Broken(_))));
    assert_eq!(
        prober.http(&HttpRequest::get(8000, "/")).unwrap().unwrap().status,
        200,
        "and it still answers"
    );
}

#[test]
fn a_database_is_reached_by_name_in_the_pod() {
    let session = session();
    let pod = Pod::open(&session, PYTHON, &["db"]).unwrap();
    let spec = sandbox::postgres(POSTGRES, pod.network(), "app", "secret", "app");
    let database = pod.start(&session, "postgres", spec).unwrap();
    let ready = pod
        .prober()
        .wait_tcp("127.0.0.1", 5432, Duration::from_secs(30))
        .unwrap();
    assert!(
        ready.is_ok(),
        "{ready:?}: {}",
        session.engine().logs(&database, 4000).unwrap()
    );
    let mut request = command(&["psql", "-h", "db", "-U", "app", "-tAc", "select current_user"]);
    request.environment = BTreeMap::from([("PGPASSWORD".to_owned(), "secret".to_owned())]);
    let outcome = run(&session, &database, &request);
    assert_eq!(
        stdout(&outcome),
        "app\n",
        "{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
    let capabilities = run(&session, &database, &shell("grep CapEff /proc/1/status; id -u"));
    assert_eq!(stdout(&capabilities), "CapEff:\t0000000000000000\n999\n");
}

// A killed run.

const CHILD: &str = "PROOFOLIO_TEST_CHILD";

/// Not a test of its own: the process that is killed below. It opens a pod with a service and tells its run.
#[test]
fn child_that_is_killed() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let session = session();
    let pod = Pod::open(&session, PYTHON, &[]).unwrap();
    serve(&pod, &session);
    pod.prober()
        .wait_http(&HttpRequest::get(8000, "/"), &[200])
        .unwrap()
        .unwrap();
    session.create_volume("data", None).unwrap();
    std::fs::write(std::env::var_os(CHILD).unwrap(), session.run()).unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn what_a_killed_run_leaves_is_gone_at_once_or_swept() {
    support::ensure_base_images();
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("run");
    let mut child: Child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_is_killed"])
        .env(CHILD, &told)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let run = loop {
        match std::fs::read_to_string(&told) {
            Ok(run) if !run.is_empty() => break run,
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the child does not come up");
    };
    let engine = support::engine();
    let label = format!("proofolio.run={run}");
    let before = engine.list(&label).unwrap();
    assert_eq!(before.len(), 3, "{before:?}");
    assert!(before.iter().all(|object| belonging(object) == Belonging::Live));
    // What a sweep of another process must leave alone while the run lives.
    sweep(engine.as_ref()).unwrap();
    assert_eq!(engine.list(&label).unwrap().len(), 3);

    child.kill().unwrap();
    child.wait().unwrap();
    let killed = Instant::now();
    let prober_is_there = || {
        engine
            .list(&label)
            .unwrap()
            .iter()
            .any(|object| object.name.ends_with("-prober"))
    };
    while prober_is_there() {
        assert!(
            killed.elapsed() < Duration::from_secs(10),
            "the prober outlives its client"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    println!("the prober was gone after {:?}", killed.elapsed());
    let left = engine.list(&label).unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().all(|object| belonging(object) == Belonging::Dead));
    let swept = Instant::now();
    // Another test's sweep may have come first.
    let removal = sweep(engine.as_ref()).unwrap();
    println!(
        "the sweep took {:?} and removed {}",
        swept.elapsed(),
        removal.removed.len()
    );
    assert_eq!(engine.list(&label).unwrap(), []);
    assert!(
        leftovers(engine.as_ref())
            .unwrap()
            .iter()
            .all(|(object, _)| object.labels.get("proofolio.run") != Some(&run))
    );
}
