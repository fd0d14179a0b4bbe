//! Building an image: BuildKit where the engine has it, the classic builder else or when BuildKit itself is in trouble.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::BuildInfo;
use bollard::query_parameters::{BuildImageOptions, BuilderVersion};
use futures_util::StreamExt;
use tokio::time::Instant;

use super::super::{BuildFailure, BuildOutcome, BuildRequest, Engine, EngineError, Operation};
use super::build_log::BuildLog;
use super::{DockerEngine, context, failure, until_set};

/// BuildKit says something at once; when it does not, it waits for something that we do not serve.
const FIRST_SIGN: Duration = Duration::from_secs(60);
/// How long the stream may go on after the image's id, which comes before its tag.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The largest file that a step may write, where the builder obeys it.
const FILE_SIZE: u64 = 8 << 30;
/// Arguments that every Dockerfile has without declaring them, and that no cache looks at.
const PROXIES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/// Which builder, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    BuildKit,
    /// Without the Dockerfile's `# syntax=` line, whose frontend cannot be had.
    BuildKitWithoutSyntax,
    Classic,
}

/// How an attempt ended.
enum Attempt {
    Done(BuildOutcome),
    /// The builder's own trouble: try another way.
    Again(Way),
}

/// Builds an image.
pub(super) fn build(
    engine: &DockerEngine,
    request: &BuildRequest<'_>,
    on_line: &mut dyn FnMut(&str),
) -> Result<BuildOutcome, EngineError> {
    let deadline = Instant::now() + request.timeout;
    let mut way = if engine.info()?.buildkit {
        Way::BuildKit
    } else {
        Way::Classic
    };
    loop {
        match engine
            .reactor
            .block_on(attempt(engine, request, way, deadline, on_line))?
        {
            Attempt::Done(mut outcome) => {
                if outcome.failure.is_none() && outcome.image.is_none() {
                    outcome.image = engine.image(request.tag)?.map(|image| image.id);
                }
                return Ok(outcome);
            }
            // Each way is tried once: the next is always further down the list.
            Attempt::Again(next) => way = next,
        }
    }
}

/// How the reading of a builder's answer ended.
enum End {
    Built,
    Failed(Error),
    Silent,
    Timeout,
    Bomb,
}

async fn attempt(
    engine: &DockerEngine,
    request: &BuildRequest<'_>,
    way: Way,
    deadline: Instant,
    on_line: &mut dyn FnMut(&str),
) -> Result<Attempt, EngineError> {
    let builder = if way == Way::Classic { "classic" } else { "buildkit" };
    let client = limited(&engine.client, request.memory);
    let mut log = BuildLog::new(on_line);

    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let pieces = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    let feeding = context::send(request, way == Way::BuildKitWithoutSyntax, sender);
    tokio::pin!(feeding);
    let mut fed = false;
    let mut stream = client.build_image(options(request, way), None, Some(bollard::body_try_stream(pieces)));
    let interrupt = until_set(&engine.interrupt);
    tokio::pin!(interrupt);
    let mut patience = deadline;
    let end = loop {
        tokio::select! {
            biased;
            () = &mut interrupt => return Err(EngineError::interrupted(Operation::Build, request.tag)),
            () = tokio::time::sleep_until(patience.min(deadline)) => {
                break if Instant::now() >= deadline {
                    End::Timeout
                } else if log.heard() {
                    End::Built
                } else {
                    End::Silent
                };
            }
            message = stream.next() => match message {
                None => break End::Built,
                Some(Err(error)) => break End::Failed(error),
                Some(Ok(BuildInfo { error_detail: Some(detail), .. })) => {
                    break End::Failed(Error::DockerStreamError { error: detail.message.unwrap_or_default() });
                }
                Some(Ok(message)) => {
                    log.take(message);
                    // BuildKit's session can outlive the answer.
                    patience = match log.image() {
                        Some(_) if way != Way::Classic => Instant::now() + LAST_WORDS,
                        _ => deadline,
                    };
                    if log.is_bomb() {
                        break End::Bomb;
                    }
                }
            },
            sent = &mut feeding, if !fed => {
                sent.map_err(|error| EngineError::new(Operation::Build, request.tag, error.to_string()))?;
                fed = true;
                if way != Way::Classic && !log.heard() {
                    patience = Instant::now() + FIRST_SIGN;
                }
            }
        }
    };
    // The engine ends the running step when it loses us.
    drop(stream);
    judge(request, way, builder, log, end)
}

/// Tells the repository's failures from the engine's, and the builder's own trouble from both.
fn judge(
    request: &BuildRequest<'_>,
    way: Way,
    builder: &'static str,
    log: BuildLog<'_>,
    end: End,
) -> Result<Attempt, EngineError> {
    let failed = |log: BuildLog<'_>, failure: BuildFailure| Ok(Attempt::Done(log.finish(builder, Some(failure))));
    let error = match end {
        End::Built => return Ok(Attempt::Done(log.finish(builder, None))),
        End::Silent => return Ok(Attempt::Again(Way::Classic)),
        End::Timeout => {
            let failure = BuildFailure {
                timed_out: true,
                base_image_missing: false,
                ..log.failure(&format!("the build took longer than {} s", request.timeout.as_secs()))
            };
            return failed(log, failure);
        }
        End::Bomb => {
            let failure = log.failure("the build printed so much that it was ended");
            return failed(log, failure);
        }
        End::Failed(error) => error,
    };
    let message = match &error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        // A broken connection says nothing about the repository.
        _ => return Err(failure::from_client(Operation::Build, request.tag, &error)),
    };
    let lower = message.to_lowercase();
    if way == Way::BuildKit && log.is_syntax_trouble(&message) {
        return Ok(Attempt::Again(Way::BuildKitWithoutSyntax));
    }
    let failure = log.failure(&message);
    if failure.exit_code.is_none() {
        if lower.contains("no space left on device") {
            return Err(failure::from_client(Operation::Build, request.tag, &error));
        }
        let session = [
            "no active session",
            "no response from session",
            "could not find session",
            "code = unavailable",
        ]
        .iter()
        .any(|sign| lower.contains(sign));
        if way != Way::Classic && session {
            return Ok(Attempt::Again(Way::Classic));
        }
        if let Error::DockerResponseServerError { status_code, .. } = &error {
            // The classic builder refuses a Dockerfile that it cannot parse before its answer has begun.
            let about_the_dockerfile = *status_code == 400 || lower.contains("dockerfile");
            match way {
                _ if failure.base_image_missing || about_the_dockerfile => {}
                Way::Classic => return Err(failure::from_client(Operation::Build, request.tag, &error)),
                _ => return Ok(Attempt::Again(Way::Classic)),
            }
        }
    }
    failed(log, failure)
}

fn options(request: &BuildRequest<'_>, way: Way) -> BuildImageOptions {
    let mut arguments: HashMap<String, String> = proxies();
    arguments.extend(request.arguments.clone());
    BuildImageOptions {
        dockerfile: request.dockerfile.to_owned(),
        t: Some(request.tag.to_owned()),
        nocache: request.no_cache,
        rm: true,
        forcerm: true,
        buildargs: (!arguments.is_empty()).then_some(arguments),
        labels: (!request.labels.is_empty()).then(|| request.labels.clone().into_iter().collect()),
        version: if way == Way::Classic {
            BuilderVersion::BuilderV1
        } else {
            BuilderVersion::BuilderBuildKit
        },
        session: (way != Way::Classic).then(super::super::random_word),
        ..Default::default()
    }
}

/// The proxies of our environment. One on our own loopback is of no use inside a build.
fn proxies() -> HashMap<String, String> {
    let mut found = HashMap::new();
    for name in PROXIES {
        for name in [name.to_owned(), name.to_lowercase()] {
            if let Ok(value) = std::env::var(&name)
                && !value.is_empty()
                && !(name.to_uppercase() != "NO_PROXY" && is_loopback(&value))
            {
                found.insert(name, value);
            }
        }
    }
    found
}

fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    ["localhost", "127.", "[::1]"].iter().any(|name| host.starts_with(name))
}

/// A client that adds what the library has no option for. Only the classic builder obeys these limits; BuildKit ignores them.
fn limited(client: &Docker, memory: u64) -> Docker {
    let ulimits = format!(
        "%5B%7B%22Name%22%3A%22core%22%2C%22Soft%22%3A0%2C%22Hard%22%3A0%7D%2C%7B%22Name%22%3A%22fsize%22%2C%22Soft%22%3A\
         {FILE_SIZE}%2C%22Hard%22%3A{FILE_SIZE}%7D%5D"
    );
    client.clone().with_request_modifier(move |mut request| {
        let address = request.uri().to_string();
        if request.uri().path().ends_with("/build")
            && let Ok(limited) = format!("{address}&memory={memory}&memswap={memory}&ulimits={ulimits}").parse()
        {
            *request.uri_mut() = limited;
        }
        request
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_on_our_loopback_is_not_passed_on() {
        assert!(is_loopback("http://localhost:3128"));
        assert!(is_loopback("http://me:secret@127.0.0.1:3128"));
        assert!(!is_loopback("http://proxy.example:3128"));
    }
}
