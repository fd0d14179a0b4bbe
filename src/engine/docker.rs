//! Docker over its API; the only user of bollard and tokio.
//!
//! Every call is synchronous for the caller: a small runtime, owned by [`DockerEngine`], drives the client. Every call has
//! its own deadline, because the client's timeout ends with the response's headers, and every call but listing and removing
//! ends soon after the [`Interrupt`] is set.

mod address;
mod attach;
mod build;
mod build_log;
mod container;
mod context;
mod exec;
mod failure;
mod image;
mod objects;

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use tokio::runtime::Runtime;

use self::address::{Address, Surroundings};
use super::{
    Attachment, BuildOutcome, BuildRequest, ContainerId, ContainerSpec, ContainerState, Engine, EngineError,
    EngineInfo, EngineObject, ExecOutcome, ExecRequest, ImageInfo, Interrupt, Labels, ListedObject, Operation,
    VolumeMemory,
};

/// Answers to be had at once, even from a busy engine.
const QUICK: Duration = Duration::from_secs(60);
/// The first answer: an engine that needs longer is as good as none.
const FIRST_ANSWER: Duration = Duration::from_secs(10);
/// The client's own limit, until the response's headers; a commit sends them at its very end.
const CLIENT_TIMEOUT: u64 = 600;
/// How often a running call looks at the interrupt.
const INTERRUPT_POLL: Duration = Duration::from_millis(40);

/// A Docker engine, or one that speaks its API.
pub struct DockerEngine {
    client: Docker,
    address: Address,
    interrupt: Interrupt,
    information: OnceLock<EngineInfo>,
    classic: bool,
    reactor: Arc<Reactor>,
}

impl DockerEngine {
    /// Finds and reaches the engine: at `address` if given, else by DOCKER_HOST, the docker context, the usual sockets.
    pub fn connect(address: Option<&str>, interrupt: Interrupt) -> Result<Self, EngineError> {
        let candidates = address::candidates(
            address,
            &Surroundings {
                variable: &|name| std::env::var(name).ok(),
                home: std::env::home_dir(),
            },
        )?;
        let reactor = Arc::new(Reactor::start()?);
        let mut first_error = None;
        for candidate in candidates {
            match Self::reach(candidate, interrupt.clone(), Arc::clone(&reactor)) {
                Ok(engine) => return Ok(engine),
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        Err(first_error
            .unwrap_or_else(|| EngineError::new(Operation::Connect, "no address", "found no container engine")))
    }

    /// How the engine was found: `DOCKER_HOST`, ``the docker context `x` ``, `the usual socket`, `--engine`.
    pub fn found_by(&self) -> &str {
        &self.address.how
    }

    /// The same engine with its classic builder: for engines whose BuildKit does not work, and to compare the two.
    pub fn without_buildkit(mut self) -> Self {
        self.classic = true;
        self
    }

    /// Asks the registry, through the engine, whether an image could be pulled; nothing is fetched.
    pub fn can_pull(&self, reference: &str) -> Result<(), EngineError> {
        self.call(
            Operation::Pull,
            reference,
            QUICK,
            self.client.inspect_registry_image(reference, None),
        )
        .map(|_| ())
    }

    /// Opens the connection and asks for the version.
    fn reach(address: Address, interrupt: Interrupt, reactor: Arc<Reactor>) -> Result<Self, EngineError> {
        let shown = address.shown();
        let fail = |error: &Error| {
            let mut error = failure::from_client(Operation::Connect, &shown, error);
            error.unreachable = true;
            error
        };
        let client = reactor.enter(|| open(&address)).map_err(|error| fail(&error))?;
        let client = reactor.block_on(async {
            tokio::select! {
                () = until_set(&interrupt) => Err(EngineError::interrupted(Operation::Connect, &shown)),
                () = tokio::time::sleep(FIRST_ANSWER) => {
                    Err(failure::too_slow(Operation::Connect, &shown, FIRST_ANSWER.as_secs()).out_of_reach())
                }
                client = client.negotiate_version() => client.map_err(|error| fail(&error)),
            }
        })?;
        Ok(Self {
            client,
            address,
            interrupt,
            information: OnceLock::new(),
            classic: false,
            reactor,
        })
    }

    /// Runs one call to its end, its deadline or the interrupt.
    fn call<T>(
        &self,
        operation: Operation,
        subject: &str,
        deadline: Duration,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        self.reactor.block_on(async {
            tokio::select! {
                biased;
                () = until_set(&self.interrupt) => Err(EngineError::interrupted(operation, subject)),
                result = call => result.map_err(|error| failure::from_client(operation, subject, &error)),
                () = tokio::time::sleep(deadline) => Err(failure::too_slow(operation, subject, deadline.as_secs())),
            }
        })
    }

    /// Like [`Self::call`] for what makes an object. Once asked for, the engine makes it whether we listen or not, so the
    /// interrupt leaves it a moment: an object that we know of can be removed.
    fn make<T>(
        &self,
        operation: Operation,
        subject: &str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        if self.interrupt.is_set() {
            return Err(EngineError::interrupted(operation, subject));
        }
        self.reactor.block_on(async {
            tokio::select! {
                biased;
                result = call => result.map_err(|error| failure::from_client(operation, subject, &error)),
                () = async { until_set(&self.interrupt).await; tokio::time::sleep(Duration::from_secs(2)).await } => {
                    Err(EngineError::interrupted(operation, subject))
                }
                () = tokio::time::sleep(QUICK) => Err(failure::too_slow(operation, subject, QUICK.as_secs())),
            }
        })
    }

    /// Like [`Self::call`] for what cleans up: no interrupt ends it.
    fn clean_up<T>(
        &self,
        operation: Operation,
        subject: &str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        self.reactor.block_on(async {
            match tokio::time::timeout(QUICK, call).await {
                Ok(result) => result.map_err(|error| failure::from_client(operation, subject, &error)),
                Err(_) => Err(failure::too_slow(operation, subject, QUICK.as_secs())),
            }
        })
    }
}

impl Engine for DockerEngine {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        if let Some(known) = self.information.get() {
            return Ok(known.clone());
        }
        let mut information = image::info(self)?;
        information.buildkit &= !self.classic;
        Ok(self.information.get_or_init(|| information).clone())
    }

    fn image(&self, reference: &str) -> Result<Option<ImageInfo>, EngineError> {
        image::inspect(self, reference)
    }

    fn pull(&self, reference: &str, on_line: &mut dyn FnMut(&str)) -> Result<ImageInfo, EngineError> {
        image::pull(self, reference, on_line)
    }

    fn build(&self, request: &BuildRequest<'_>, on_line: &mut dyn FnMut(&str)) -> Result<BuildOutcome, EngineError> {
        build::build(self, request, on_line)
    }

    fn commit(&self, container: &ContainerId, tag: &str, labels: &Labels) -> Result<String, EngineError> {
        image::commit(self, container, tag, labels)
    }

    fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError> {
        container::create(self, spec)
    }

    fn start(&self, container: &ContainerId) -> Result<(), EngineError> {
        container::start(self, container)
    }

    fn exec(
        &self,
        container: &ContainerId,
        request: &ExecRequest<'_>,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<ExecOutcome, EngineError> {
        exec::exec(self, container, request, on_line)
    }

    fn attach(&self, container: &ContainerId) -> Result<Box<dyn Attachment>, EngineError> {
        attach::attach(self, container)
    }

    fn state(&self, container: &ContainerId) -> Result<ContainerState, EngineError> {
        container::state(self, container)
    }

    fn logs(&self, container: &ContainerId, limit: usize) -> Result<String, EngineError> {
        container::logs(self, container, limit)
    }

    fn signal(&self, container: &ContainerId, signal: &str) -> Result<(), EngineError> {
        container::signal(self, container, signal)
    }

    fn wait(&self, container: &ContainerId, timeout: Duration) -> Result<Option<i64>, EngineError> {
        container::wait(self, container, timeout)
    }

    fn remove(&self, object: &EngineObject) -> Result<(), EngineError> {
        objects::remove(self, object)
    }

    fn list(&self, label: &str) -> Result<Vec<ListedObject>, EngineError> {
        objects::list(self, label)
    }

    fn create_volume(&self, name: &str, memory: Option<&VolumeMemory>, labels: &Labels) -> Result<(), EngineError> {
        objects::create_volume(self, name, memory, labels)
    }

    fn create_network(&self, name: &str, labels: &Labels) -> Result<(), EngineError> {
        objects::create_network(self, name, labels)
    }
}

/// The client for an address; nothing is asked yet.
fn open(address: &Address) -> Result<Docker, Error> {
    let url = address.url.as_str();
    if let Some(folder) = &address.certificates {
        return Docker::connect_with_ssl(
            url,
            &folder.join("key.pem"),
            &folder.join("cert.pem"),
            &folder.join("ca.pem"),
            CLIENT_TIMEOUT,
            bollard::API_DEFAULT_VERSION,
        );
    }
    if url.starts_with("tcp://") || url.starts_with("http://") {
        Docker::connect_with_http(url, CLIENT_TIMEOUT, bollard::API_DEFAULT_VERSION)
    } else {
        Docker::connect_with_socket(url, CLIENT_TIMEOUT, bollard::API_DEFAULT_VERSION)
    }
}

/// Returns when the interrupt is set.
async fn until_set(interrupt: &Interrupt) {
    while !interrupt.is_set() {
        tokio::time::sleep(INTERRUPT_POLL).await;
    }
}

/// The runtime that drives the client. Dropping it waits for nothing: an engine that hangs must not hang us.
struct Reactor(Option<Runtime>);

impl Reactor {
    fn start() -> Result<Self, EngineError> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("engine")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
            .map_err(|error| EngineError::new(Operation::Connect, "start its threads", error.to_string()))
    }

    /// Runs a future on the calling thread.
    fn block_on<T>(&self, future: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => Err(EngineError::new(
                Operation::Connect,
                "closed",
                "the connection is closed",
            )),
        }
    }

    /// Calls what needs the runtime's context without waiting for anything.
    fn enter<T>(&self, call: impl FnOnce() -> T) -> T {
        let _context = self.0.as_ref().map(Runtime::enter);
        call()
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
