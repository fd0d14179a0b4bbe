//! What a command does, told by its words.

/// Whether a command starts pytest and runs tests with it.
pub(super) fn is_pytest(words: &[String]) -> bool {
    const ONLY_ASKS: [&str; 7] = [
        "--version",
        "-V",
        "--help",
        "-h",
        "--collect-only",
        "--co",
        "--fixtures",
    ];
    let is_name = |word: &str| {
        let word = word.strip_prefix("--entrypoint=").unwrap_or(word);
        matches!(word.rsplit('/').next().unwrap_or(word), "pytest" | "py.test")
    };
    let program = words.first().map(String::as_str).unwrap_or_default();
    let base = program.rsplit('/').next().unwrap_or_default();
    let container = matches!(base, "docker" | "podman" | "docker-compose")
        && words.iter().any(|word| matches!(word.as_str(), "run" | "exec"));
    let module = |pair: &[String]| matches!(pair, [flag, name] if flag == "-m" && is_name(name));
    let python = base.starts_with("python") || base.starts_with("$") || program.starts_with('$') || base == "-m";
    let starts = is_name(program)
        || (python && words.windows(2).any(module))
        || (container
            && (words.iter().skip(2).any(|word| is_name(word)) || words.iter().any(|w| w.starts_with("pytest "))));
    starts && !words.iter().any(|word| ONLY_ASKS.contains(&word.as_str()))
}

/// Whether a command builds a container image.
pub(super) fn builds_image(words: &[String]) -> bool {
    let at = |index: usize| words.get(index).map(String::as_str).unwrap_or_default();
    let program = at(0).rsplit('/').next().unwrap_or_default();
    let has = |word: &str| words.iter().any(|given| given == word);
    match program {
        "docker" | "podman" | "buildah" | "docker-compose" | "nerdctl" => {
            has("build") || has("bake") || has("bud") || (has("up") && has("--build"))
        }
        "executor" => at(0).contains("kaniko"),
        _ => false,
    }
}

/// Whether a command installs what the project declares. `words` begin with what runs the command, such as `uv run`, if there is one.
pub(super) fn installs_requirements(words: &[String]) -> bool {
    let has = |word: &str| words.iter().any(|given| given == word);
    let program = words.first().map(|word| word.rsplit('/').next().unwrap_or(word));
    let pip = has("pip") || program.is_some_and(|word| word.contains("pip"));
    let listed = words.iter().any(|word| {
        word == "--requirement" || word == "." || word == "-e" || word.starts_with("-r") || word.starts_with(".[")
    });
    let by_tool = match program.unwrap_or_default() {
        "uv" => has("sync") || (has("run") && !has("--no-sync") && !has("--no-project")),
        "poetry" | "pipenv" | "pdm" => has("install") || has("sync"),
        "rye" => has("sync"),
        "pixi" => has("install") || has("run"),
        "hatch" => has("run") || has("test"),
        "conda" | "mamba" | "micromamba" => has("env") && (has("create") || has("update")),
        "pip-sync" | "tox" | "nox" => true,
        // what the image holds is installed when that is built
        "docker" | "podman" | "docker-compose" => is_pytest(words),
        _ => false,
    };
    by_tool || (pip && has("install") && listed)
}
