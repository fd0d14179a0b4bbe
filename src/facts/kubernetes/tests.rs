use super::*;

fn facts(files: &[(&str, &str)]) -> KubernetesFacts {
    collect(&Snapshot::from_files(
        "project",
        files.iter().map(|(path, text)| (*path, text.as_bytes())),
    ))
}

const SOUND: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: loans}}
  template:
    metadata: {labels: {app: loans}}
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
        - name: app
          image: registry.example/loans:1.4.2
          readinessProbe: {httpGet: {path: /ready, port: 8000}}
          livenessProbe: {httpGet: {path: /live, port: 8000}}
          resources: {requests: {cpu: 50m, memory: 96Mi}, limits: {memory: 256Mi}}
          env:
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: loans}, ports: [{port: 80}]}
";

#[test]
fn a_sound_deployment_has_everything_and_no_danger() {
    let facts = facts(&[("k8s/app.yaml", SOUND)]);
    let [container] = facts.containers.as_slice() else {
        panic!("{facts:?}")
    };
    assert!(container.readiness && container.liveness && container.memory_limit && container.requests);
    assert!(container.not_root && container.pinned && container.serves);
    assert_eq!((facts.workloads[0].replicas, container.loc.line), (Some(2), 12));
    assert!(facts.dangers.is_empty() && facts.written_secrets.is_empty() && facts.unmatched_selectors.is_empty());
}

#[test]
fn what_is_wrong_has_its_own_line_in_the_second_document() {
    let text = format!(
        "{SOUND}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: tool}}\nspec:\n  hostNetwork: true\n  volumes:\n    - name: engine\n      hostPath: {{path: /var/run/docker.sock}}\n  \
         containers:\n    - name: tool\n      image: tool:latest\n      securityContext: {{privileged: true, capabilities: {{add: [SYS_ADMIN, NET_BIND_SERVICE]}}}}\n      \
         env:\n        - {{name: API_TOKEN, value: q8Zr4Lx1Vt6W}}\n        - {{name: SECRET_STORE, value: vault}}\n"
    );
    let facts = facts(&[("deploy.yml", &text)]);
    let dangers: Vec<(&str, usize)> = facts
        .dangers
        .iter()
        .map(|danger| (danger.what.as_str(), danger.loc.line))
        .collect();
    assert_eq!(
        dangers,
        [
            ("`hostNetwork: true`", 29),
            ("the host's `/var/run/docker.sock` is mounted", 32),
            ("`privileged: true`", 36),
            ("the capability `SYS_ADMIN`", 36),
        ]
    );
    let tool = &facts.containers[1];
    assert!(!tool.pinned && !tool.not_root && !tool.serves);
    let [secret] = facts.written_secrets.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (secret.what.as_str(), secret.loc.line),
        ("the variable `API_TOKEN`", 38)
    );
    assert!(!format!("{facts:?}").contains("q8Zr4Lx1Vt6W"));
}

#[test]
fn selectors_that_select_nothing_are_told() {
    let facts = facts(&[(
        "app.yaml",
        &SOUND.replace("selector: {app: loans}", "selector: {app: loan}"),
    )]);
    assert_eq!(facts.unmatched_selectors[0].what, "no pod carries `app: loan`");
    let facts = super::collect(&Snapshot::from_files(
        "project",
        [(
            "app.yaml",
            SOUND.replace("labels: {app: loans}", "labels: {app: lones}"),
        )],
    ));
    assert_eq!(facts.unmatched_selectors.len(), 2, "{facts:?}");
}

#[test]
fn an_overlay_a_patch_and_a_template_raise_nothing() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          env: []\n";
    let overlay = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n";
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec: {selector: {app: loans, colour: none}}\n";
    let helm = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}}\nspec: {{- toYaml . }}\n";
    let files = [
        ("base/app.yaml", SOUND),
        ("overlay/kustomization.yaml", overlay),
        ("overlay/patch.yaml", patch),
        ("service.yaml", service),
        ("chart/templates/app.yaml", helm),
    ];
    let facts = facts(&files);
    assert_eq!(facts.containers.len(), 1);
    assert!(facts.unmatched_selectors.is_empty(), "{facts:?}");
}

#[test]
fn a_secret_with_values_is_told_and_one_with_placeholders_is_not() {
    let secret =
        |value: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  url: {value}\n");
    assert_eq!(
        facts(&[("secret.yaml", &secret("Tr0ub4dor-7711"))])
            .written_secrets
            .len(),
        1
    );
    assert!(
        facts(&[("secret.yaml", &secret("\"${DB_URL}\""))])
            .written_secrets
            .is_empty()
    );
    assert!(
        facts(&[("secret.yaml", &secret("change-me"))])
            .written_secrets
            .is_empty()
    );
}

#[test]
fn other_yaml_and_endless_documents_are_left_out() {
    assert!(!facts(&[("compose.yaml", "services: {}\n"), ("values.yaml", "kind: big\n")]).present);
    let many = "---\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'a:1'}]}\n".repeat(3000);
    assert!(facts(&[("many.yaml", &many)]).containers.len() <= MOST);
}
