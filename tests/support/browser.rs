//! What tests need from npm, installed once from the lock beside this file's folder `browser/`; and the browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with `node_modules`, as the lock has them. Fails when they cannot be installed.
pub fn packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/browser");
        let lock = fs::read_to_string(own.join("package-lock.json")).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        let installed = folder.join("installed-lock.json");
        if fs::read_to_string(&installed).is_ok_and(|known| known == lock) {
            return folder;
        }
        fs::create_dir_all(&folder).unwrap();
        for name in ["package.json", "package-lock.json"] {
            fs::copy(own.join(name), folder.join(name)).unwrap();
        }
        let output = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .output()
            .expect("npm is needed for the tests of reports");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(installed, lock).unwrap();
        folder
    })
}

/// The browser that the tests drive. Fails when there is none.
pub fn chromium() -> PathBuf {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let found = named.into_iter().chain(
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .flat_map(|name| {
                let path = std::env::var_os("PATH").unwrap_or_default();
                std::env::split_paths(&path)
                    .map(|folder| folder.join(name))
                    .collect::<Vec<_>>()
            }),
    );
    let found = found.into_iter().find(|path| path.is_file());
    found.expect("Chromium is needed for the tests of the HTML report; CHROMIUM may name it")
}
