//! Stages `venv` and `install`: a virtual environment is made and the requirements are installed into it, in a container
//! that holds the requirement files and nothing else of the repository.
//!
//! The environment is compiled and saved as an image whose name is the digest of all that it was made from, so that an
//! unchanged project installs once. The environment's own python never runs here once packages are in it: their `.pth`
//! files would be code of strangers in a container with a network.

use std::time::Duration;

use super::bench::{Bench, Installer, Seen};
use super::command::{self, both, tail};
use super::environment::{Distribution, ENVIRONMENT, Environment, Venv, missing_imports};
use super::environment_cache::{EnvironmentCache, Installed, Key};
use super::recipe::{CERTIFICATES, UV_VERSION, install_environment, is_pinned, key, requirement_files};
use super::upload;
use crate::engine::session::cache_labels;
use crate::engine::{ContainerId, EngineError, EngineObject, ExecOutcome, ImageInfo, sandbox};
use crate::facts::Fact;
use crate::facts::location::Location;
use crate::facts::python::PythonFacts;
use crate::facts::requirements::RequirementsFacts;
use crate::report::time::rfc3339;

/// Lists what is installed; run by the base python.
const INSTALLED: &str = include_str!("installed.py");
/// Memory of an installation, in bytes.
const INSTALL_MEMORY: u64 = 4 << 30;
/// Wall limit of an installation.
const INSTALL_LIMIT: Duration = Duration::from_secs(600);
/// Wall limit of the small steps.
const STEP_LIMIT: Duration = Duration::from_secs(120);
/// The check that tells of a failed installation.
pub const INSTALL_CHECK: &str = "requirements-install";

/// Where an environment comes from.
enum Prepared {
    /// An image of an earlier run.
    Cached(Installed),
    /// A container with an empty environment in it; true when uv is there too.
    Fresh(ContainerId, bool),
}

/// Makes the environment. The two facts come from one container.
pub fn run(
    bench: &Bench<'_>,
    requirements: &RequirementsFacts,
    python: &PythonFacts,
) -> (Fact<Venv>, Fact<Environment>) {
    let cache = EnvironmentCache::open(bench.options.cache_folder.as_deref());
    let mut prepared = None;
    let venv = bench.stage("venv", || {
        let base = bench.ensure_image(&bench.route.python_image, "venv")?;
        let key = key(bench, &base, requirements);
        let found = if bench.options.no_cache {
            None
        } else {
            cache.find(&key, is_pinned(bench, requirements), bench.engine)?
        };
        let cached = found.is_some();
        let (venv, source) = match found {
            Some(installed) => (Venv::made(), Prepared::Cached(installed)),
            None => make(bench, &base, requirements)?,
        };
        if venv.exit_code.is_none()
            && let Some(seen) = bench.out_of_time()
        {
            return Ok(seen);
        }
        prepared = Some((key, source));
        let detail = if venv.made {
            bench.route.python_image.clone()
        } else {
            format!("`{}` failed", venv.command)
        };
        Ok(Seen {
            passed: venv.made,
            fact: Fact::Known(venv),
            cached,
            detail,
        })
    });
    let environment = match (&venv, prepared) {
        (Fact::Known(venv), Some((key, source))) if venv.made => {
            bench.stage("install", || install(bench, requirements, python, &cache, &key, source))
        }
        (Fact::Known(venv), _) => Fact::blocked("venv-creates", format!("`{}` failed", venv.command)),
        (Fact::Unavailable { why }, _) => Fact::unavailable(why.clone()),
        _ => Fact::unavailable("no environment could be made"),
    };
    (venv, environment)
}

/// Installs the requirements into a fresh environment, or takes the one of the cache.
fn install(
    bench: &Bench<'_>,
    requirements: &RequirementsFacts,
    python: &PythonFacts,
    cache: &EnvironmentCache,
    key: &Key,
    source: Prepared,
) -> Result<Seen<Environment>, EngineError> {
    let (container, with_uv) = match source {
        Prepared::Cached(installed) => {
            bench.image_cache().used(&key.image());
            let date = rfc3339(installed.moment());
            let detail = format!("{} packages, installed {}", installed.packages.len(), &date[..10]);
            let fact = Fact::Known(known(bench, requirements, python, key, "cache", installed.packages));
            return Ok(Seen {
                fact,
                passed: true,
                cached: true,
                detail,
            });
        }
        Prepared::Fresh(container, with_uv) => (container, with_uv),
    };
    let installation = install_into(bench, &container, with_uv)?;
    if matches!(installation, Installation::Failed { .. })
        && let Some(seen) = bench.out_of_time()
    {
        return Ok(seen);
    }
    let seen = match installation {
        Installation::Unavailable(why) => Seen {
            fact: Fact::unavailable(why.clone()),
            passed: false,
            cached: false,
            detail: why,
        },
        Installation::Failed { installer, output } => {
            let problem = problem(&output);
            let failed = Environment {
                installed: false,
                files: bench.route.requirements.clone(),
                installer: installer.to_owned(),
                loc: blamed(&output, requirements),
                output: tail(&output, 30),
                problem: Some(problem.clone()),
                packages: Vec::new(),
                missing_imports: Vec::new(),
                image: String::new(),
            };
            Seen {
                fact: Fact::Known(failed),
                passed: false,
                cached: false,
                detail: problem,
            }
        }
        Installation::Done { installer } => {
            let packages = compile_and_list(bench, &container)?;
            let before = bench.engine.image(&key.image())?.map(|image| image.id);
            let made = bench.engine.commit(&container, &key.image(), &cache_labels())?;
            bench.image_cache().used(&key.image());
            if let Some(old) = before.filter(|old| *old != made) {
                // Somebody may run it still; then it stays.
                let _ = bench.engine.remove(&EngineObject::Image(old));
            }
            let installed = Installed::now(packages);
            cache.store(key, &installed);
            let packages = installed.packages;
            let detail = format!("{} packages by {installer}", packages.len());
            let fact = Fact::Known(known(bench, requirements, python, key, installer, packages));
            Seen {
                fact,
                passed: true,
                cached: false,
                detail,
            }
        }
    };
    bench.session.remove(&EngineObject::Container(container.0))?;
    Ok(seen)
}

enum Installation {
    Done { installer: &'static str },
    Failed { installer: &'static str, output: String },
    Unavailable(String),
}

/// Makes an empty virtual environment in a new container, while uv is fetched.
fn make(
    bench: &Bench<'_>,
    base: &ImageInfo,
    requirements: &RequirementsFacts,
) -> Result<(Venv, Prepared), EngineError> {
    let mut spec = sandbox::installer(&base.id, INSTALL_MEMORY);
    spec.environment.extend(install_environment(bench));
    let container = bench.session.start("install", spec)?;
    upload::files(bench, &container, "/work", requirement_files(bench, requirements))?;
    if let Some(certificates) = &bench.options.certificates {
        upload::file(bench, &container, CERTIFICATES, certificates)?;
    }
    let with_uv = bench.options.installer == Installer::Uv && !bench.route.requirements.is_empty();
    let (venv, uv) = std::thread::scope(|scope| {
        let uv = with_uv.then(|| {
            scope.spawn(|| {
                let uv = format!("uv=={UV_VERSION}");
                let pip = [
                    "python",
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-compile",
                    "--target",
                    "/opt/uv",
                    &uv,
                ];
                execute(bench, &container, &pip, "venv", INSTALL_LIMIT)
            })
        });
        let venv = execute(
            bench,
            &container,
            &["python", "-m", "venv", ENVIRONMENT],
            "venv",
            STEP_LIMIT,
        );
        (venv, uv.and_then(|thread| thread.join().ok()))
    });
    let venv = venv?;
    let venv = Venv {
        made: venv.exit_code == Some(0),
        command: Venv::command(),
        exit_code: venv.exit_code,
        output: tail(&both(&venv), 20),
    };
    let uv_is_there = uv.transpose()?.is_some_and(|outcome| outcome.exit_code == Some(0));
    Ok((venv, Prepared::Fresh(container, uv_is_there)))
}

/// Installs the requirements with uv where it is there, and with pip what uv refuses.
fn install_into(bench: &Bench<'_>, container: &ContainerId, with_uv: bool) -> Result<Installation, EngineError> {
    if bench.route.requirements.is_empty() {
        return Ok(Installation::Done {
            installer: "nothing to install",
        });
    }
    let run = |command: &[&str]| execute(bench, container, command, "install", INSTALL_LIMIT);
    let python = format!("{ENVIRONMENT}/bin/python");
    let named: Vec<&str> = bench
        .route
        .requirements
        .iter()
        .flat_map(|file| ["-r", file.as_str()])
        .collect();
    if with_uv {
        // `--no-build`: no package code runs while it is installed. What has no wheel is left to pip.
        let mut command = vec![
            "/opt/uv/bin/uv",
            "pip",
            "install",
            "--no-cache",
            "--no-build",
            "--python",
            &python,
        ];
        command.extend(&named);
        if run(&command)?.exit_code == Some(0) {
            return Ok(Installation::Done { installer: "uv" });
        }
    }
    let mut command = vec![
        python.as_str(),
        "-m",
        "pip",
        "install",
        "--no-input",
        "--no-compile",
        "--no-cache-dir",
    ];
    command.extend(&named);
    let outcome = run(&command)?;
    let output = both(&outcome);
    Ok(match outcome.exit_code {
        Some(0) => Installation::Done { installer: "pip" },
        None => Installation::Failed {
            installer: "pip",
            output: format!("{output}\nERROR: it did not end in time"),
        },
        Some(_) if is_network_trouble(&output) => Installation::Unavailable(
            "the package index could not be reached; a proxy or an index of your own is taken from HTTPS_PROXY, \
             PIP_INDEX_URL and SSL_CERT_FILE"
                .to_owned(),
        ),
        Some(_) => Installation::Failed {
            installer: "pip",
            output,
        },
    })
}

/// Compiles what was installed and lists it, both by the base python, and removes what only the installation needed.
fn compile_and_list(bench: &Bench<'_>, container: &ContainerId) -> Result<Vec<Distribution>, EngineError> {
    // -I -S: isolated and without `site`, so that no `.pth` file of a package runs. Type checkers and pip itself are large, and
    // no test imports them.
    let script = format!(
        "rm -rf /opt/uv; site=$(echo {ENVIRONMENT}/lib/python*/site-packages); \
         python -I -S -m compileall -q -j 0 -x '/site-packages/(mypy|mypyc|pip)/' \"$site\" >/dev/null 2>&1; \
         exec python -I -S -c \"$0\" \"$site\""
    );
    let outcome = execute(
        bench,
        container,
        &["sh", "-c", &script, INSTALLED],
        "install",
        INSTALL_LIMIT,
    )?;
    Ok(serde_json::from_slice(&outcome.stdout).unwrap_or_default())
}

fn execute(
    bench: &Bench<'_>,
    container: &ContainerId,
    words: &[&str],
    stage: &'static str,
    limit: Duration,
) -> Result<ExecOutcome, EngineError> {
    let mut request = command::request(bench, words, limit);
    request.working_directory = Some("/work".to_owned());
    request.output_limit = 1024 * 1024;
    bench.engine.exec(container, &request, &mut bench.output_of(stage))
}

fn known(
    bench: &Bench<'_>,
    requirements: &RequirementsFacts,
    python: &PythonFacts,
    key: &Key,
    installer: &str,
    packages: Vec<Distribution>,
) -> Environment {
    Environment {
        installed: true,
        files: bench.route.requirements.clone(),
        installer: installer.to_owned(),
        problem: None,
        output: String::new(),
        loc: None,
        missing_imports: missing_imports(bench, requirements, python, &packages),
        packages,
        image: key.image(),
    }
}

/// The installer's own word for what went wrong.
fn problem(output: &str) -> String {
    let line = output
        .lines()
        .rev()
        .find(|line| line.to_ascii_lowercase().contains("error:"));
    let line = line
        .or_else(|| output.lines().rev().find(|line| !line.trim().is_empty()))
        .unwrap_or("no output");
    line.trim()
        .trim_start_matches("ERROR: ")
        .trim_start_matches("error: ")
        .chars()
        .take(300)
        .collect()
}

/// The requirement that the output names; the last one named is the one that pip gave up on.
fn blamed(output: &str, requirements: &RequirementsFacts) -> Option<Location> {
    let last = problem(output).to_ascii_lowercase().replace('_', "-");
    requirements
        .entries
        .iter()
        .find(|entry| !entry.name.is_empty() && last.contains(&entry.name))
        .map(|entry| entry.loc.clone())
}

fn is_network_trouble(output: &str) -> bool {
    [
        "Temporary failure in name resolution",
        "Failed to establish a new connection",
        "Max retries exceeded",
        "Network is unreachable",
        "Read timed out",
    ]
    .iter()
    .any(|sign| output.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installers_own_word_is_taken() {
        let output = "Collecting x\nERROR: Could not find a version\nERROR: No matching distribution found for flsk==9\n[notice] new pip\n";
        assert_eq!(problem(output), "No matching distribution found for flsk==9");
        assert_eq!(problem("plain\n\n"), "plain");
        assert_eq!(problem(""), "no output");
    }

    #[test]
    fn network_trouble_is_not_the_candidates_fault() {
        assert!(is_network_trouble(
            "WARNING: Retrying … [Errno -3] Temporary failure in name resolution"
        ));
        assert!(!is_network_trouble("ERROR: No matching distribution found for flsk"));
    }
}
