//! A pod: containers that share one network, which has a loopback and nothing else.
//!
//! The prober's container owns the network. It ends when our connection to it does, so that a killed run leaves no open
//! network behind, and from inside it reaches what no port is published for.

use super::prober::{PROGRAM, Prober};
use super::session::Session;
use super::{ContainerId, ContainerSpec, EngineError, EngineObject, Network, sandbox};

/// A running pod.
pub struct Pod {
    owner: ContainerId,
    prober: Prober,
}

impl Pod {
    /// Opens a pod in a session. `image` has a python3; `names` become names of the pod's loopback, for services that are
    /// told to find each other by name (on Podman the containers do not share them: give addresses there).
    pub fn open(session: &Session, image: &str, names: &[&str]) -> Result<Self, EngineError> {
        let hosts = names.iter().map(|name| format!("{name}:127.0.0.1")).collect();
        let owner = session.create("prober", sandbox::prober(image, PROGRAM, hosts))?;
        let attachment = session.engine().attach(&owner)?;
        session.engine().start(&owner)?;
        Ok(Self {
            owner,
            prober: Prober::new(attachment),
        })
    }

    /// The pod's network, for a container's description.
    pub fn network(&self) -> Network {
        Network::Container(self.owner.clone())
    }

    /// Asks services in the pod.
    pub fn prober(&self) -> &Prober {
        &self.prober
    }

    /// Starts a container in the pod.
    pub fn start(&self, session: &Session, role: &str, spec: ContainerSpec) -> Result<ContainerId, EngineError> {
        let spec = ContainerSpec {
            network: self.network(),
            // The owner's hold for all; the engine refuses more.
            extra_hosts: Vec::new(),
            ..spec
        };
        session.start(role, spec)
    }

    /// Ends the pod; what still runs in it loses its prober, and goes with the session.
    pub fn close(self, session: &Session) -> Result<(), EngineError> {
        session.remove(&EngineObject::Container(self.owner.0.clone()))
    }
}
