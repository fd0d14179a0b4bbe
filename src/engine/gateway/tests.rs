//! The desk on the scripted engine: what it carries out, and above all what it does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::books::Grant;
use super::desk::{Account, Answer, Desk, Publisher, Work};
use crate::engine::scripted::ScriptedEngine;
use crate::engine::session::Session;
use crate::engine::{ContainerId, ContainerSpec, Engine, ImageInfo, Interrupt, Network};

const APPLICATION: &str = "registry.example/shop@sha256:00aa";
const PROXY: &str = "nginx:1.29";

/// Every port but 81 can be had.
struct Ports;

impl Publisher for Ports {
    fn publish(&self, _listener: u64, _host: &str, port: u16, _name: &str, _target: u16) -> Result<u16, String> {
        if port == 81 {
            Err("in use".to_owned())
        } else {
            Ok(if port == 0 { 49152 } else { port })
        }
    }

    fn withdraw(&self, _listener: u64) {}
}

struct Bench {
    engine: Arc<ScriptedEngine>,
    session: Session,
}

impl Bench {
    fn new() -> Self {
        let image = |id: &str| ImageInfo {
            id: format!("sha256:{id}"),
            user: "10001".to_owned(),
            ..ImageInfo::default()
        };
        let engine = ScriptedEngine::new(Interrupt::new())
            .with_image(APPLICATION, image("00aa00aa00aa00aa"))
            .with_image(PROXY, image("00bb00bb00bb00bb"))
            .with_image("sleeper", image("00cc"))
            .on_exec_with("cat", |_, read| {
                Ok(crate::engine::ExecOutcome {
                    exit_code: Some(3),
                    stdout: read.to_vec(),
                    ..crate::engine::ExecOutcome::default()
                })
            });
        let engine = Arc::new(engine);
        let session = Session::open(Arc::clone(&engine) as Arc<dyn Engine>, false);
        // What is not the project's.
        let foreign = ContainerSpec {
            name: "foreign".to_owned(),
            ..crate::engine::sandbox::keeper("sleeper")
        };
        engine.create(&foreign).expect("a foreign container");
        Self { engine, session }
    }

    fn desk(&self) -> Desk<'_> {
        let grant = |reference: &str, capable| {
            let info = self.engine.image(reference).expect("an answer").expect("an image");
            (
                reference.to_owned(),
                Grant {
                    info,
                    capable,
                    reachable: true,
                },
            )
        };
        let grants = BTreeMap::from([grant(APPLICATION, false), grant(PROXY, true)]);
        Desk::new(&self.session, "the-network", "sleeper", &Ports, grants)
    }
}

fn call(desk: &Desk<'_>, method: &str, target: &str, body: &Value) -> (u16, Value) {
    match desk.answer(method, target, body.to_string().as_bytes()) {
        Answer::Plain(status, value) => (status, value),
        _ => panic!("{method} {target} is answered with more than a status"),
    }
}

fn create(desk: &Desk<'_>, name: &str, image: &str, more: Value) -> (u16, Value) {
    let mut body = json!({"Image": image});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    call(desk, "POST", &format!("/v1.41/containers/create?name={name}"), &body)
}

fn spec(bench: &Bench, answer: &Value) -> ContainerSpec {
    let id = ContainerId(answer["Id"].as_str().expect("an id").to_owned());
    bench.engine.spec(&id.0).expect("a container")
}

#[track_caller]
fn refused(account: &Account, part: &str) {
    assert!(
        account.refused.iter().any(|note| note.contains(part)),
        "{part}: {:?}",
        account.refused
    );
}

#[test]
fn a_container_gets_our_profile_and_the_projects_wishes_within_it() {
    let bench = Bench::new();
    let desk = bench.desk();
    call(&desk, "POST", "/networks/create", &json!({"Name": "shop"}));
    let wishes = json!({
        "Env": ["APP_VERSION=1"], "Labels": {"colour": "blue", "proofolio": "stolen"},
        "HostConfig": {
            "NetworkMode": "shop", "ReadonlyRootfs": true, "CapDrop": ["ALL"], "Memory": 64_u64 << 20,
            "SecurityOpt": ["no-new-privileges"], "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
            "Binds": ["data:/data"], "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
            "Privileged": false, "PidMode": "", "Devices": [], "MemorySwappiness": -1, "ConsoleSize": [40, 120],
        },
        "NetworkingConfig": {"EndpointsConfig": {"shop": {"Aliases": null, "IPAMConfig": null}}},
    });
    let (status, answer) = create(&desk, "shop-blue", APPLICATION, wishes);
    assert_eq!(status, 201, "{answer}");
    let spec = spec(&bench, &answer);
    assert!(
        spec.read_only && spec.healthcheck && !spec.init && spec.capabilities.is_empty(),
        "{spec:?}"
    );
    assert_eq!(spec.network, Network::Named("the-network".to_owned()));
    assert_eq!(spec.aliases, ["shop-blue"]);
    assert_eq!(spec.limits.memory, 64 << 20);
    assert!(spec.name.starts_with("proofolio-") && spec.labels.get("proofolio").is_some_and(|value| value == "1"));
    assert!(
        !spec.labels.contains_key("colour"),
        "the project's labels stay in the books"
    );
    assert_eq!((spec.volumes.len(), spec.volumes[0].1.as_str()), (1, "/data"));
    let (_, shown) = call(&desk, "GET", "/containers/shop-blue/json", &json!(null));
    assert_eq!(shown["Config"]["Labels"]["colour"], "blue");
    assert_eq!(shown["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
    assert_eq!(shown["State"]["Status"], "created");
    assert_eq!(desk.account().refused, Vec::<String>::new());
}

#[test]
fn only_images_of_the_contract_keep_a_proxys_capabilities() {
    let bench = Bench::new();
    let desk = bench.desk();
    let capabilities = |name: &str, image: &str, host: Value| {
        let (status, answer) = create(&desk, name, image, json!({"HostConfig": host}));
        assert_eq!(status, 201, "{answer}");
        spec(&bench, &answer).capabilities
    };
    assert_eq!(capabilities("a", PROXY, json!({})).len(), 4);
    assert!(capabilities("b", PROXY, json!({"CapDrop": ["ALL"]})).is_empty());
    assert_eq!(
        capabilities("c", PROXY, json!({"CapDrop": ["ALL"], "CapAdd": ["CAP_CHOWN"]})),
        ["CHOWN"]
    );
    assert!(capabilities("d", APPLICATION, json!({})).is_empty());
    assert!(capabilities("e", APPLICATION, json!({"CapAdd": ["CHOWN"]})).is_empty());
}

#[test]
fn what_would_reach_the_host_is_refused() {
    let bench = Bench::new();
    let desk = bench.desk();
    let before = bench.engine.calls().len();
    for (host, part) in [
        (json!({"Privileged": true}), "Privileged"),
        (json!({"Binds": ["/:/host"]}), "named volumes"),
        (
            json!({"Binds": ["/var/run/docker.sock:/var/run/docker.sock"]}),
            "named volumes",
        ),
        (json!({"Binds": ["../x:/data"]}), "named volumes"),
        (json!({"Binds": ["data:/proc/sys"]}), "mounting something at"),
        (json!({"Binds": ["data:/a/../../etc"]}), "mounting something at"),
        (json!({"Binds": ["data:/data:rw,shared"]}), "volume options"),
        (
            json!({"Mounts": [{"Type": "bind", "Source": "/etc", "Target": "/x"}]}),
            "type bind",
        ),
        (
            json!({"Mounts": [{"Type": "volume", "Source": "d", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Name": "local", "Options": {"device": "/"}}}}]}),
            "VolumeOptions",
        ),
        (json!({"NetworkMode": "host"}), "network mode host"),
        (json!({"NetworkMode": "container:foreign"}), "network mode container"),
        (json!({"PidMode": "host"}), "PidMode"),
        (json!({"IpcMode": "host"}), "IpcMode"),
        (json!({"UsernsMode": "host"}), "UsernsMode"),
        (json!({"CgroupnsMode": "host"}), "CgroupnsMode"),
        (json!({"CgroupParent": "/"}), "CgroupParent"),
        (json!({"CapAdd": ["SYS_ADMIN"]}), "SYS_ADMIN"),
        (json!({"CapAdd": ["ALL"]}), "capability ALL"),
        (json!({"SecurityOpt": ["seccomp=unconfined"]}), "seccomp"),
        (json!({"Devices": [{"PathOnHost": "/dev/sda"}]}), "Devices"),
        (json!({"DeviceRequests": [{"Count": -2}]}), "DeviceRequests"),
        (json!({"VolumesFrom": ["foreign"]}), "VolumesFrom"),
        (json!({"ExtraHosts": ["host:host-gateway"]}), "ExtraHosts"),
        (json!({"Sysctls": {"net.ipv4.ip_forward": "1"}}), "Sysctls"),
        (json!({"Runtime": "other"}), "Runtime"),
        (json!({"OomKillDisable": true}), "OomKillDisable"),
        (json!({"PortBindings": {"53/udp": [{"HostPort": "53"}]}}), "only TCP"),
        (
            json!({"PortBindings": {"80/tcp": [{"HostIp": "10.0.0.1", "HostPort": "80"}]}}),
            "publishing at",
        ),
        (json!({"SomethingNew": {"deep": [true]}}), "SomethingNew"),
    ] {
        let desk = bench.desk();
        let (status, answer) = create(&desk, "x", APPLICATION, json!({"HostConfig": host}));
        assert!(status >= 400, "{part}: {answer}");
        assert!(answer["message"].is_string());
        refused(&desk.account(), part);
    }
    for (top, part) in [
        (json!({"Tty": true}), "Tty"),
        (json!({"OpenStdin": true}), "OpenStdin"),
        (json!({"Healthcheck": {"Test": ["CMD", "true"]}}), "health check"),
    ] {
        assert!(create(&desk, "x", APPLICATION, top).0 >= 400);
        refused(&desk.account(), part);
    }
    let made = bench.engine.calls()[before..]
        .iter()
        .any(|call| call.starts_with("create"));
    assert!(!made, "nothing was made: {:?}", bench.engine.calls());
}

#[test]
fn what_is_not_the_projects_is_not_there() {
    let bench = Bench::new();
    let desk = bench.desk();
    let foreign = bench.engine.list("").map(|_| "scripted0001").expect("a listing");
    for name in ["foreign", foreign, "scri", "/foreign", "..", "%2e%2e", "*"] {
        for (method, tail) in [
            ("GET", "/json"),
            ("POST", "/start"),
            ("POST", "/exec"),
            ("DELETE", "?force=1"),
            ("GET", "/logs"),
        ] {
            let (status, _) = call(
                &desk,
                method,
                &format!("/containers/{name}{tail}"),
                &json!({"Cmd": ["cat"]}),
            );
            assert!(matches!(status, 403 | 404), "{method} {name}{tail}: {status}");
        }
    }
    let (status, listed) = call(&desk, "GET", "/containers/json?all=1", &json!(null));
    assert_eq!((status, listed), (200, json!([])));
    for image in [
        "sleeper",
        "python:3.13-slim",
        "sha256:00cc",
        "nginx:latest",
        "evil@sha256:00aa",
    ] {
        assert_eq!(create(&desk, "x", image, json!({})).0, 404, "{image}");
        assert_eq!(
            call(
                &desk,
                "POST",
                &format!("/images/create?fromImage={image}"),
                &json!(null)
            )
            .0,
            403
        );
    }
    assert_eq!(create(&desk, "x", "docker.io/library/nginx:1.29", json!({})).0, 201);
}

#[test]
fn calls_that_nobody_needs_are_refused_with_a_message() {
    let bench = Bench::new();
    let desk = bench.desk();
    for (method, target) in [
        ("POST", "/build"),
        ("POST", "/commit?container=x"),
        ("GET", "/events"),
        ("POST", "/swarm/init"),
        ("POST", "/session"),
        ("POST", "/plugins/pull"),
        ("POST", "/auth"),
        ("GET", "/system/df"),
        ("POST", "/images/load"),
        ("POST", "/images/nginx:1.29/push"),
        ("DELETE", "/images/nginx:1.29"),
        ("POST", "/containers/prune"),
        ("POST", "/volumes/prune"),
        ("POST", "/grpc"),
        ("PUT", "/containers/create"),
        ("GET", "/"),
    ] {
        let (status, answer) = call(&desk, method, target, &json!(null));
        assert!(matches!(status, 403 | 404), "{method} {target}: {status}");
        assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    assert!(desk.account().refused.len() <= 20);
    assert_eq!(
        call(
            &desk,
            "GET",
            "/containers/json?filters=%7B%22strange%22%3A%7B%7D%7D",
            &json!(null)
        )
        .0,
        403
    );
    let (status, _) = call(
        &desk,
        "POST",
        "/volumes/create",
        &json!({"Name": "v", "DriverOpts": {"type": "none", "device": "/"}}),
    );
    assert_eq!(status, 403);
    assert!(
        !bench
            .engine
            .calls()
            .iter()
            .any(|call| call.starts_with("create_volume"))
    );
}

#[test]
fn commands_run_in_the_projects_containers_alone() {
    let bench = Bench::new();
    let desk = bench.desk();
    let (_, made) = create(&desk, "shop", APPLICATION, json!({}));
    assert_eq!(
        call(&desk, "POST", "/containers/shop/exec", &json!({"Cmd": ["cat"]})).0,
        409,
        "it does not run"
    );
    assert_eq!(call(&desk, "POST", "/containers/shop/start", &json!(null)).0, 204);
    assert_eq!(
        call(
            &desk,
            "POST",
            "/containers/shop/exec",
            &json!({"Cmd": ["cat"], "Privileged": true})
        )
        .0,
        403
    );
    let (_, exec) = call(
        &desk,
        "POST",
        "/containers/shop/exec",
        &json!({"Cmd": ["cat"], "AttachStdin": true}),
    );
    let id = exec["Id"].as_str().expect("an id");
    let Answer::Hijack(true, work @ Work::Exec(_)) = desk.answer("POST", &format!("/exec/{id}/start"), b"{}") else {
        panic!("a command with input takes the connection over");
    };
    let Answer::Streams(streams) = desk.work(&work, b"hello") else {
        panic!("streams")
    };
    assert_eq!(streams[0], (1, b"hello".to_vec()));
    let (_, shown) = call(&desk, "GET", &format!("/exec/{id}/json"), &json!(null));
    assert_eq!(
        (shown["ExitCode"].as_i64(), shown["Running"].as_bool()),
        (Some(3), Some(false))
    );
    assert_eq!(call(&desk, "POST", &format!("/exec/{id}/start"), &json!({})).0, 409);
    assert_eq!(call(&desk, "POST", "/exec/0123/start", &json!({})).0, 404);
    bench.engine.end(
        &ContainerId(made["Id"].as_str().expect("an id").to_owned()),
        9,
        "the end",
    );
    let (_, shown) = call(&desk, "GET", "/containers/shop/json", &json!(null));
    assert_eq!(
        (shown["State"]["Status"].as_str(), shown["State"]["ExitCode"].as_i64()),
        (Some("exited"), Some(9))
    );
}

#[test]
fn numbers_are_bounded() {
    let bench = Bench::new();
    let desk = bench.desk();
    for number in 0..12 {
        assert_eq!(create(&desk, &format!("c{number}"), APPLICATION, json!({})).0, 201);
    }
    assert_eq!(create(&desk, "one-too-many", APPLICATION, json!({})).0, 403);
    assert_eq!(create(&desk, "c1", APPLICATION, json!({})).0, 409);
    assert_eq!(call(&desk, "DELETE", "/containers/c1", &json!(null)).0, 204);
    assert_eq!(create(&desk, "c1", APPLICATION, json!({})).0, 201);
    for number in 0..8 {
        assert_eq!(
            call(
                &desk,
                "POST",
                "/networks/create",
                &json!({"Name": format!("n{number}")})
            )
            .0,
            201
        );
    }
    assert_eq!(call(&desk, "POST", "/networks/create", &json!({"Name": "n9"})).0, 403);
    assert!(matches!(
        desk.refuse("POST", "/containers/create", "its body is larger than 1 MiB"),
        Answer::Plain(403, _)
    ));
}

#[test]
fn a_port_that_is_taken_fails_the_start() {
    let bench = Bench::new();
    let desk = bench.desk();
    let at = |port: &str| json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": port}]}}});
    create(&desk, "taken", PROXY, at("81"));
    let (status, answer) = call(&desk, "POST", "/containers/taken/start", &json!(null));
    assert_eq!(status, 500);
    assert!(
        answer["message"]
            .as_str()
            .is_some_and(|message| message.contains("in use")),
        "{answer}"
    );
    create(&desk, "any", PROXY, at(""));
    assert_eq!(call(&desk, "POST", "/containers/any/start", &json!(null)).0, 204);
    let (_, shown) = call(&desk, "GET", "/containers/any/json", &json!(null));
    assert_eq!(shown["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"], "49152");
}

#[test]
fn trouble_of_the_engine_is_told_apart_from_refusals() {
    let engine = ScriptedEngine::new(Interrupt::new())
        .with_image(APPLICATION, ImageInfo::default())
        .dies_at("create", 1);
    let engine = Arc::new(engine);
    let info = engine.image(APPLICATION).expect("an answer").expect("an image");
    let session = Session::open(Arc::clone(&engine) as Arc<dyn Engine>, false);
    let grants = BTreeMap::from([(
        APPLICATION.to_owned(),
        Grant {
            info,
            capable: false,
            reachable: true,
        },
    )]);
    let desk = Desk::new(&session, "the-network", "sleeper", &Ports, grants);
    assert_eq!(create(&desk, "x", APPLICATION, json!({})).0, 500);
    let account = desk.account();
    assert!(account.trouble.is_some_and(|trouble| trouble.unreachable) && account.refused.is_empty());
}
