//! Tests of the snapshot.

use std::fs;
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, bytes) in files {
        write(folder.path(), path, bytes);
    }
    folder
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn read(root: &Path) -> Snapshot {
    Snapshot::from_folder(root, &Limits::default()).unwrap()
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files().iter().map(|file| file.path.as_str()).collect()
}

/// A repository with everything beneath `root` committed; `force` adds ignored files too.
fn commit(root: &Path, force: bool) -> git2::Repository {
    let repository = git2::Repository::init(root).unwrap();
    let mut index = repository.index().unwrap();
    let option = if force {
        git2::IndexAddOption::FORCE
    } else {
        git2::IndexAddOption::DEFAULT
    };
    index.add_all(["*"], option, None).unwrap();
    index.write().unwrap();
    let tree = index.write_tree().unwrap();
    let author = git2::Signature::new("Ada", "ada@example.org", &git2::Time::new(1_700_000_000, 0)).unwrap();
    {
        let tree = repository.find_tree(tree).unwrap();
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        repository
            .commit(
                Some("HEAD"),
                &author,
                &author,
                "Add everything\n\nWith a body.",
                &tree,
                &parents,
            )
            .unwrap();
    }
    repository
}

#[test]
fn gitignore_files_count_without_a_repository() {
    let folder = folder(&[
        (".gitignore", b".venv/\n*.log\n!keep.log\n"),
        (".venv/pyvenv.cfg", b"home"),
        ("a.log", b""),
        ("keep.log", b""),
        ("sub/.gitignore", b"/here.txt\n"),
        ("sub/here.txt", b""),
        ("sub/deep/here.txt", b""),
    ]);
    let snapshot = read(folder.path());
    assert_eq!(
        paths(&snapshot),
        [".gitignore", "keep.log", "sub/.gitignore", "sub/deep/here.txt"]
    );
    assert!(snapshot.git().is_none());
    assert_eq!(
        snapshot.root_label(),
        folder.path().file_name().unwrap().to_str().unwrap()
    );
}

#[test]
fn a_committed_environment_is_seen_though_ignored_and_never_read() {
    let folder = folder(&[
        (".gitignore", b"venv/\n"),
        ("app.py", b"import os\n"),
        ("venv/pyvenv.cfg", b"home = /usr\n"),
        ("venv/lib/python3.13/site-packages/flask/app.py", b"print(1)\n"),
    ]);
    commit(folder.path(), true);
    let snapshot = read(folder.path());
    let [environment] = snapshot.environments() else {
        panic!("{:?}", snapshot.environments())
    };
    assert_eq!(
        (environment.path.as_str(), environment.tracked, environment.files),
        ("venv", true, 2)
    );
    assert_eq!(environment.evidence, "venv/pyvenv.cfg");
    let inner = snapshot.get("venv/lib/python3.13/site-packages/flask/app.py").unwrap();
    assert!(inner.environment && inner.bytes().is_none());
    assert_eq!(snapshot.sources().count(), 2);
}

#[test]
fn an_environment_without_its_configuration_is_recognised_by_its_library() {
    let files = [
        ("tools/env/Lib/site-packages/a.py", ""),
        ("tools/env/Scripts/activate", ""),
        ("tools/run.py", ""),
    ];
    let snapshot = Snapshot::from_files("x", files);
    assert_eq!(snapshot.environments()[0].path, "tools/env");
    assert_eq!(
        snapshot.sources().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["tools/run.py"]
    );
}

#[test]
fn templates_are_written_but_are_no_sources() {
    let files = [("app.py", ""), ("{{cookiecutter.name}}/pyproject.toml", "{% if x %}")];
    let snapshot = Snapshot::from_files("x", files);
    let paths = |files: &mut dyn Iterator<Item = &File>| files.map(|file| file.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&mut snapshot.sources()), ["app.py"]);
    assert_eq!(
        paths(&mut snapshot.written()),
        ["app.py", "{{cookiecutter.name}}/pyproject.toml"]
    );
}

#[test]
fn git_state_tells_changes_from_clean_files() {
    let folder = folder(&[
        ("a.txt", b"one\n"),
        ("b.txt", b"two\n"),
        (".gitignore", b"ignored\n"),
        ("ignored", b""),
    ]);
    commit(folder.path(), false);
    let state = read(folder.path()).git().cloned().unwrap();
    assert!(state.changed.is_empty() && state.untracked.is_empty(), "{state:?}");
    assert_eq!(state.commits.len(), 1);
    assert_eq!(
        (state.commits[0].subject.as_str(), state.commits[0].has_body),
        ("Add everything", true)
    );
    write(folder.path(), "a.txt", b"changed\n");
    fs::remove_file(folder.path().join("b.txt")).unwrap();
    write(folder.path(), "new.txt", b"");
    let snapshot = read(folder.path());
    let state = snapshot.git().unwrap();
    assert_eq!(state.changed, ["a.txt", "b.txt"]);
    assert_eq!(state.untracked, ["new.txt"]);
    assert!(snapshot.get("a.txt").unwrap().tracked && !snapshot.get("new.txt").unwrap().tracked);
}

#[test]
fn a_subfolder_is_read_as_part_of_the_enclosing_repository() {
    let folder = folder(&[
        (".gitignore", b"*.log\n"),
        ("app/main.py", b""),
        ("app/x.log", b""),
        ("other.py", b""),
    ]);
    commit(folder.path(), false);
    let snapshot = read(&folder.path().join("app"));
    assert_eq!(paths(&snapshot), ["main.py"]);
    assert_eq!(snapshot.git().unwrap().prefix, "app");
    assert!(snapshot.get("main.py").unwrap().tracked);
}

#[test]
fn a_folder_unknown_to_the_enclosing_repository_is_not_its_part() {
    let folder = folder(&[("a.txt", b"")]);
    commit(folder.path(), false);
    write(folder.path(), "inner/b.txt", b"");
    assert!(read(&folder.path().join("inner")).git().is_none());
}

#[test]
fn a_file_as_young_as_the_index_is_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    fs::write(&file, "one").unwrap();
    commit(folder.path(), false);
    let set = |path: &Path, time| fs::File::options().append(true).open(path).unwrap().set_modified(time);
    let (index, written) = (
        folder.path().join(".git/index"),
        file.metadata().unwrap().modified().unwrap(),
    );
    fs::write(&file, "two").unwrap();
    set(&file, written).unwrap();
    let changed = || read(folder.path()).git().unwrap().changed.clone();
    set(&index, written).unwrap();
    assert_eq!(changed(), ["a.txt"]);
    set(&index, written + std::time::Duration::from_secs(1)).unwrap();
    assert!(
        changed().is_empty(),
        "its size and time are those of the index, which is younger"
    );
}

#[test]
fn hostile_git_configuration_is_not_obeyed() {
    let secret = folder(&[("secret.txt", b"host")]);
    let folder = folder(&[("a.txt", b"")]);
    commit(folder.path(), false);
    let configuration = format!(
        "[core]\n\tworktree = {0}\n\trepositoryformatversion = 99\n[include]\n\tpath = {0}/secret.txt\n[\n",
        secret.path().display()
    );
    fs::write(folder.path().join(".git/config"), configuration).unwrap();
    let snapshot = read(folder.path());
    assert_eq!(paths(&snapshot), ["a.txt"]);
    assert_eq!(snapshot.git().unwrap().commits.len(), 1);
}

#[test]
fn a_git_file_that_points_elsewhere_is_refused() {
    let elsewhere = folder(&[("x", b"")]);
    commit(elsewhere.path(), false);
    let folder = folder(&[("a.txt", b"")]);
    fs::write(
        folder.path().join(".git"),
        format!("gitdir: {}/.git\n", elsewhere.path().display()),
    )
    .unwrap();
    let snapshot = read(folder.path());
    assert!(snapshot.git().is_none());
    assert!(
        snapshot
            .notes()
            .iter()
            .any(|note| note.what.contains("outside the target")),
        "{:?}",
        snapshot.notes()
    );
}

#[test]
fn a_linked_work_tree_inside_its_repository_is_followed() {
    let folder = folder(&[("a.txt", b"")]);
    let repository = commit(folder.path(), false);
    repository.worktree("side", &folder.path().join("side"), None).unwrap();
    let snapshot = read(&folder.path().join("side"));
    assert_eq!(snapshot.git().unwrap().branch.as_deref(), Some("side"));
    assert!(snapshot.get("a.txt").unwrap().tracked);
}

#[test]
fn alternates_end_the_reading_of_git() {
    let folder = folder(&[("a.txt", b"")]);
    commit(folder.path(), false);
    write(folder.path(), ".git/objects/info/alternates", b"/somewhere/objects\n");
    let snapshot = read(folder.path());
    assert!(snapshot.git().is_none());
    assert_eq!(paths(&snapshot), ["a.txt"]);
}

#[test]
fn a_damaged_index_is_noted() {
    let folder = folder(&[("a.txt", b"")]);
    commit(folder.path(), false);
    fs::write(folder.path().join(".git/index"), b"DIRCgarbage").unwrap();
    let snapshot = read(folder.path());
    assert!(snapshot.notes().iter().any(|note| note.path == ".git/index"));
    assert!(snapshot.get("a.txt").unwrap().tracked);
}

#[cfg(unix)]
#[test]
fn links_are_recorded_and_never_followed() {
    let outside = folder(&[("secret.txt", b"host")]);
    let folder = folder(&[("a.txt", b"")]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("passwd")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("loop")).unwrap();
    let snapshot = read(folder.path());
    assert_eq!(paths(&snapshot), ["a.txt"]);
    assert_eq!(snapshot.links().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_tracked_path_through_a_link_is_not_read() {
    let outside = folder(&[("secret.txt", b"host")]);
    let folder = folder(&[("dir/secret.txt", b"mine")]);
    commit(folder.path(), false);
    fs::remove_dir_all(folder.path().join("dir")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("dir")).unwrap();
    assert!(read(folder.path()).get("dir/secret.txt").is_none());
}

#[cfg(unix)]
#[test]
fn fifos_are_skipped_wherever_they_lie() {
    let folder = folder(&[("a.txt", b"")]);
    commit(folder.path(), false);
    for path in ["fifo.py", ".gitignore", ".git/packed-refs"] {
        let status = std::process::Command::new("mkfifo")
            .arg(folder.path().join(path))
            .status()
            .unwrap();
        assert!(status.success());
    }
    let snapshot = read(folder.path());
    assert_eq!(paths(&snapshot), ["a.txt"]);
    assert!(snapshot.notes().iter().any(|note| note.path == "fifo.py"));
    let pack = folder.path().join(".git/objects/pack");
    fs::create_dir_all(&pack).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(pack.join("pack-1.idx"))
            .status()
            .unwrap()
            .success()
    );
    assert!(read(folder.path()).git().is_none());
}

#[cfg(unix)]
#[test]
fn odd_names_stay_distinct_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("plain", b""), ("new\nline", b""), ("-rf", b"")]);
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), b"").unwrap();
    fs::write(folder.path().join("bad\\xff"), b"").unwrap();
    fs::write(folder.path().join("Plain"), b"").unwrap();
    let snapshot = read(folder.path());
    assert_eq!(
        paths(&snapshot),
        ["-rf", "Plain", "bad\\\\xff", "bad\\xff", "new\\nline", "plain"]
    );
    assert_eq!(snapshot.get("bad\\xff").unwrap().raw_path, b"bad\xff");
    assert!(
        snapshot
            .notes()
            .iter()
            .any(|note| note.what.contains("upper and lower case"))
    );
}

#[test]
fn limits_are_noted_and_shallow_files_come_first() {
    let folder = TempDir::new().unwrap();
    for number in 0..50 {
        write(folder.path(), &format!("a/{number}.txt"), b"x");
    }
    write(folder.path(), "z.txt", b"0123456789");
    let limits = Limits {
        files: 20,
        file_bytes: 4,
        ..Limits::default()
    };
    let snapshot = Snapshot::from_folder(folder.path(), &limits).unwrap();
    assert_eq!(snapshot.files().len(), 20);
    assert!(matches!(snapshot.get("z.txt").unwrap().content, Content::Hashed(_)));
    assert!(
        snapshot
            .notes()
            .iter()
            .any(|note| note.what.contains("more than 20 files"))
    );
}

#[test]
fn a_sparse_file_of_a_terabyte_is_not_read() {
    let folder = folder(&[]);
    let file = fs::File::create(folder.path().join("huge.bin")).unwrap();
    if file.set_len(1 << 40).is_err() {
        return;
    }
    let start = Instant::now();
    let snapshot = read(folder.path());
    assert_eq!(snapshot.get("huge.bin").unwrap().content, Content::Unread);
    assert!(start.elapsed().as_secs() < 5);
}

#[cfg(unix)]
#[test]
fn a_tree_of_thousands_of_levels_ends_at_the_limit() {
    let folder = folder(&[("a.txt", b"")]);
    let start = Instant::now();
    // the path grows too long for the operating system, so the levels are made by renaming
    let mut top = folder.path().join("d0");
    fs::create_dir(&top).unwrap();
    for level in 1..2000 {
        let next = folder.path().join(format!("d{level}"));
        fs::create_dir(&next).unwrap();
        fs::rename(&top, next.join("d")).unwrap();
        top = next;
    }
    let snapshot = read(folder.path());
    assert_eq!(paths(&snapshot), ["a.txt"]);
    assert!(snapshot.notes().iter().any(|note| note.what.contains("deeper than")));
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn encodings() {
    assert_eq!(decode(b"\xef\xbb\xbfa").encoding, Encoding::Utf8Bom);
    let little = decode(b"\xff\xfea\0\n\0");
    assert_eq!(
        (little.content.as_ref(), little.encoding, little.lossy),
        ("a\n", Encoding::Utf16Le, false)
    );
    assert_eq!(decode(b"\xfe\xff\0a").content, "a");
    assert!(decode(b"\xff\xfea\0\n").lossy);
    assert!(decode(b"caf\xe9").lossy);
}

#[test]
fn the_tree_hash_covers_paths_and_contents() {
    let one = Snapshot::from_files("x", [("a", "1"), ("b", "2")]);
    let same = Snapshot::from_files("y", [("b", "2"), ("a", "1")]);
    let other = Snapshot::from_files("x", [("a", "12"), ("b", "")]);
    assert_eq!(one.tree_hash(), same.tree_hash());
    assert_ne!(one.tree_hash(), other.tree_hash());
    assert_eq!(one.tree_hash().len(), 64);
}

#[test]
fn yaml_is_bounded() {
    let start = Instant::now();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(yaml::parse(&bomb).is_err());
    let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(400_000), "*a, ".repeat(20_000));
    assert!(yaml::parse(&long).is_err());
    assert!(yaml::parse(&"[".repeat(100_000)).is_err());
    assert!(yaml::parse(&"- ".repeat(50_000)).is_err());
    assert!(yaml::parse(&"? ".repeat(50_000)).is_err());
    assert!(yaml::parse("a: &a [*a]").is_err());
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn yaml_has_places_and_merges() {
    let root = yaml::parse("on: [push]\nbase: &b {x: 1}\njob:\n  <<: *b\n  y: true\n").unwrap();
    assert_eq!(root.get("on").unwrap().texts(), ["push"]);
    let job = root.get("job").unwrap();
    assert_eq!(job.get("x").and_then(|node| node.text()), Some("1"));
    let y = job.get("y").unwrap();
    assert!(y.is_true());
    assert_eq!((y.line, y.column), (5, 6));
}
