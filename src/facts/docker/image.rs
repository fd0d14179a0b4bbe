//! Stage `image`: the repository's own Dockerfile is built from what its `.dockerignore` lets through.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::bench::{Bench, Seen};
use super::command::tail;
use super::environment_cache::Key;
use super::image_layers;
use crate::contract::Kind;
use crate::engine::session::cache_labels;
use crate::engine::{BuildRequest, ContextFile, EngineObject, ImageInfo};
use crate::facts::dockerfile::{DockerfileFacts, docker_context};
use crate::facts::location::Location;
use crate::facts::{Fact, Observation};

/// Wall limit of a build.
const LIMIT: Duration = Duration::from_secs(600);
/// Memory of a build step, in bytes, where the builder obeys a limit.
const MEMORY: u64 = 4 << 30;
/// The check that tells of a repository without a Dockerfile.
const NO_DOCKERFILE_CHECK: &str = "dockerfile-present";
/// The check that tells of a build that failed.
pub const BUILD_CHECK: &str = "image-builds";

/// The fact `image`.
#[derive(Debug, Clone, Serialize)]
pub struct Image {
    /// Could it be built?
    pub built: bool,
    /// True when the wall limit ended the build.
    pub timed_out: bool,
    /// The instruction that failed.
    pub instruction: Option<String>,
    /// The exit code of the instruction that failed.
    pub exit_code: Option<i64>,
    /// The builder's message.
    pub problem: Option<String>,
    /// The end of the builder's output, when it failed.
    pub output: String,
    /// Where the instruction that failed is written.
    pub loc: Option<Location>,
    /// Its size in millions of bytes.
    pub megabytes: u64,
    /// The user that its processes run as; empty for root.
    pub user: String,
    /// Ports that it says it listens on, such as `8000/tcp`.
    pub exposed_ports: Vec<String>,
    /// It stays the same when something changes that does not belong into it.
    pub layers_kept: Observation,
    /// What the engine knows of it.
    #[serde(skip)]
    pub info: ImageInfo,
    /// Its name on the engine.
    #[serde(skip)]
    pub tag: String,
}

/// Builds the image.
pub fn run(bench: &Bench<'_>, dockerfile: &DockerfileFacts) -> Fact<Image> {
    let Some(path) = &bench.route.dockerfile else {
        return Fact::blocked(NO_DOCKERFILE_CHECK, "there is no Dockerfile to build");
    };
    bench.stage("image", || {
        let prefix = match bench.route.context.trim_matches('/') {
            "" | "." => String::new(),
            folder => format!("{folder}/"),
        };
        let paths = docker_context(bench.snapshot, &bench.route.context, path);
        let files = paths.iter().filter_map(|path| {
            let file = bench.snapshot.get(path)?;
            let inside = path.strip_prefix(prefix.as_str())?;
            Some(ContextFile {
                path: inside,
                contents: file.bytes()?,
                executable: file.executable,
            })
        });
        let tag = tag(bench);
        let before = bench.engine.image(&tag)?.map(|image| image.id);
        let request = BuildRequest {
            files: files.collect(),
            dockerfile: path.strip_prefix(prefix.as_str()).unwrap_or(path),
            tag: &tag,
            arguments: BTreeMap::new(),
            labels: cache_labels(),
            no_cache: bench.options.no_cache,
            memory: MEMORY,
            timeout: bench.limit(LIMIT),
        };
        let outcome = bench.engine.build(&request, &mut bench.output_of("image"))?;
        if outcome.failure.as_ref().is_some_and(|failure| failure.timed_out)
            && let Some(seen) = bench.out_of_time()
        {
            return Ok(seen);
        }
        match outcome.failure {
            Some(failure) if failure.base_image_missing => {
                let why = format!(
                    "the base image could not be pulled ({}); pull it yourself and verify again",
                    failure.message
                );
                Ok(Seen {
                    detail: why.clone(),
                    fact: Fact::Unavailable { why },
                    passed: false,
                    cached: false,
                })
            }
            Some(failure) => {
                let detail = failure.instruction.clone().unwrap_or_else(|| failure.message.clone());
                let image = Image {
                    built: false,
                    timed_out: failure.timed_out,
                    loc: Some(place(path, failure.instruction.as_deref(), dockerfile)),
                    instruction: failure.instruction,
                    exit_code: failure.exit_code,
                    problem: Some(failure.message),
                    output: tail(&outcome.output, 30),
                    megabytes: 0,
                    user: String::new(),
                    exposed_ports: Vec::new(),
                    layers_kept: Observation::blocked(BUILD_CHECK, "the image could not be built"),
                    info: ImageInfo::default(),
                    tag,
                };
                Ok(Seen {
                    fact: Fact::Known(image),
                    passed: false,
                    cached: false,
                    detail,
                })
            }
            None => {
                bench.image_cache().used(&tag);
                // By its id: the tag may be another run's by now.
                let built = outcome.image.as_deref().unwrap_or(&tag);
                let info = bench.engine.image(built)?.unwrap_or_default();
                if let Some(old) = before.filter(|old| *old != info.id) {
                    // Somebody may run it still; then it stays.
                    let _ = bench.engine.remove(&EngineObject::Image(old));
                }
                let cached = outcome.steps > 0 && outcome.cached_steps == outcome.steps;
                let megabytes = info.size / 1_000_000;
                let detail = format!("{megabytes} MB in {} steps by {}", outcome.steps, outcome.builder);
                let mut image = described(info, megabytes, tag);
                if bench.route.kind == Some(Kind::Deploy) {
                    image.layers_kept = image_layers::kept(bench, &image, path, &prefix)?;
                }
                Ok(Seen {
                    fact: Fact::Known(image),
                    passed: true,
                    cached,
                    detail,
                })
            }
        }
    })
}

fn described(info: ImageInfo, megabytes: u64, tag: String) -> Image {
    Image {
        built: true,
        timed_out: false,
        instruction: None,
        exit_code: None,
        problem: None,
        output: String::new(),
        loc: None,
        megabytes,
        user: info.user.clone(),
        exposed_ports: info.exposed_ports.clone(),
        layers_kept: Observation::absent("only an image that is deployed again and again is built twice"),
        info,
        tag,
    }
}

/// One tag for each folder that is verified, so that its next build finds its layers and replaces its image.
fn tag(bench: &Bench<'_>) -> String {
    let place = bench.folder.canonicalize().unwrap_or_else(|_| bench.folder.to_owned());
    let key = Key::new(&[&place.to_string_lossy()]);
    format!("proofolio-image:{}", key.digest())
}

/// Where the instruction that failed is written: the builder shows it with its variables filled in, so the first words and
/// then the keyword decide.
fn place(path: &str, instruction: Option<&str>, dockerfile: &DockerfileFacts) -> Location {
    let wanted: Vec<&str> = instruction.unwrap_or_default().split_whitespace().collect();
    let alike = |text: &str| {
        text.split_whitespace()
            .zip(&wanted)
            .take_while(|(left, right)| left == *right)
            .count()
    };
    let best = dockerfile
        .stages
        .iter()
        .flat_map(|stage| &stage.instructions)
        .map(|known| (alike(&format!("{} {}", known.keyword, known.arguments)), known))
        .filter(|(words, _)| *words > 0)
        .max_by_key(|(words, known)| (*words, std::cmp::Reverse(known.loc.line)));
    best.map_or_else(|| Location::start(path), |(_, known)| known.loc.clone())
}
