//! What is released: the project's image, a good next version of it, and bad ones that it could have become.
//!
//! The bad ones are made from the project's own image without its help, by another command: they crash, hang, or answer
//! nonsense while their health check is green. One more is the image as it is, which nobody reaches from outside.

use std::collections::BTreeMap;

use super::super::bench::Bench;
use super::super::image::Image;
use crate::engine::gateway::Grant;
use crate::engine::{BuildRequest, ContextFile, EngineError, ImageInfo, Operation};

/// Accepts every connection and never answers.
const HANG: &str =
    "import socket; s = socket.create_server(('0.0.0.0', PORT)); kept = []\nwhile True: kept.append(s.accept())";
/// Answers every request with an empty object.
const WRONG: &str = "\
import http.server
class Wrong(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    do_GET = do_HEAD = do_POST = answer
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('0.0.0.0', PORT), Wrong).serve_forever()";
/// Ends at once.
const CRASH: &str = "raise SystemExit('this version cannot start')";

/// What can be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Candidate {
    /// The image as it was built.
    First,
    /// The same with another label: a good next version.
    Next,
    /// Its process ends at once.
    Crash,
    /// It accepts connections and never answers.
    Hang,
    /// It answers every path with 200 and `{}`.
    Wrong,
    /// It works, and nobody reaches it from outside.
    Unreachable,
}

impl Candidate {
    /// In words.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::First | Self::Next => "a good version",
            Self::Crash => "a version that crashes at its start",
            Self::Hang => "a version that accepts connections and never answers",
            Self::Wrong => "a version that answers every path with 200 and `{}`",
            Self::Unreachable => "a version that is healthy inside and that nobody reaches from outside",
        }
    }
}

/// The images under their references.
pub(super) struct Candidates {
    references: BTreeMap<Candidate, String>,
    /// For the gateway.
    pub grants: BTreeMap<String, Grant>,
}

impl Candidates {
    /// Builds what is not there yet.
    pub fn make(bench: &Bench<'_>, image: &Image, port: u16) -> Result<Self, EngineError> {
        let mut images = BTreeMap::from([
            (Candidate::First, image.info.clone()),
            (Candidate::Unreachable, image.info.clone()),
        ]);
        for (candidate, lines) in [
            (
                Candidate::Next,
                "LABEL org.opencontainers.image.version=next\n".to_owned(),
            ),
            (Candidate::Crash, entrypoint(CRASH, port)),
            (Candidate::Hang, entrypoint(HANG, port)),
            (Candidate::Wrong, entrypoint(WRONG, port)),
        ] {
            let name = format!("{candidate:?}").to_lowercase();
            images.insert(candidate, build(bench, image, &name, &lines)?);
        }
        let mut candidates = Self {
            references: BTreeMap::new(),
            grants: BTreeMap::new(),
        };
        for (candidate, info) in images {
            // By digest, as a pipeline releases what it has pushed. The same image twice needs two.
            let mut digest = info.id.trim_start_matches("sha256:").to_owned();
            if candidate == Candidate::Unreachable {
                digest = digest.chars().rev().collect();
            }
            let reference = format!("registry.example/project@sha256:{digest}");
            candidates.references.insert(candidate, reference.clone());
            let grant = Grant {
                info,
                capable: false,
                reachable: candidate != Candidate::Unreachable,
            };
            candidates.grants.insert(reference, grant);
        }
        Ok(candidates)
    }

    /// The reference that a command is given.
    pub fn reference(&self, candidate: Candidate) -> &str {
        self.references.get(&candidate).map_or("", String::as_str)
    }
}

/// Another command, in the form that every builder reads.
fn entrypoint(program: &str, port: u16) -> String {
    let program = program.replace("PORT", &port.to_string());
    let words = serde_json::json!(["python3", "-c", program]);
    format!("ENTRYPOINT {words}\nCMD []\n")
}

fn build(bench: &Bench<'_>, image: &Image, name: &str, lines: &str) -> Result<ImageInfo, EngineError> {
    let dockerfile = format!("FROM {}\n{lines}", image.tag);
    let tag = format!("proofolio-candidate:{}-{name}", bench.session.run());
    let request = BuildRequest {
        files: vec![ContextFile {
            path: "Dockerfile",
            contents: dockerfile.as_bytes(),
            executable: false,
        }],
        dockerfile: "Dockerfile",
        tag: &tag,
        arguments: BTreeMap::new(),
        labels: bench.session.labels("candidate"),
        no_cache: false,
        memory: 1 << 30,
        timeout: bench.limit(std::time::Duration::from_secs(60)),
    };
    let outcome = bench.session.build(&request, &mut |_| {})?;
    let failed = |why: &str| EngineError::new(Operation::Build, format!("the candidate `{name}`"), why);
    if let Some(failure) = outcome.failure {
        return Err(failed(&failure.message));
    }
    let id = outcome.image.unwrap_or(tag);
    bench.engine.image(&id)?.ok_or_else(|| failed("it is not there"))
}
