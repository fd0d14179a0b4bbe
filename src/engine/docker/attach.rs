//! A conversation in lines with a container's first process.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::AttachContainerOptions;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::super::ring::Ring;
use super::super::text::visible_bytes;
use super::super::{Attachment, ContainerId, EngineError, Interrupt, LineReceiver, LineSender, Operation};
use super::{DockerEngine, QUICK, Reactor, container, failure, until_set};

/// What is kept of standard error, for the message when the program fails.
const ERROR_LIMIT: usize = 4096;

struct Conversation {
    sender: Sender,
    receiver: Receiver,
}

struct Sender {
    input: Pin<Box<dyn AsyncWrite + Send>>,
    subject: String,
    interrupt: Interrupt,
    reactor: Arc<Reactor>,
}

struct Receiver {
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
    pending: VecDeque<u8>,
    errors: Ring,
    /// The line being read was too long; the rest of it is skipped.
    skipping: bool,
    subject: String,
    interrupt: Interrupt,
    reactor: Arc<Reactor>,
}

/// Attaches to a container that does not run yet.
pub(super) fn attach(engine: &DockerEngine, container: &ContainerId) -> Result<Box<dyn Attachment>, EngineError> {
    let options = AttachContainerOptions {
        stream: true,
        stdin: true,
        stdout: true,
        stderr: true,
        ..Default::default()
    };
    let subject = container::short(container);
    let attached = engine.call(
        Operation::Attach,
        &subject,
        QUICK,
        engine.client.attach_container(&container.0, Some(options)),
    )?;
    Ok(Box::new(Conversation {
        sender: Sender {
            input: attached.input,
            subject: subject.clone(),
            interrupt: engine.interrupt.clone(),
            reactor: Arc::clone(&engine.reactor),
        },
        receiver: Receiver {
            output: attached.output,
            pending: VecDeque::new(),
            errors: Ring::new(ERROR_LIMIT),
            skipping: false,
            subject,
            interrupt: engine.interrupt.clone(),
            reactor: Arc::clone(&engine.reactor),
        },
    }))
}

impl Receiver {
    /// Takes the next line out of what has arrived; one that is too long comes cut.
    fn next_line(&mut self, limit: usize) -> Option<String> {
        loop {
            let end = self.pending.iter().position(|byte| *byte == b'\n');
            if end.is_none() && !self.skipping && self.pending.len() <= limit {
                return None;
            }
            let length = end.unwrap_or(self.pending.len());
            let line: Vec<u8> = self.pending.drain(..length).take(limit).collect();
            if end.is_some() {
                self.pending.pop_front();
            }
            let rest_of_a_long_line = self.skipping;
            self.skipping = end.is_none();
            if !rest_of_a_long_line {
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            if self.pending.is_empty() {
                return None;
            }
        }
    }
}

impl Attachment for Conversation {
    fn split(self: Box<Self>) -> (Box<dyn LineSender>, Box<dyn LineReceiver>) {
        (Box::new(self.sender), Box::new(self.receiver))
    }
}

impl LineSender for Conversation {
    fn send_line(&mut self, line: &str) -> Result<(), EngineError> {
        self.sender.send_line(line)
    }
}

impl LineReceiver for Conversation {
    fn receive_line(&mut self, timeout: Duration, limit: usize) -> Result<Option<String>, EngineError> {
        self.receiver.receive_line(timeout, limit)
    }
}

impl LineSender for Sender {
    fn send_line(&mut self, line: &str) -> Result<(), EngineError> {
        let bytes = format!("{line}\n");
        let Self {
            input,
            interrupt,
            subject,
            reactor,
        } = self;
        reactor.block_on(async {
            tokio::select! {
                biased;
                () = until_set(interrupt) => Err(EngineError::interrupted(Operation::Attach, &*subject)),
                written = async { input.write_all(bytes.as_bytes()).await?; input.flush().await } => {
                    written.map_err(|error| EngineError::new(Operation::Attach, &*subject, error.to_string()))
                }
                () = tokio::time::sleep(QUICK) => Err(failure::too_slow(Operation::Attach, subject, QUICK.as_secs())),
            }
        })
    }
}

impl LineReceiver for Receiver {
    fn receive_line(&mut self, timeout: Duration, limit: usize) -> Result<Option<String>, EngineError> {
        let deadline = tokio::time::Instant::now() + timeout;
        let reactor = Arc::clone(&self.reactor);
        let interrupt = self.interrupt.clone();
        reactor.block_on(async {
            let stopped = until_set(&interrupt);
            tokio::pin!(stopped);
            loop {
                if let Some(line) = self.next_line(limit) {
                    return Ok(Some(line));
                }
                tokio::select! {
                    biased;
                    () = &mut stopped => return Err(EngineError::interrupted(Operation::Attach, &self.subject)),
                    piece = self.output.next() => match piece {
                        Some(Ok(LogOutput::StdErr { message })) => self.errors.push(&message),
                        Some(Ok(piece)) => self.pending.extend(container::piece(&piece).0),
                        Some(Err(error)) => return Err(failure::from_client(Operation::Attach, &self.subject, &error)),
                        None => {
                            let errors = std::mem::replace(&mut self.errors, Ring::new(ERROR_LIMIT)).into_bytes();
                            if errors.is_empty() {
                                return Ok(None);
                            }
                            return Err(EngineError::new(
                                Operation::Attach,
                                &self.subject,
                                format!("the program ended: {}", visible_bytes(&errors)),
                            ));
                        }
                    },
                    () = tokio::time::sleep_until(deadline) => return Err(EngineError::new(
                        Operation::Attach,
                        &self.subject,
                        format!("no answer within {:.1} s", timeout.as_secs_f32()),
                    )),
                }
            }
        })
    }
}
