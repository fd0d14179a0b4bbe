use crate::facts::dockerfile::collect;
use crate::source::Snapshot;

/// The rules that a Dockerfile breaks, with their lines.
fn habits(text: &str) -> Vec<(&'static str, usize)> {
    let facts = collect(&Snapshot::from_files("project", [("Dockerfile", text)]));
    assert!(facts.valid, "{:?}", facts.errors);
    facts.habits.iter().map(|habit| (habit.rule, habit.loc.line)).collect()
}

fn run(script: &str) -> Vec<&'static str> {
    habits(&format!("FROM a:1\nRUN {script}\n"))
        .into_iter()
        .map(|(rule, _)| rule)
        .collect()
}

#[test]
fn a_sound_file_has_none() {
    let text = "FROM python:3.13-slim AS build\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN apt-get update \\\n    # a comment\n    && apt-get install -y --no-install-recommends curl=7.* \\\n    \
                && rm -rf /var/lib/apt/lists/*\nRUN curl https://x.test | tar x\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n\
                FROM build\nCOPY --from=build /a b\nADD https://x.test/a.py /a\nADD a.tar.gz /\nHEALTHCHECK CMD x\nCMD [\"x\"]\n";
    assert_eq!(habits(text), []);
}

#[test]
fn instructions() {
    let text = "FROM a:1 AS one\nMAINTAINER me\nWORKDIR app\nADD a.py /a\nCMD a\nCMD b\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b\nFROM --platform=linux/amd64 b:1 AS three\n\
                COPY x y\nCOPY --from=two /x /y\nCOPY --from=nginx:1 /x /y\nENTRYPOINT a\nENTRYPOINT b\n";
    assert_eq!(
        habits(text),
        [
            ("no-maintainer", 2),
            ("workdir-absolute", 3),
            ("copy-rather-than-add", 4),
            ("one-start-command", 6),
            ("one-healthcheck", 8),
            ("platform-from-builder", 9),
            ("copy-to-known-folder", 10),
            ("copy-from-known-stage", 11),
            ("one-start-command", 14),
        ]
    );
}

#[test]
fn shells_and_packages() {
    assert_eq!(run("cd /a && make"), ["workdir-rather-than-cd"]);
    assert_eq!(run("abcd x; echo 'cd a'"), Vec::<&str>::new());
    assert_eq!(run("sudo make"), ["no-sudo"]);
    assert_eq!(run("a | b"), ["pipes-fail"]);
    assert_eq!(run("a=\"$(b | c)\" d"), ["pipes-fail"]);
    assert_eq!(run("a \"b || $(c || d) | e\""), Vec::<&str>::new());
    assert_eq!(run("set -o pipefail && a | b"), Vec::<&str>::new());
    assert_eq!(run("a || b; c 2>&1; echo 'a | b'"), Vec::<&str>::new());
    assert_eq!(run("apt-get install x"), ["apt-asks-nothing", "apt-without-recommends"]);
    assert_eq!(
        run("apt-get -qqy --no-install-recommends install x"),
        Vec::<&str>::new()
    );
    assert_eq!(
        run("apt-get update && apt-get install -y --no-install-recommends x"),
        ["apt-lists-removed"]
    );
    assert_eq!(
        run("--mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y --no-install-recommends x"),
        Vec::<&str>::new()
    );
    assert_eq!(run("apt update"), ["apt-get-in-scripts", "apt-lists-removed"]);
    assert_eq!(
        run("export A=b; \\\n  apt-get update && \\\n  apt-get install -y x"),
        ["apt-without-recommends", "apt-lists-removed"]
    );
    assert_eq!(run("apk add x"), ["apk-keeps-no-cache"]);
    assert_eq!(run("apk --no-cache add x"), Vec::<&str>::new());
    assert_eq!(run("pip install flask"), ["pip-keeps-no-cache", "pip-names-versions"]);
    assert_eq!(
        run("python -m pip install --no-cache-dir 'flask==3' ."),
        Vec::<&str>::new()
    );
    assert_eq!(
        run("--mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt"),
        Vec::<&str>::new()
    );
    assert_eq!(
        habits("FROM a:1\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask==3\n"),
        []
    );
}

#[test]
fn here_documents_and_resets() {
    assert_eq!(
        habits("FROM a:1\nRUN <<EOF\nset -e\na | b\nEOF\nENTRYPOINT []\nCMD [ ]\n"),
        [("pipes-fail", 2)]
    );
    assert_eq!(habits("FROM a:1\nRUN python3 <<EOF\nx = a | b\nEOF\n"), []);
}

#[test]
fn an_endless_script_ends() {
    let text = format!("FROM a:1\nRUN {}\n", "cd a && ".repeat(40_000));
    assert!(habits(&text).len() <= 300);
}

#[test]
fn risks_have_the_line_of_their_instruction() {
    let text = "FROM a:1\nCOPY --chmod=777 a /a\nCOPY --chmod=755 a /b\nADD --chmod=666 a.tar /c\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n\
                RUN a && \\\n  curl x | sh && chmod 777 /a\n";
    let expected = [
        ("writable-by-few", 2),
        ("writable-by-few", 4),
        ("runs-nothing-unseen", 6),
        ("writable-by-few", 6),
    ];
    assert_eq!(habits(text), expected);
}

#[test]
fn copies_between_stages() {
    let text = "FROM a:1 AS One\nCOPY --from=one /a /b\nCOPY --from=0 /a /b\nCOPY a b /c\nCOPY a b ./\nCOPY a b .\nCOPY a b $C\nFROM scratch\nCOPY --from=One / /\n\
                COPY --from=One /a /\nCOPY --from=One / /x\n";
    let interesting = [
        ("copy-from-other-stage", 2),
        ("copy-from-other-stage", 3),
        ("copy-many-into-folder", 4),
        ("copies-no-whole-system", 9),
    ];
    let mut found = habits(text);
    found.retain(|(rule, _)| !matches!(*rule, "copy-to-known-folder" | "consistent-casing"));
    assert_eq!(found, interesting);
}

#[test]
fn users_and_downloaders() {
    let text = "FROM a:1\nUSER root\nUSER app:app\nUSER 10001:10001\nUSER $WHO\nRUN wget x\nRUN true\nRUN curl x\nRUN echo wget\nFROM a:1\nRUN curl x\n";
    assert_eq!(habits(text), [("user-by-number", 3), ("one-downloader", 8)]);
}
