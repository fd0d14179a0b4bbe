//! Which limits really hold: a container under the profile for untrusted code tries to break them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Finding, Status};
use crate::engine::docker::DockerEngine;
use crate::engine::session::Session;
use crate::engine::{Engine, EngineError, ExecRequest, Network, Stdin, sandbox};

const PIDS: u32 = 48;
const MEMORY: u64 = 192 << 20;
const FILE_SIZE: u64 = 8 << 20;
const OPEN_FILES: u64 = 128;

/// One attempt: what holds if its program says `held`, and how bad it is if not.
struct Attempt {
    limit: &'static str,
    broken: Status,
    program: &'static str,
    /// The exit code by which the kernel shows that it stopped the program, if it does it that way.
    stopped_by: Option<i64>,
}

const ATTEMPTS: [Attempt; 8] = [
    Attempt {
        limit: "no network",
        broken: Status::Fail,
        program: "import socket
names = {name for _, name in socket.if_nameindex()}
routes = open('/proc/net/route').read().splitlines()[1:]
print('held' if names <= {'lo'} and not routes else f'interfaces {sorted(names)}, {len(routes)} routes')",
        stopped_by: None,
    },
    Attempt {
        limit: "read-only root",
        broken: Status::Fail,
        program: "import os
wrote = []
for folder in ('/', '/etc', '/usr', '/var', '/var/tmp', '/run', '/home', '/root'):
    try:
        open(folder + '/probe', 'w').close(); wrote.append(folder)
    except OSError: pass
print('held' if not wrote else f'could write to {wrote}')",
        stopped_by: None,
    },
    Attempt {
        limit: "no capabilities, no new privileges, seccomp",
        broken: Status::Fail,
        program: "status = dict(line.split(':', 1) for line in open('/proc/self/status'))
found = [status[name].strip() for name in ('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp')]
print('held' if found == ['0' * 16, '0' * 16, '1', '2'] else found)",
        stopped_by: None,
    },
    Attempt {
        limit: "processes",
        broken: Status::Warn,
        program: "import os, signal
children = []
try:
    while len(children) < 200:
        child = os.fork()
        if child == 0: signal.pause()
        children.append(child)
    print('forked 200')
except OSError:
    print('held')
for child in children: os.kill(child, 9)",
        stopped_by: None,
    },
    Attempt {
        limit: "file size",
        broken: Status::Warn,
        program: "import signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
with open('/work/probe', 'wb') as file:
    for _ in range(12): file.write(bytes(1 << 20))
print('wrote 12 MiB')",
        stopped_by: Some(153),
    },
    Attempt {
        limit: "open files",
        broken: Status::Warn,
        program: "import os
try:
    for _ in range(2000): os.open('/dev/null', os.O_RDONLY)
    print('opened 2000')
except OSError: print('held')",
        stopped_by: None,
    },
    Attempt {
        limit: "size of writable folders",
        broken: Status::Warn,
        program: "try:
    for number in range(8):
        with open(f'/work/{number}', 'wb') as file: file.write(bytes(7 << 20))
    print('wrote 56 MiB')
except OSError: print('held')",
        stopped_by: None,
    },
    // The last, for it may take others in the container with it.
    Attempt {
        limit: "memory",
        broken: Status::Warn,
        program: "held = []
for _ in range(64): held.append(bytearray(b'x' * (8 << 20)))
print('allocated 512 MiB')",
        stopped_by: Some(137),
    },
];

/// Tries all limits; an engine that cannot run the container is one finding.
pub(super) fn probe(engine: &Arc<DockerEngine>, image: &str) -> Vec<Finding> {
    let session = Session::open(Arc::clone(engine) as Arc<dyn Engine>, false);
    let mut spec = sandbox::untrusted(image, Network::None, 32 << 20);
    spec.limits.pids = i64::from(PIDS);
    spec.limits.memory = MEMORY;
    spec.limits.file_size = FILE_SIZE;
    spec.limits.open_files = OPEN_FILES;
    let container = match session.start("doctor", spec) {
        Ok(container) => container,
        Err(error) => return vec![Finding::of_error("sandbox", Status::Fail, &error)],
    };
    let mut findings = Vec::new();
    for attempt in &ATTEMPTS {
        let request = ExecRequest {
            command: ["python3", "-I", "-S", "-c", attempt.program]
                .map(str::to_owned)
                .to_vec(),
            environment: BTreeMap::new(),
            user: None,
            working_directory: None,
            stdin: Stdin::Empty,
            timeout: Duration::from_secs(20),
            output_limit: 16 * 1024,
        };
        match engine.exec(&container, &request, &mut |_| ()) {
            Ok(outcome) => {
                let said = crate::engine::text::one_line(&String::from_utf8_lossy(&outcome.stdout));
                let stopped = attempt.stopped_by.is_some() && outcome.exit_code == attempt.stopped_by;
                findings.push(if stopped || said == "held" {
                    Finding::new("sandbox", Status::Ok, format!("{}: holds", attempt.limit))
                } else {
                    let code = outcome
                        .exit_code
                        .map_or("ended from outside".to_owned(), |code| format!("exit code {code}"));
                    Finding::new(
                        "sandbox",
                        attempt.broken,
                        format!("{}: does not hold ({said}; {code})", attempt.limit),
                    )
                    .hint("Do not verify code that you do not trust on this engine.")
                });
            }
            Err(error) => findings.push(unknown(attempt, &error)),
        }
    }
    findings
}

fn unknown(attempt: &Attempt, error: &EngineError) -> Finding {
    let mut finding = Finding::of_error("sandbox", Status::Warn, error);
    finding.summary = format!("{}: unknown, {}", attempt.limit, finding.summary);
    finding
}
