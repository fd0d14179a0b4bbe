//! The profiles that containers run under: plain constructors, so that a limit is stated in one place.
//!
//! All of them drop every capability, forbid new privileges, and bound memory (swap included), processors, processes, open
//! files and file sizes. Names and labels are left empty: [`super::session::Session::create`] gives them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ContainerSpec, ImageInfo, Limits, Network, Tmpfs, VolumeMemory};

/// The user that runs the code of a repository: `nobody`.
pub const NOBODY: u32 = 65534;
/// The user of the postgres image.
const POSTGRES: u32 = 999;
/// Where the code of a repository lies.
pub const WORK: &str = "/work";

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A container for code of a repository: no network, a read-only root, and memory to write to. It idles; work comes by exec.
///
/// `work` is the size of `/work` in bytes; what is written there counts against the container's memory, too.
pub fn untrusted(image: &str, network: Network, work: u64) -> ContainerSpec {
    ContainerSpec {
        user: Some(format!("{NOBODY}:{NOBODY}")),
        working_directory: Some(WORK.to_owned()),
        environment: variables(&[("HOME", "/tmp"), ("TMPDIR", "/tmp")]),
        network,
        tmpfs: vec![
            tmpfs(WORK, work, NOBODY, true),
            tmpfs("/tmp", 256 * MIB, NOBODY, true),
            tmpfs("/dev/shm", 64 * MIB, 0, false),
        ],
        limits: Limits {
            memory: 2 * GIB,
            millicpus: 2000,
            pids: 256,
            file_size: GIB,
            open_files: 1024,
        },
        ..idle(image)
    }
}

/// A container that installs dependencies: with the network and a writable root, without the repository's code.
/// It runs as root, for it fills system folders, with no more power than to own what it writes.
pub fn installer(image: &str, memory: u64) -> ContainerSpec {
    ContainerSpec {
        network: Network::Default,
        user: Some("0:0".to_owned()),
        working_directory: Some("/".to_owned()),
        environment: variables(&[("HOME", "/root")]),
        read_only: false,
        tmpfs: vec![tmpfs("/tmp", 2 * GIB, 0, true)],
        capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"].map(str::to_owned).to_vec(),
        limits: Limits {
            memory: memory.clamp(2 * GIB, 4 * GIB),
            millicpus: 4000,
            pids: 512,
            file_size: 4 * GIB,
            open_files: 4096,
        },
        ..idle(image)
    }
}

/// The image under test, as its own user, with its own command, in the pod's network.
///
/// The folders of its `VOLUME`s become memory, for a read-only root does not cover them. They belong to the image's user
/// where that is a number, and can be written by everybody where it is a name that only the image knows.
pub fn service(image: &ImageInfo, network: Network, environment: BTreeMap<String, String>) -> ContainerSpec {
    let owner = numeric_user(&image.user);
    let mut mounts = vec![shared("/tmp", 128 * MIB, owner), shared("/run", 16 * MIB, owner)];
    for path in &image.volumes {
        let known = |mount: &Tmpfs| mount.path.trim_end_matches('/') == path.trim_end_matches('/');
        if !mounts.iter().any(known) && path.starts_with('/') && path != "/" {
            mounts.push(shared(path, 128 * MIB, owner));
        }
    }
    ContainerSpec {
        entrypoint: None,
        command: None,
        environment,
        network,
        tmpfs: mounts,
        limits: Limits {
            memory: GIB,
            millicpus: 2000,
            pids: 256,
            file_size: 256 * MIB,
            open_files: 4096,
        },
        keep_logs: true,
        healthcheck: false,
        ..idle(&image.id)
    }
}

/// The memory of a folder that outlives the containers of a service: its user's, or everybody's where the image alone knows who
/// that is.
pub fn state(image: &ImageInfo) -> VolumeMemory {
    let Tmpfs { size, owner, mode, .. } = shared("", 256 * MIB, numeric_user(&image.user));
    VolumeMemory { size, owner, mode }
}

/// Mounts volumes (name and path) in a container, over what would be memory of its own there.
pub fn with_state(mut spec: ContainerSpec, volumes: &[(String, String)]) -> ContainerSpec {
    for (name, path) in volumes {
        spec.tmpfs.retain(|mount| mount.path.trim_end_matches('/') != path);
        spec.volumes.push((name.clone(), path.clone(), false));
    }
    spec
}

/// PostgreSQL for one run: its data in memory and not synced, its processes unprivileged from the start.
/// Ask whether it is ready over TCP: while it initialises it answers on its socket only.
pub fn postgres(image: &str, network: Network, user: &str, password: &str, database: &str) -> ContainerSpec {
    let data = "/var/lib/postgresql/data";
    ContainerSpec {
        entrypoint: None,
        command: Some(
            [
                "postgres",
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        user: Some(format!("{POSTGRES}:{POSTGRES}")),
        environment: variables(&[
            ("POSTGRES_USER", user),
            ("POSTGRES_PASSWORD", password),
            ("POSTGRES_DB", database),
            ("POSTGRES_INITDB_ARGS", "--no-sync"),
            ("PGDATA", data),
        ]),
        network,
        tmpfs: vec![
            tmpfs(data, 512 * MIB, POSTGRES, false),
            tmpfs("/var/run/postgresql", MIB, POSTGRES, false),
            tmpfs("/tmp", 64 * MIB, POSTGRES, false),
            tmpfs("/dev/shm", 128 * MIB, 0, false),
        ],
        limits: Limits {
            memory: GIB,
            millicpus: 2000,
            pids: 256,
            file_size: 512 * MIB,
            open_files: 4096,
        },
        keep_logs: true,
        ..idle(image)
    }
}

/// The prober: owns the pod's network, answers on its standard input and output, and ends and disappears with us.
/// `hosts` are `name:address` lines that everything in the pod sees.
pub fn prober(image: &str, program: &str, hosts: Vec<String>) -> ContainerSpec {
    ContainerSpec {
        entrypoint: Some(["python3", "-S", "-E", "-u", "-c"].map(str::to_owned).to_vec()),
        command: Some(vec![program.to_owned()]),
        user: Some(format!("{NOBODY}:{NOBODY}")),
        working_directory: Some("/".to_owned()),
        extra_hosts: hosts,
        limits: Limits {
            memory: 256 * MIB,
            millicpus: 2000,
            pids: 32,
            file_size: MIB,
            open_files: 1024,
        },
        open_stdin: true,
        auto_remove: true,
        init: false,
        ..idle(image)
    }
}

/// The gateway's front: owns the network of a deployment, answers on its standard input and output, and ends with us.
pub fn front(image: &str, program: &str, network: &str) -> ContainerSpec {
    let prober = prober(image, program, Vec::new());
    ContainerSpec {
        network: Network::Named(network.to_owned()),
        limits: Limits {
            open_files: 2048,
            ..prober.limits
        },
        ..prober
    }
}

/// A container that does nothing but hold what others would lose: a volume's memory, a name in a network.
pub fn keeper(image: &str) -> ContainerSpec {
    ContainerSpec {
        user: Some(format!("{NOBODY}:{NOBODY}")),
        limits: Limits {
            memory: 32 * MIB,
            millicpus: 100,
            pids: 8,
            file_size: MIB,
            open_files: 64,
        },
        ..idle(image)
    }
}

/// Adds memory that everybody in the container can write, where there is none yet.
pub fn add_memory<'p>(spec: &mut ContainerSpec, paths: impl Iterator<Item = &'p str>) {
    for path in paths {
        if !spec.tmpfs.iter().any(|known| known.path.trim_end_matches('/') == path) {
            spec.tmpfs.push(shared(path, 64 * MIB, None));
        }
    }
}

/// What all profiles share, as a container that does nothing until it is removed.
fn idle(image: &str) -> ContainerSpec {
    ContainerSpec {
        name: String::new(),
        image: image.to_owned(),
        entrypoint: Some(vec!["sleep".to_owned()]),
        // The end, should nobody be left to remove it.
        command: Some(vec!["7200".to_owned()]),
        environment: BTreeMap::new(),
        user: None,
        working_directory: None,
        network: Network::None,
        aliases: Vec::new(),
        extra_hosts: Vec::new(),
        read_only: true,
        tmpfs: Vec::new(),
        volumes: Vec::new(),
        capabilities: Vec::new(),
        limits: Limits {
            memory: 256 * MIB,
            millicpus: 1000,
            pids: 64,
            file_size: 16 * MIB,
            open_files: 1024,
        },
        open_stdin: false,
        auto_remove: false,
        init: true,
        keep_logs: false,
        healthcheck: false,
        labels: BTreeMap::new(),
    }
}

/// A folder of one user.
fn tmpfs(path: &str, size: u64, owner: u32, executable: bool) -> Tmpfs {
    Tmpfs {
        path: path.to_owned(),
        size,
        owner,
        mode: if path == "/tmp" || path == "/dev/shm" {
            0o1777
        } else {
            0o700
        },
        executable,
    }
}

/// A folder of the user of an image, or of everybody where the image alone knows who that is.
fn shared(path: &str, size: u64, owner: Option<u32>) -> Tmpfs {
    Tmpfs {
        path: path.to_owned(),
        size,
        owner: owner.unwrap_or(0),
        mode: if owner.is_some() && path != "/tmp" {
            0o755
        } else {
            0o1777
        },
        executable: false,
    }
}

/// The number of the user in an image's `USER`; root where there is none, `None` for a name.
fn numeric_user(user: &str) -> Option<u32> {
    let name = user.split(':').next().unwrap_or_default();
    match name {
        "" | "root" => Some(0),
        name => name.parse().ok(),
    }
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// What confines the code of a repository, in words, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confinement {
    /// The profile's name.
    pub profile: &'static str,
    /// What holds.
    pub held: Vec<String>,
    /// What does not, and what bounds it instead.
    pub not_held: Vec<String>,
}

/// Describes the limits under which code of a repository runs, and where they end. `builder` is the engine's
/// (`buildkit` or `classic`).
pub fn confinement(builder: &str) -> Confinement {
    let code = untrusted("", Network::None, 0).limits;
    let mut not_held = vec![
        "image build: its steps run as root with the engine's default capabilities and with a network; the wall and output \
         limits bound it"
            .to_owned(),
        "installation of dependencies: has a network and writes to the engine's disk; the code of the repository is not there"
            .to_owned(),
        "disk: the engine offers no quota, so only memory file systems and the size of single files are bounded".to_owned(),
    ];
    if builder != "classic" {
        not_held.push("image build: BuildKit obeys no memory limit".to_owned());
    }
    Confinement {
        profile: "untrusted",
        held: vec![
            "network: none but the pod's own loopback; the host and the internet are out of reach".to_owned(),
            "deployment: its containers are in a network of their own; what it asks of an engine is decided by a gateway and \
             never passed on"
                .to_owned(),
            format!("user: {NOBODY}, no capabilities, no new privileges, default seccomp filter"),
            "root file system: read-only; writable folders are memory of a fixed size".to_owned(),
            format!("memory: {} MiB, swap included", code.memory / MIB),
            format!("processors: {}", f64::from(code.millicpus) / 1000.0),
            format!("processes: {}", code.pids),
            format!(
                "open files: {}; largest file: {} MiB; no core dumps",
                code.open_files,
                code.file_size / MIB
            ),
            "time: every step has a wall limit, and so has the whole run".to_owned(),
            "output: kept in bounds; a flood ends the step".to_owned(),
        ],
        not_held,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<ContainerSpec> {
        let image = ImageInfo {
            id: "sha256:1".to_owned(),
            user: "app".to_owned(),
            volumes: vec!["/data".to_owned(), "/tmp/".to_owned()],
            ..ImageInfo::default()
        };
        vec![
            untrusted("i", Network::None, MIB),
            service(&image, Network::None, BTreeMap::new()),
            postgres("i", Network::None, "u", "p", "d"),
            prober("i", "pass", Vec::new()),
            installer("i", 0),
        ]
    }

    #[test]
    fn everything_but_the_installer_is_read_only_and_without_network_or_capabilities() {
        for spec in all().into_iter().take(4) {
            assert!(spec.read_only, "{spec:?}");
            assert_eq!(spec.network, Network::None);
            assert!(spec.capabilities.is_empty());
        }
    }

    #[test]
    fn every_profile_is_bounded() {
        for spec in all() {
            assert!(spec.limits.memory > 0 && spec.limits.memory <= 4 * GIB);
            assert!((1..=512).contains(&spec.limits.pids));
            assert!(spec.tmpfs.iter().all(|mount| mount.size > 0));
            assert!(spec.limits.file_size > 0 && spec.limits.open_files > 0 && spec.limits.millicpus > 0);
        }
    }

    #[test]
    fn the_volumes_of_a_service_are_memory_that_its_user_can_write() {
        let spec = &all()[1];
        let paths: Vec<&str> = spec.tmpfs.iter().map(|mount| mount.path.as_str()).collect();
        assert_eq!(paths, ["/tmp", "/run", "/data"]);
        assert!(spec.tmpfs.iter().all(|mount| mount.mode == 0o1777));
    }

    #[test]
    fn state_is_mounted_over_a_volume_of_the_image() {
        let spec = with_state(all()[1].clone(), &[("v".to_owned(), "/data".to_owned())]);
        assert!(spec.tmpfs.iter().all(|mount| mount.path != "/data"));
        assert_eq!(spec.volumes, [("v".to_owned(), "/data".to_owned(), false)]);
        let image = ImageInfo {
            user: "10001".to_owned(),
            ..ImageInfo::default()
        };
        assert_eq!((state(&image).owner, state(&image).mode), (10001, 0o755));
        assert_eq!(
            state(&ImageInfo {
                user: "app".to_owned(),
                ..image
            })
            .mode,
            0o1777
        );
    }

    #[test]
    fn users_of_images() {
        assert_eq!(numeric_user(""), Some(0));
        assert_eq!(numeric_user("root"), Some(0));
        assert_eq!(numeric_user("1000:1000"), Some(1000));
        assert_eq!(numeric_user("app"), None);
    }
}
