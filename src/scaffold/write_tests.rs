//! Tests of [`super`].

use std::cell::Cell;

use super::*;

fn files() -> Vec<PlannedFile> {
    ["a.txt", "b/c.txt", "b/d/e.txt", "run.sh"]
        .map(|path| PlannedFile {
            path: path.to_owned(),
            bytes: path.as_bytes().to_vec().into(),
            executable: path == "run.sh",
        })
        .into()
}

fn first() -> FirstCommit {
    FirstCommit {
        identity: Identity {
            name: "Ada".into(),
            email: "ada@example.com".into(),
        },
        message: "Scaffold".into(),
    }
}

fn one(
    files: &[PlannedFile],
    directory: &Path,
    commit: Option<&FirstCommit>,
    interrupted: &dyn Fn() -> bool,
) -> Result<Option<String>, Error> {
    let part = Part {
        folder: "",
        files,
        commit,
    };
    write(&[part], directory, interrupted).map(|mut ids| ids.remove(0))
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_project_is_written_whole() {
    let (_keep, home) = home();
    let target = home.join("x/y/new");
    let id = one(&files(), &target, Some(&first()), &|| false).unwrap().unwrap();
    assert_eq!(id.len(), 40);
    assert_eq!(entries(&target), [".git", "a.txt", "b", "run.sh"]);
    assert_eq!(fs::read(target.join("b/d/e.txt")).unwrap(), b"b/d/e.txt");
    assert_eq!(entries(&home.join("x/y")), ["new"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_the_usual_ones() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_keep, home) = home();
    let target = home.join("new");
    one(&files(), &target, None, &|| false).unwrap();
    fs::create_dir(home.join("usual")).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(target.clone()), mode(home.join("usual")));
    assert_eq!(mode(target.join("run.sh")) & 0o100, 0o100);
    assert_eq!(mode(target.join("a.txt")) & 0o111, 0);
}

#[test]
fn an_empty_folder_is_filled_and_stays_the_same_folder() {
    let (_keep, home) = home();
    let target = home.join("new");
    fs::create_dir(&target).unwrap();
    #[cfg(unix)]
    let before = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&target).unwrap());
    one(&files(), &target, Some(&first()), &|| false).unwrap();
    assert_eq!(entries(&target), [".git", "a.txt", "b", "run.sh"]);
    #[cfg(unix)]
    assert_eq!(
        before,
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(&target).unwrap())
    );
}

#[test]
fn an_interruption_at_any_point_leaves_nothing() {
    let (_keep, home) = home();
    for exists in [false, true] {
        let mut stop = 0;
        loop {
            let target = home.join("x/new");
            if exists {
                fs::create_dir_all(&target).unwrap();
            }
            let asked = Cell::new(0);
            let interrupted = || {
                asked.set(asked.get() + 1);
                asked.get() > stop
            };
            match one(&files(), &target, Some(&first()), &interrupted) {
                Err(Error::Interrupted) if exists => assert!(entries(&target).is_empty()),
                Err(Error::Interrupted) => assert!(entries(&home).is_empty()),
                other => {
                    other.unwrap();
                    break;
                }
            }
            stop += 1;
        }
        assert!(stop > files().len());
        fs::remove_dir_all(home.join("x")).unwrap();
    }
}

#[test]
fn a_failure_leaves_nothing() {
    let (_keep, home) = home();
    let mut bad = files();
    bad.push(PlannedFile {
        path: "a.txt".into(),
        ..bad[0].clone()
    });
    assert!(one(&bad, &home.join("new"), None, &|| false).is_err());
    for path in ["../out", "/out", "a/../../out", ".git/hooks/pre-commit"] {
        bad.pop();
        bad.push(PlannedFile {
            path: path.into(),
            ..bad[0].clone()
        });
        assert!(one(&bad, &home.join("new"), None, &|| false).is_err(), "{path}");
    }
    assert!(entries(&home).is_empty());
}

#[test]
fn what_appears_in_the_meantime_is_kept() {
    let (_keep, home) = home();
    for exists in [false, true] {
        let target = home.join("new");
        if exists {
            fs::create_dir(&target).unwrap();
        }
        let interrupted = || {
            let _ = fs::create_dir(&target);
            fs::write(target.join("a.txt"), "mine").unwrap();
            false
        };
        assert!(matches!(
            one(&files(), &target, None, &interrupted),
            Err(Error::Target { .. })
        ));
        assert_eq!(entries(&target), ["a.txt"]);
        assert_eq!(fs::read(target.join("a.txt")).unwrap(), b"mine");
        assert_eq!(entries(&home), ["new"]);
        fs::remove_dir_all(&target).unwrap();
    }
}

#[test]
fn occupied_targets_are_refused() {
    let (_keep, home) = home();
    fs::create_dir_all(home.join("full/inner")).unwrap();
    fs::write(home.join("file"), "x").unwrap();
    for target in ["full", "file", "file/new", ""] {
        assert!(
            matches!(Target::check(&home.join(target)), Err(Error::Target { .. })),
            "{target}"
        );
    }
    assert!(Target::check(&home.join("full/../new")).is_ok());
    assert_eq!(Target::check(&home.join("full/../new")).unwrap().path, home.join("new"));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_refused() {
    use std::os::unix::fs::symlink;
    let (_keep, home) = home();
    fs::create_dir_all(home.join("real/empty")).unwrap();
    symlink(home.join("real"), home.join("link")).unwrap();
    symlink(home.join("real/empty"), home.join("to-empty")).unwrap();
    symlink(home.join("nowhere"), home.join("dangling")).unwrap();
    symlink(home.join("self"), home.join("self")).unwrap();
    for target in [
        "link/new",
        "link/empty",
        "to-empty",
        "dangling",
        "dangling/new",
        "self",
        "self/new",
        "link/../new",
    ] {
        let error = one(&files(), &home.join(target), None, &|| false);
        assert!(matches!(error, Err(Error::Target { .. })), "{target}: {error:?}");
    }
    assert!(entries(&home.join("real/empty")).is_empty());
    assert_eq!(entries(&home), ["dangling", "link", "real", "self", "to-empty"]);
}
