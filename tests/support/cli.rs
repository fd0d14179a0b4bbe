//! The test context: the built binary in an environment of its own.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a test waits for something that happens at once on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A home and a work folder that only one test uses. Nothing of the caller's environment but `PATH` gets in.
pub struct Context {
    folder: tempfile::TempDir,
}

/// How a run ended.
pub struct Run {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Checks the exit code and returns the run; shows everything when it is another.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Checks that standard error holds every part.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in\n{}", self.err);
        }
        self
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Context {
    /// An empty home and an empty work folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder }
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("home")
    }

    /// The folder in which commands run.
    pub fn work(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("work")
    }

    /// Writes the user's git configuration.
    pub fn configure_git(&self, text: &str) {
        fs::write(self.home().join(".gitconfig"), text).unwrap();
    }

    /// A command in this context.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TERM", "xterm")
            .current_dir(self.work())
            .stdin(Stdio::null());
        command
    }

    /// The binary with arguments.
    pub fn proofolio(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_proofolio"));
        command.args(arguments);
        command
    }

    /// Runs the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.proofolio(arguments).output().unwrap().into()
    }

    /// Runs git in a folder and returns what it prints.
    #[track_caller]
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self
            .command("git")
            .current_dir(folder)
            .args(arguments)
            .output()
            .unwrap();
        let run = Run::from(output).ends(0);
        run.out
    }

    /// Every file below a folder but those of git, with its content.
    pub fn files(&self, folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() && entry.file_name() != ".git" {
                    folders.push(path);
                } else if path.is_file() {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    files.push((name, fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    /// Asserts that nothing is in the work folder but these names.
    #[track_caller]
    pub fn holds(&self, expected: &[&str]) {
        let mut names: Vec<String> = fs::read_dir(self.work())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, expected);
    }

    /// Runs the binary on a pseudo-terminal.
    pub fn terminal(&self, arguments: &[&str]) -> Terminal {
        let quoted: Vec<String> = [env!("CARGO_BIN_EXE_proofolio")]
            .iter()
            .chain(arguments)
            .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
            .collect();
        let mut child = self
            .command("script")
            .args([
                "-qec",
                &format!("stty cols 100 rows 40; exec {}", quoted.join(" ")),
                "/dev/null",
            ])
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal {
            child,
            receiver,
            seen: Vec::new(),
            from: 0,
        }
    }
}

/// A program on a pseudo-terminal (util-linux' `script`).
pub struct Terminal {
    child: Child,
    receiver: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    from: usize,
}

impl Terminal {
    /// Waits until a text is shown after the last one that was waited for.
    #[track_caller]
    pub fn expect(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let fresh = &self.seen[self.from..];
            if let Some(at) = fresh.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.from += at + text.len();
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.receiver.recv_timeout(left) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(_) => panic!("{text:?} does not come after\n{}", String::from_utf8_lossy(&self.seen)),
            }
        }
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Waits for the end and returns the exit code and all that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        while let Ok(bytes) = self.receiver.recv_timeout(PATIENCE) {
            self.seen.extend(bytes);
        }
        let status = self.child.wait().unwrap();
        (status.code(), String::from_utf8_lossy(&self.seen).into_owned())
    }
}
