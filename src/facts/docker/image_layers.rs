//! Does the image stay the same when something changes that does not belong into it?

use std::collections::BTreeMap;
use std::time::Duration;

use super::bench::Bench;
use super::image::Image;
use crate::engine::{BuildRequest, ContextFile, EngineError};
use crate::facts::Observation;
use crate::facts::dockerfile::docker_context;
use crate::source::Snapshot;

/// Wall limit of the build.
const LIMIT: Duration = Duration::from_secs(300);
/// What is added.
const TEST: &str = "tests/test_one_more.py";

/// Builds the image again, with a sentence more in the README and a test more, and compares the layers.
pub(super) fn kept(bench: &Bench<'_>, image: &Image, path: &str, prefix: &str) -> Result<Observation, EngineError> {
    let changed = changed(bench.snapshot);
    let paths = docker_context(&changed, &bench.route.context, path);
    let files = paths.iter().filter_map(|path| {
        Some(ContextFile {
            path: path.strip_prefix(prefix)?,
            contents: changed.get(path)?.bytes()?,
            executable: bench.snapshot.get(path).is_some_and(|file| file.executable),
        })
    });
    let tag = format!("proofolio-candidate:{}-changed", bench.session.run());
    let request = BuildRequest {
        files: files.collect(),
        dockerfile: path.strip_prefix(prefix).unwrap_or(path),
        tag: &tag,
        arguments: BTreeMap::new(),
        labels: bench.session.labels("candidate"),
        no_cache: false,
        memory: 4 << 30,
        timeout: bench.limit(LIMIT),
    };
    let outcome = bench.session.build(&request, &mut bench.output_of("image"))?;
    let tried = "building again with another README and one more test";
    let expected = "the same layers";
    let built = match outcome
        .image
        .as_deref()
        .map(|id| bench.engine.image(id))
        .transpose()?
        .flatten()
    {
        Some(built) => built,
        None => return Ok(Observation::seen(false, tried, expected, "the build failed").with_evidence(outcome.output)),
    };
    let new = built
        .layers
        .iter()
        .filter(|layer| !image.info.layers.contains(layer))
        .count();
    let answer = match new {
        0 => format!("the same {} layers", built.layers.len()),
        new => format!("{new} of {} layers are new", built.layers.len()),
    };
    Ok(Observation::seen(new == 0, tried, expected, answer))
}

/// The files with a sentence more in the README and one more test.
fn changed(snapshot: &Snapshot) -> Snapshot {
    let files = snapshot.files().iter().filter_map(|file| {
        let mut bytes = file.bytes()?.to_vec();
        if file.folder().is_empty() && file.name().to_lowercase().starts_with("readme") {
            bytes.extend_from_slice(b"\nOne more sentence.\n");
        }
        Some((file.path.clone(), bytes))
    });
    let added = (
        TEST.to_owned(),
        b"def test_one_more() -> None:\n    assert True\n".to_vec(),
    );
    Snapshot::from_files(snapshot.root_label(), files.chain([added]))
}
