//! Running a command in a container: input fed, output kept in bounds, both halves of the stream always drained or dropped.

use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::time::Duration;

use bollard::errors::Error;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use super::super::ring::Ring;
use super::super::text::Lines;
use super::super::{ContainerId, EngineError, ExecOutcome, ExecRequest, Operation, Stdin};
use super::{DockerEngine, QUICK, container, failure, until_set};

/// Output of more than this many times the limit ends the command.
const BOMB_FACTOR: u64 = 16;
/// How long the exit code may come after the end of the output.
const EXIT_CODE: Duration = Duration::from_secs(5);
/// A piece of a stream on its way into the container.
const PIECE: usize = 64 * 1024;

type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// How the reading of a command's output ended.
enum End {
    Output,
    Timeout,
    Bomb,
    Interrupt,
}

/// Runs a command to its end.
pub(super) fn exec(
    engine: &DockerEngine,
    container: &ContainerId,
    request: &ExecRequest<'_>,
    on_line: &mut dyn FnMut(&str),
) -> Result<ExecOutcome, EngineError> {
    let subject = format!(
        "{} in {}",
        request.command.first().map_or("", String::as_str),
        container::short(container)
    );
    let fail = |error: &Error| failure::from_client(Operation::Exec, &subject, error);
    let reads = !matches!(request.stdin, Stdin::Empty);
    let config = ExecConfig {
        attach_stdin: Some(reads),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        env: (!request.environment.is_empty()).then(|| {
            let pairs = request.environment.iter();
            pairs.map(|(name, value)| format!("{name}={value}")).collect()
        }),
        cmd: Some(request.command.clone()),
        user: request.user.clone(),
        working_dir: request.working_directory.clone(),
        ..Default::default()
    };
    let deadline = Instant::now() + request.timeout;
    let id = engine
        .call(
            Operation::Exec,
            &subject,
            QUICK,
            engine.client.create_exec(&container.0, config),
        )?
        .id;
    let started = engine.call(Operation::Exec, &subject, QUICK, engine.client.start_exec(&id, None))?;
    let StartExecResults::Attached { mut output, input } = started else {
        return Err(EngineError::new(Operation::Exec, &subject, "the engine did not attach"));
    };

    let limit = request.output_limit;
    let budget = (limit as u64).saturating_mul(BOMB_FACTOR);
    let mut streams = [
        (Ring::new(limit), Lines::default()),
        (Ring::new(limit), Lines::default()),
    ];
    let end = engine.reactor.block_on(async {
        let feeding = feed(input, &request.stdin);
        tokio::pin!(feeding);
        let mut fed = false;
        let mut total = 0_u64;
        let interrupt = until_set(&engine.interrupt);
        tokio::pin!(interrupt);
        loop {
            tokio::select! {
                biased;
                () = &mut interrupt => return Ok(End::Interrupt),
                () = tokio::time::sleep_until(deadline) => return Ok(End::Timeout),
                piece = output.next() => match piece {
                    None => return Ok(End::Output),
                    Some(Err(error)) => return Err(fail(&error)),
                    Some(Ok(piece)) => {
                        let (bytes, is_error) = container::piece(&piece);
                        total += bytes.len() as u64;
                        let (ring, lines) = &mut streams[usize::from(is_error)];
                        ring.push(bytes);
                        lines.push(bytes, on_line);
                        if total > budget {
                            return Ok(End::Bomb);
                        }
                    }
                },
                () = &mut feeding, if !fed => fed = true,
            }
        }
        // Here the feeder goes, and with it the input's half of the stream.
    });
    // The other half: an engine that cannot write to us never reports the container's end.
    drop(output);
    let end = end?;
    for (_, lines) in &mut streams {
        lines.finish(on_line);
    }
    let [(stdout, _), (stderr, _)] = streams;
    let mut outcome = ExecOutcome {
        truncated: stdout.truncated() || stderr.truncated(),
        stdout: stdout.into_bytes(),
        stderr: stderr.into_bytes(),
        ..ExecOutcome::default()
    };
    match end {
        End::Interrupt => return Err(EngineError::interrupted(Operation::Exec, &subject)),
        End::Output => outcome.exit_code = exit_code(engine, &id, &subject)?,
        // No call ends an exec alone, and its process would live on.
        End::Timeout | End::Bomb => {
            outcome.timed_out = matches!(end, End::Timeout);
            outcome.output_bomb = matches!(end, End::Bomb);
            engine.clean_up(
                Operation::Signal,
                &container.0,
                container::kill(engine, container, "SIGKILL"),
            )?;
        }
    }
    Ok(outcome)
}

/// Writes the whole input and closes it. A command that does not read it, or ends early, is no error.
async fn feed(mut input: Input, stdin: &Stdin<'_>) {
    let written = match stdin {
        Stdin::Empty => return,
        Stdin::Bytes(bytes) => input.write_all(bytes).await,
        Stdin::Stream(stream) => {
            let taken = stream.lock().ok().and_then(|mut stream| stream.take());
            match taken {
                Some(reader) => feed_stream(&mut input, reader).await,
                None => Ok(()),
            }
        }
    };
    if written.is_ok() {
        // This half alone: the output goes on.
        drop(input.shutdown().await);
    }
}

fn feed_stream(input: &mut Input, mut reader: Box<dyn Read + Send>) -> impl Future<Output = std::io::Result<()>> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Bytes>(4);
    // Reading blocks; when the command is gone, the receiver is too, and the thread ends at its next piece.
    let reading = std::thread::Builder::new()
        .name("exec-input".to_owned())
        .spawn(move || {
            let mut buffer = vec![0; PIECE];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.blocking_send(Bytes::copy_from_slice(&buffer[..length])).is_err() {
                    break;
                }
            }
        });
    async move {
        reading?;
        while let Some(piece) = receiver.recv().await {
            input.write_all(&piece).await?;
        }
        Ok(())
    }
}

/// The exit code of a command whose output has ended; `None` when it was ended with its container.
fn exit_code(engine: &DockerEngine, id: &str, subject: &str) -> Result<Option<i64>, EngineError> {
    engine.call(Operation::Exec, subject, EXIT_CODE + QUICK, async {
        let patience = Instant::now() + EXIT_CODE;
        loop {
            match engine.client.inspect_exec(id).await {
                // The container, and its execs with it, is gone.
                Err(error) if failure::is_missing(&error) => return Ok(None),
                Err(error) => return Err(error),
                Ok(found) if found.running != Some(true) => return Ok(found.exit_code),
                Ok(_) if Instant::now() > patience => return Ok(None),
                Ok(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    })
}
