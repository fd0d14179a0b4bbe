//! What every engine must show: the same behaviours, asserted on the scripted engine and on the real one, so that tests which
//! use the fake do not rest on something that is not so.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy sees tests only in functions marked so, not in their helpers"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofolio::engine::scripted::ScriptedEngine;
use proofolio::engine::session::{Session, cache_labels};
use proofolio::engine::{
    BuildFailure, BuildOutcome, ContainerSpec, Engine, EngineObject, ExecOutcome, ImageInfo, Interrupt, Network,
    Operation, Stdin, VolumeMemory, sandbox,
};
use support::{PYTHON, build_request, command, ignore, shell};

/// An engine to test, and the way to interrupt it.
struct Bench {
    engine: Arc<dyn Engine>,
    interrupt: Interrupt,
}

impl Bench {
    fn session(&self) -> Session {
        Session::open(Arc::clone(&self.engine), false)
    }
}

fn idle() -> ContainerSpec {
    sandbox::untrusted(PYTHON, Network::None, 16 << 20)
}

fn docker() -> Bench {
    let interrupt = Interrupt::new();
    Bench {
        engine: support::engine_with(interrupt.clone()),
        interrupt,
    }
}

/// The fake, scripted to answer the commands below as a real shell does.
fn scripted() -> Bench {
    let interrupt = Interrupt::new();
    let failed_build = BuildOutcome {
        image: None,
        failure: Some(BuildFailure {
            instruction: Some("RUN echo one && exit 7".to_owned()),
            exit_code: Some(7),
            message: "exit code: 7".to_owned(),
            timed_out: false,
            base_image_missing: false,
        }),
        output: "one\n".to_owned(),
        steps: 1,
        cached_steps: 0,
        builder: "buildkit",
    };
    let engine = ScriptedEngine::new(interrupt.clone())
        .with_image(PYTHON, ImageInfo::default())
        .on_exec(
            "echo out",
            ExecOutcome {
                exit_code: Some(3),
                stdout: b"out\n".to_vec(),
                stderr: b"err\n".to_vec(),
                ..ExecOutcome::default()
            },
        )
        .on_exec(
            "getent hosts nobody",
            ExecOutcome {
                exit_code: Some(2),
                ..ExecOutcome::default()
            },
        )
        .on_exec_print("getent hosts", 0, "172.18.0.2\n")
        .on_exec_with("cat", |_, read| {
            Ok(ExecOutcome {
                exit_code: Some(0),
                stdout: read.to_vec(),
                ..ExecOutcome::default()
            })
        })
        .on_exec_print("echo kept > /state/note", 0, "")
        .on_exec_print("read -r note < /state/note", 0, "kept\n")
        .on_exec_print("head -c 4194304 /dev/zero > /state/much", 1, "")
        .on_exec(
            "sleep",
            ExecOutcome {
                timed_out: true,
                ..ExecOutcome::default()
            },
        )
        .on_exec(
            "yes",
            ExecOutcome {
                stdout: b"y\ny\n".to_vec(),
                output_bomb: true,
                truncated: true,
                ..ExecOutcome::default()
            },
        )
        .on_build_with(move |request| {
            if request.tag.contains("fails") {
                return Ok(failed_build.clone());
            }
            Ok(BuildOutcome {
                image: Some("sha256:built".to_owned()),
                failure: None,
                ..failed_build.clone()
            })
        })
        .on_line(|line| vec![line.to_owned()]);
    Bench {
        engine: Arc::new(engine),
        interrupt,
    }
}

macro_rules! contract {
    ($($behaviour:ident)*) => {
        mod on_the_scripted_engine {
            $(#[test] fn $behaviour() { super::behaviour::$behaviour(&super::scripted()); })*
        }
        mod on_the_real_engine {
            $(#[test] fn $behaviour() { super::behaviour::$behaviour(&super::docker()); })*
        }
    };
}

contract! {
    the_engine_says_what_it_is
    an_image_is_there_or_not
    an_image_that_nobody_has_cannot_be_pulled
    a_container_lives_and_dies
    a_container_needs_an_image_that_is_there
    a_name_is_given_once
    a_command_gives_its_code_and_its_streams
    a_command_reads_bytes_and_streams
    a_command_needs_a_running_container
    a_command_that_outlives_its_limit_is_ended_with_its_container
    a_flood_of_output_is_ended_with_its_container
    a_program_can_be_talked_to
    a_build_that_fails_is_a_value
    a_build_makes_an_image
    a_container_becomes_an_image_without_the_marks_of_its_run
    a_network_cannot_be_joined_after_its_owner
    containers_of_a_network_know_each_other_by_name
    the_two_directions_of_a_program_are_apart
    a_session_lists_and_removes_what_it_made
    a_volume_in_memory_is_shared_and_bounded
    a_closed_session_makes_nothing_more
    what_is_kept_stays_until_it_is_cleaned
    removing_what_is_gone_is_no_error
    an_interrupt_ends_everything_but_cleaning_up
}

mod behaviour {
    use proofolio::engine::session::{Belonging, belonging};

    use super::*;

    pub fn the_engine_says_what_it_is(bench: &Bench) {
        let information = bench.engine.info().unwrap();
        assert!(!information.name.is_empty() && !information.version.is_empty());
        assert_eq!(information.os, "linux");
        assert!(information.cpus >= 1 && information.memory > 0);
        assert!(information.api.starts_with("1."));
    }

    pub fn an_image_is_there_or_not(bench: &Bench) {
        let image = bench.engine.image(PYTHON).unwrap().expect("the base image");
        assert!(image.id.starts_with("sha256:"));
        assert_eq!(bench.engine.image(&image.id).unwrap(), Some(image));
        assert_eq!(bench.engine.image("proofolio-test/no-such-image:1").unwrap(), None);
    }

    pub fn an_image_that_nobody_has_cannot_be_pulled(bench: &Bench) {
        let error = bench
            .engine
            .pull("proofolio-test.invalid/nothing:1", &mut ignore)
            .unwrap_err();
        assert_eq!(error.operation, Operation::Pull);
        assert!(error.hint.is_some(), "{error}");
        assert!(!error.unreachable, "the engine itself is well: {error}");
    }

    pub fn a_container_lives_and_dies(bench: &Bench) {
        let session = bench.session();
        let container = session.create("life", idle()).unwrap();
        assert!(!bench.engine.state(&container).unwrap().running);
        bench.engine.start(&container).unwrap();
        assert!(bench.engine.state(&container).unwrap().running);
        assert_eq!(bench.engine.wait(&container, Duration::from_millis(20)).unwrap(), None);
        bench.engine.signal(&container, "SIGKILL").unwrap();
        assert_eq!(
            bench.engine.wait(&container, Duration::from_secs(10)).unwrap(),
            Some(137)
        );
        let state = bench.engine.state(&container).unwrap();
        assert_eq!((state.running, state.exit_code), (false, Some(137)));
        bench
            .engine
            .signal(&container, "SIGKILL")
            .expect("a dead container takes a signal in silence");
        session.remove(&EngineObject::Container(container.0.clone())).unwrap();
        assert_eq!(
            bench.engine.state(&container).unwrap_err().operation,
            Operation::InspectContainer
        );
    }

    pub fn a_container_needs_an_image_that_is_there(bench: &Bench) {
        let session = bench.session();
        let spec = ContainerSpec {
            image: "proofolio-test/no-such-image:1".to_owned(),
            ..idle()
        };
        let error = session.create("none", spec).unwrap_err();
        assert_eq!(error.operation, Operation::Create);
        assert!(error.reason.to_lowercase().contains("no such image"), "{error}");
    }

    pub fn a_name_is_given_once(bench: &Bench) {
        let session = bench.session();
        let container = session.create("name", idle()).unwrap();
        let spec = ContainerSpec {
            name: format!("proofolio-{}-name", session.run()),
            ..idle()
        };
        let error = bench.engine.create(&spec).unwrap_err();
        assert_eq!(error.operation, Operation::Create);
        assert_ne!(
            session.create("name", idle()).unwrap(),
            container,
            "a session numbers its names"
        );
    }

    pub fn a_command_gives_its_code_and_its_streams(bench: &Bench) {
        let session = bench.session();
        let container = session.start("exec", idle()).unwrap();
        let mut lines = Vec::new();
        let outcome = bench
            .engine
            .exec(&container, &shell("echo out; echo err >&2; exit 3"), &mut |line| {
                lines.push(line.to_owned())
            })
            .unwrap();
        assert_eq!(outcome.exit_code, Some(3));
        assert_eq!(
            (outcome.stdout.as_slice(), outcome.stderr.as_slice()),
            (&b"out\n"[..], &b"err\n"[..])
        );
        assert!(!outcome.timed_out && !outcome.truncated && !outcome.output_bomb);
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
    }

    pub fn a_command_reads_bytes_and_streams(bench: &Bench) {
        let session = bench.session();
        let container = session.start("stdin", idle()).unwrap();
        // More than pipes and buffers hold, so that both directions must move at once.
        let much: Vec<u8> = (0..3_000_000_u32).map(|number| number as u8).collect();
        for stdin in [Stdin::Bytes(&much), Stdin::stream(std::io::Cursor::new(much.clone()))] {
            let mut request = command(&["cat"]);
            request.stdin = stdin;
            request.output_limit = 8_000_000;
            let outcome = bench.engine.exec(&container, &request, &mut ignore).unwrap();
            assert_eq!(outcome.exit_code, Some(0));
            assert!(outcome.stdout == much, "{} bytes came back", outcome.stdout.len());
        }
    }

    pub fn a_command_needs_a_running_container(bench: &Bench) {
        let session = bench.session();
        let container = session.create("idle", idle()).unwrap();
        let error = bench
            .engine
            .exec(&container, &shell("echo out"), &mut ignore)
            .unwrap_err();
        assert_eq!(error.operation, Operation::Exec);
        assert!(error.reason.contains("is not running"), "{error}");
    }

    pub fn a_command_that_outlives_its_limit_is_ended_with_its_container(bench: &Bench) {
        let session = bench.session();
        let container = session.start("slow", idle()).unwrap();
        let mut request = command(&["sleep", "60"]);
        request.timeout = Duration::from_millis(300);
        let begun = Instant::now();
        let outcome = bench.engine.exec(&container, &request, &mut ignore).unwrap();
        assert!(outcome.timed_out);
        assert_eq!(outcome.exit_code, None);
        assert!(begun.elapsed() < Duration::from_secs(5));
        bench
            .engine
            .wait(&container, Duration::from_secs(10))
            .unwrap()
            .expect("it has ended");
        assert!(!bench.engine.state(&container).unwrap().running);
    }

    pub fn a_flood_of_output_is_ended_with_its_container(bench: &Bench) {
        let session = bench.session();
        let container = session.start("flood", idle()).unwrap();
        let mut request = command(&["yes"]);
        request.output_limit = 10_000;
        let outcome = bench.engine.exec(&container, &request, &mut ignore).unwrap();
        assert!(outcome.output_bomb && outcome.truncated && !outcome.timed_out);
        assert_eq!(outcome.exit_code, None);
        assert!(outcome.stdout.len() < 11_000);
        bench
            .engine
            .wait(&container, Duration::from_secs(10))
            .unwrap()
            .expect("it has ended");
    }

    pub fn a_program_can_be_talked_to(bench: &Bench) {
        let session = bench.session();
        let spec = ContainerSpec {
            entrypoint: Some(vec!["cat".to_owned()]),
            command: Some(Vec::new()),
            open_stdin: true,
            ..idle()
        };
        let container = session.create("talk", spec).unwrap();
        let mut attachment = bench.engine.attach(&container).unwrap();
        bench.engine.start(&container).unwrap();
        let long = "x".repeat(100_000);
        for line in ["hello", "", "ünïcode", &long] {
            attachment.send_line(line).unwrap();
            let answer = attachment.receive_line(Duration::from_secs(10), 1 << 20).unwrap();
            assert_eq!(answer.as_deref(), Some(line));
        }
        attachment.send_line(&long).unwrap();
        let cut = attachment.receive_line(Duration::from_secs(10), 10).unwrap().unwrap();
        assert_eq!(cut, "xxxxxxxxxx");
        attachment.send_line("next").unwrap();
        let next = attachment.receive_line(Duration::from_secs(10), 1 << 20).unwrap();
        assert_eq!(
            next.as_deref(),
            Some("next"),
            "the rest of a line that was cut is dropped"
        );
        let error = attachment.receive_line(Duration::from_millis(20), 10).unwrap_err();
        assert!(error.reason.contains("no answer within"), "{error}");
    }

    pub fn a_build_that_fails_is_a_value(bench: &Bench) {
        let dockerfile = format!("FROM {PYTHON}\nRUN echo one && exit 7\n");
        let request = build_request("proofolio-test-fails:1", &[("Dockerfile", &dockerfile)]);
        let mut lines = Vec::new();
        let outcome = bench
            .engine
            .build(&request, &mut |line| lines.push(line.to_owned()))
            .unwrap();
        assert_eq!(outcome.image, None);
        let failure = outcome.failure.expect("it failed");
        assert_eq!(failure.instruction.as_deref(), Some("RUN echo one && exit 7"));
        assert_eq!(failure.exit_code, Some(7));
        assert!(!failure.timed_out && !failure.base_image_missing);
        assert!(lines.iter().any(|line| line == "one"), "{lines:?}");
        assert!(outcome.output.contains("one"));
    }

    pub fn a_build_makes_an_image(bench: &Bench) {
        let session = bench.session();
        let tag = format!("proofolio-test-{}:1", session.run());
        session.register(EngineObject::Image(tag.clone()));
        let dockerfile = format!("FROM {PYTHON}\nENV RUN={}\n", session.run());
        let mut request = build_request(&tag, &[("Dockerfile", &dockerfile)]);
        request.labels = session.labels("image");
        let outcome = bench.engine.build(&request, &mut ignore).unwrap();
        assert_eq!(outcome.failure, None);
        let image = bench.engine.image(&tag).unwrap().expect("the image has its tag");
        assert_eq!(outcome.image, Some(image.id.clone()));
        let listed = bench.engine.list(&format!("proofolio.run={}", session.run())).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (&listed[0].object, &listed[0].name),
            (&EngineObject::Image(image.id), &tag)
        );
        assert!(session.close().is_empty());
        assert_eq!(bench.engine.image(&tag).unwrap(), None);
    }

    pub fn a_container_becomes_an_image_without_the_marks_of_its_run(bench: &Bench) {
        let session = bench.session();
        let container = session.start("install", idle()).unwrap();
        let tag = format!("proofolio-test-{}:2", session.run());
        let id = bench.engine.commit(&container, &tag, &cache_labels()).unwrap();
        assert!(session.close().is_empty());
        let listed = bench.engine.list("proofolio.role=cache").unwrap();
        let image = listed
            .iter()
            .find(|object| object.name == tag)
            .expect("the image is listed");
        assert_eq!(image.object, EngineObject::Image(id.clone()));
        assert_eq!(belonging(image), Belonging::Cache);
        assert_eq!(image.labels.get("proofolio.run").map(String::as_str), Some(""));
        bench.engine.remove(&EngineObject::Image(id)).unwrap();
        assert_eq!(bench.engine.image(&tag).unwrap(), None);
    }

    pub fn containers_of_a_network_know_each_other_by_name(bench: &Bench) {
        let session = bench.session();
        let network = session.create_network("net").unwrap();
        let member = |aliases: &[&str]| {
            let spec = ContainerSpec {
                network: Network::Named(network.clone()),
                aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
                ..idle()
            };
            let (container, name) = session.create_named("member", spec).unwrap();
            bench.engine.start(&container).unwrap();
            (container, name)
        };
        let (_, name) = member(&["web", "shop-blue"]);
        let (asking, _) = member(&[]);
        for known in ["web", "shop-blue", &name] {
            let outcome = bench
                .engine
                .exec(&asking, &command(&["getent", "hosts", known]), &mut ignore)
                .unwrap();
            assert_eq!(outcome.exit_code, Some(0), "{known}");
        }
        let outcome = bench
            .engine
            .exec(&asking, &command(&["getent", "hosts", "nobody"]), &mut ignore)
            .unwrap();
        assert_ne!(outcome.exit_code, Some(0));
    }

    pub fn the_two_directions_of_a_program_are_apart(bench: &Bench) {
        let session = bench.session();
        let program = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)";
        let container = session
            .create("program", sandbox::prober(PYTHON, program, Vec::new()))
            .unwrap();
        let (mut sender, mut receiver) = bench.engine.attach(&container).unwrap().split();
        bench.engine.start(&container).unwrap();
        let hearing = std::thread::spawn(move || receiver.receive_line(Duration::from_secs(20), 100));
        std::thread::sleep(Duration::from_millis(50));
        sender.send_line("hello").unwrap();
        assert_eq!(hearing.join().unwrap().unwrap().as_deref(), Some("hello"));
    }

    pub fn a_network_cannot_be_joined_after_its_owner(bench: &Bench) {
        let session = bench.session();
        let owner = session.start("owner", idle()).unwrap();
        let spec = ContainerSpec {
            network: Network::Container(owner.clone()),
            ..idle()
        };
        let joined = session.create("joined", spec).unwrap();
        bench.engine.signal(&owner, "SIGKILL").unwrap();
        bench.engine.wait(&owner, Duration::from_secs(10)).unwrap();
        let error = bench.engine.start(&joined).unwrap_err();
        assert_eq!(error.operation, Operation::Start);
        assert!(!error.is_missing_program());
    }

    pub fn a_session_lists_and_removes_what_it_made(bench: &Bench) {
        let session = bench.session();
        let label = format!("proofolio.run={}", session.run());
        session.start("one", idle()).unwrap();
        session.create("two", idle()).unwrap();
        let volume = session.create_volume("data", None).unwrap();
        let network = session.create_network("net").unwrap();
        let spec = ContainerSpec {
            volumes: vec![(volume.clone(), "/data".to_owned(), false)],
            network: Network::Named(network.clone()),
            ..idle()
        };
        session.start("three", spec).unwrap();
        let listed = bench.engine.list(&label).unwrap();
        let kinds: BTreeMap<&str, usize> = listed.iter().fold(BTreeMap::new(), |mut kinds, object| {
            *kinds.entry(object.object.kind()).or_default() += 1;
            kinds
        });
        assert_eq!(kinds, BTreeMap::from([("container", 3), ("network", 1), ("volume", 1)]));
        assert!(
            listed.iter().all(|object| belonging(object) == Belonging::Live),
            "{listed:?}"
        );
        assert!(
            listed.iter().any(|object| object.name == network) && listed.iter().any(|object| object.name == volume)
        );
        // Dropping is closing, and that is what a panic does.
        drop(session);
        assert_eq!(bench.engine.list(&label).unwrap(), []);
    }

    pub fn a_volume_in_memory_is_shared_and_bounded(bench: &Bench) {
        let session = bench.session();
        let memory = VolumeMemory {
            size: 1 << 20,
            owner: sandbox::NOBODY,
            mode: 0o700,
        };
        let volume = session.create_volume("state", Some(&memory)).unwrap();
        let spec = || ContainerSpec {
            volumes: vec![(volume.clone(), "/state".to_owned(), false)],
            ..idle()
        };
        let first = session.start("first", spec()).unwrap();
        let run = |container, script: &str| bench.engine.exec(container, &shell(script), &mut |_| {}).unwrap();
        assert_eq!(run(&first, "echo kept > /state/note").exit_code, Some(0));
        let second = session.start("second", spec()).unwrap();
        // What one container writes, the other reads, also after a restart: one of them always runs.
        for _ in 0..2 {
            let read = run(&second, "read -r note < /state/note && echo \"$note\"");
            assert_eq!((read.exit_code, read.stdout.as_slice()), (Some(0), &b"kept\n"[..]));
            bench.engine.signal(&second, "SIGKILL").unwrap();
            bench.engine.wait(&second, Duration::from_secs(10)).unwrap();
            bench.engine.start(&second).unwrap();
        }
        assert_eq!(
            run(&first, "head -c 4194304 /dev/zero > /state/much").exit_code,
            Some(1)
        );
        let label = format!("proofolio.run={}", session.run());
        assert!(session.close().is_empty());
        assert_eq!(bench.engine.list(&label).unwrap(), []);
    }

    pub fn a_closed_session_makes_nothing_more(bench: &Bench) {
        let session = bench.session();
        assert!(session.close().is_empty());
        assert!(session.create("late", idle()).unwrap_err().interrupted);
        assert!(session.create_volume("late", None).unwrap_err().interrupted);
        assert_eq!(
            bench.engine.list(&format!("proofolio.run={}", session.run())).unwrap(),
            []
        );
    }

    pub fn what_is_kept_stays_until_it_is_cleaned(bench: &Bench) {
        let session = Session::open(Arc::clone(&bench.engine), true);
        let label = format!("proofolio.run={}", session.run());
        session.start("kept", idle()).unwrap();
        drop(session);
        let listed = bench.engine.list(&label).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(belonging(&listed[0]), Belonging::Kept);
        bench.engine.remove(&listed[0].object).unwrap();
        assert_eq!(bench.engine.list(&label).unwrap(), []);
    }

    pub fn removing_what_is_gone_is_no_error(bench: &Bench) {
        let name = "proofolio-test-never-made".to_owned();
        for object in [
            EngineObject::Container(name.clone()),
            EngineObject::Network(name.clone()),
            EngineObject::Volume(name.clone()),
            EngineObject::Image(name),
        ] {
            bench.engine.remove(&object).unwrap();
        }
    }

    pub fn an_interrupt_ends_everything_but_cleaning_up(bench: &Bench) {
        let session = bench.session();
        let label = format!("proofolio.run={}", session.run());
        let container = session.start("busy", idle()).unwrap();
        bench.interrupt.set();
        let begun = Instant::now();
        let errors = [
            session.create("late", idle()).unwrap_err(),
            bench
                .engine
                .exec(&container, &shell("echo out"), &mut ignore)
                .unwrap_err(),
            bench.engine.image(PYTHON).unwrap_err(),
            bench
                .engine
                .build(
                    &build_request("proofolio-test:3", &[("Dockerfile", "FROM scratch\n")]),
                    &mut ignore,
                )
                .unwrap_err(),
        ];
        assert!(
            errors.iter().all(|error| error.interrupted && !error.unreachable),
            "{errors:?}"
        );
        assert!(begun.elapsed() < Duration::from_millis(500));
        assert_eq!(bench.engine.list(&label).unwrap().len(), 1);
        assert!(session.close().is_empty());
        assert_eq!(bench.engine.list(&label).unwrap(), []);
    }
}

#[test]
fn the_scripted_engine_dies_where_it_is_told_to() {
    let engine = ScriptedEngine::default()
        .with_image(PYTHON, ImageInfo::default())
        .on_exec_print("echo", 0, "out\n")
        .dies_at("exec", 2);
    let engine = Arc::new(engine);
    let session = Session::open(engine.clone(), false);
    let container = session.start("tests", idle()).unwrap();
    assert!(engine.exec(&container, &shell("echo out"), &mut ignore).is_ok());
    assert!(
        engine
            .exec(&container, &shell("echo out"), &mut ignore)
            .unwrap_err()
            .unreachable
    );
    assert!(engine.create(&idle()).unwrap_err().unreachable);
    let failures = session.close();
    assert_eq!(failures.len(), 1, "what could not be removed is reported");
    assert_eq!(engine.alive().len(), 1);
    assert!(engine.calls().contains(&"exec sh -c echo out".to_owned()));
}
