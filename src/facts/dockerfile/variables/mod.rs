//! Variables that are empty where they are used, because no `ARG` or `ENV` sets them there.
//!
//! An `ARG` holds from its line to the end of its stage and in stages that start from it; one before the first `FROM` holds in
//! `FROM` lines alone. What the base image sets is known of few images, so a variable of another one is reported only
//! where the file itself tells that it was meant to be set: by an `ARG` out of reach, or by a name that differs in a letter.

mod images;
mod script;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use parse_dockerfile as docker;

use super::expansion::{Use, global_defaults, pairs, paths, substitute, uses};
use super::model::UnsetVariable;
use crate::facts::location::Location;

type Locate<'a> = &'a dyn Fn(usize) -> Location;

/// Most variables that are reported.
const MOST: usize = 200;
/// Most stages that are read.
const STAGES: usize = 100;
/// Most names that a stage declares.
const NAMES: usize = 300;
/// What a shell sets and the builder does not.
const OF_THE_SHELL: [&str; 6] = ["HOME", "USER", "PWD", "SHELL", "HOSTNAME", "UID"];

/// What holds at a line of a stage.
#[derive(Debug, Clone, Default)]
struct Scope {
    declared: HashSet<String>,
    /// What the base image sets; none where that is not known.
    environment: Option<&'static [&'static str]>,
    /// The base image as written, in small letters. What it is chosen by, it often sets itself.
    image: String,
    /// Scripts are for another shell than POSIX.
    foreign_shell: bool,
}

/// The variables of a file that are not set.
pub(super) fn read(dockerfile: &docker::Dockerfile<'_>, locate: Locate<'_>) -> Vec<UnsetVariable> {
    let defaults = global_defaults(dockerfile);
    let mut reader = Reader {
        locate,
        escape: dockerfile
            .parser_directives
            .escape
            .as_ref()
            .map_or('\\', |escape| escape.value.value),
        arguments: arguments_of_stages(dockerfile),
        defaults: &defaults,
        reported: HashSet::new(),
        found: Vec::new(),
    };
    let mut scopes: HashMap<String, Scope> = HashMap::new();
    for (number, stage) in dockerfile.stages().enumerate().take(STAGES) {
        reader.from(stage.from);
        reader.reported.clear();
        let (image, _) = substitute(&stage.from.image.value, &defaults);
        let mut scope = scopes.get(&image.to_lowercase()).cloned().unwrap_or_else(|| Scope {
            environment: images::environment(&image),
            image: stage.from.image.value.to_lowercase(),
            ..Scope::default()
        });
        for instruction in stage.instructions {
            reader.instruction(instruction, number, &mut scope);
        }
        scopes.insert(number.to_string(), scope.clone());
        if let Some((_, name)) = &stage.from.as_ {
            scopes.insert(name.value.to_lowercase(), scope);
        }
    }
    reader.found
}

/// The arguments that stages declare: the names, with the number and the name of each one's first two stages.
fn arguments_of_stages(dockerfile: &docker::Dockerfile<'_>) -> HashMap<String, Vec<(usize, String)>> {
    let mut arguments: HashMap<String, Vec<(usize, String)>> = HashMap::new();
    for (number, stage) in dockerfile.stages().enumerate().take(STAGES) {
        let label = match &stage.from.as_ {
            Some((_, name)) => name.value.chars().take(60).collect(),
            None => number.to_string(),
        };
        for instruction in stage.instructions {
            if let docker::Instruction::Arg(arg) = instruction {
                for (name, _) in pairs(&arg.arguments.value) {
                    let places = arguments.entry(name).or_default();
                    if places.len() < 2 && places.last().is_none_or(|(last, _)| *last != number) {
                        places.push((number, label.clone()));
                    }
                }
            }
        }
    }
    arguments
}

struct Reader<'a> {
    locate: Locate<'a>,
    escape: char,
    arguments: HashMap<String, Vec<(usize, String)>>,
    defaults: &'a HashMap<String, String>,
    /// Of the stage that is read, so that each name is reported once.
    reported: HashSet<String>,
    found: Vec<UnsetVariable>,
}

impl Reader<'_> {
    fn push(&mut self, name: &str, keyword: &'static str, reason: &'static str, other: Option<String>, offset: usize) {
        if self.found.len() < MOST && self.reported.insert(name.to_owned()) {
            self.found.push(UnsetVariable {
                name: name.chars().take(100).collect(),
                keyword,
                reason,
                other,
                loc: (self.locate)(offset),
            });
        }
    }

    /// The image and the platform of a stage: only what stands before the first `FROM` counts, and the builder's own.
    fn from(&mut self, from: &docker::FromInstruction<'_>) {
        self.reported.clear();
        let start = from.from.span.start;
        let platform = from.options.iter().filter_map(|flag| flag.value.as_ref());
        let texts: Vec<&str> = platform.chain([&from.image]).map(|text| text.value.as_ref()).collect();
        let mut unset = false;
        let mut without_default = None;
        let escape = self.escape;
        for used in texts.iter().flat_map(|text| uses(text, escape)) {
            let name = used.name;
            if used.guarded || images::OF_THE_BUILDER.contains(&name) {
                continue;
            }
            match self.defaults.get(name) {
                Some(value) if value.is_empty() => without_default = without_default.or(Some(name)),
                Some(_) => {}
                None => {
                    unset = true;
                    if let Some((_, stage)) = self.arguments.get(name).and_then(|places| places.first()).cloned() {
                        self.push(name, "FROM", "other-stage", Some(stage), start);
                    } else {
                        let other = nearest(name, self.defaults.keys());
                        let reason = if other.is_some() { "misspelt" } else { "nowhere" };
                        self.push(name, "FROM", reason, other, start);
                    }
                }
            }
        }
        if let Some(name) = without_default.filter(|_| !unset && self.makes_no_image(&from.image.value)) {
            self.push(name, "FROM", "no-default", None, start);
        }
    }

    /// Whether the name of an image is none when nobody gives the arguments a value.
    fn makes_no_image(&self, text: &str) -> bool {
        let (filled, _) = substitute(text, self.defaults);
        // What has no value is left as `$NAME`.
        let mut image = String::with_capacity(filled.len());
        for (index, part) in filled.split('$').enumerate() {
            let name = part
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(part.len());
            let known = images::OF_THE_BUILDER.contains(&part.get(..name).unwrap_or_default());
            image.push_str(if index == 0 || known {
                part
            } else {
                part.get(name..).unwrap_or_default()
            });
        }
        let image = image.trim();
        image.is_empty()
            || image.starts_with([':', '/', '@', '-', '.'])
            || image.ends_with([':', '/', '@'])
            || [":/", "//", "::", ":@", ":-", ":."]
                .iter()
                .any(|nothing| image.contains(nothing))
    }

    fn instruction(&mut self, instruction: &docker::Instruction<'_>, stage: usize, scope: &mut Scope) {
        use docker::Instruction as Kind;
        match instruction {
            Kind::Arg(arg) => {
                self.judge(&arg.arguments.value, "ARG", arg.arg.span.start, stage, scope);
                declare(&arg.arguments.value, scope);
            }
            Kind::Env(env) => {
                self.within_itself(&env.arguments.value, env.env.span.start, scope);
                self.judge(&env.arguments.value, "ENV", env.env.span.start, stage, scope);
                declare(&env.arguments.value, scope);
            }
            Kind::Workdir(workdir) => {
                self.judge(
                    &workdir.arguments.value,
                    "WORKDIR",
                    workdir.workdir.span.start,
                    stage,
                    scope,
                );
            }
            Kind::User(user) => self.judge(&user.arguments.value, "USER", user.user.span.start, stage, scope),
            Kind::Label(label) => self.judge(&label.arguments.value, "LABEL", label.label.span.start, stage, scope),
            Kind::Expose(expose) => {
                for port in &expose.arguments {
                    self.judge(&port.value, "EXPOSE", expose.expose.span.start, stage, scope);
                }
            }
            Kind::Copy(copy) => {
                let start = copy.copy.span.start;
                self.paths("COPY", start, &copy.options, &copy.src, &copy.dest, stage, scope);
            }
            Kind::Add(add) => self.paths(
                "ADD",
                add.add.span.start,
                &add.options,
                &add.src,
                &add.dest,
                stage,
                scope,
            ),
            Kind::Shell(shell) => {
                let words = shell.arguments.iter().map(|word| word.value.to_lowercase());
                scope.foreign_shell = words
                    .into_iter()
                    .any(|word| ["powershell", "pwsh", "cmd"].iter().any(|shell| word.contains(shell)));
            }
            Kind::Run(run) if !scope.foreign_shell => {
                for name in script::taken(run) {
                    // The shell and the image have variables of their own, so only what was declared elsewhere is judged.
                    if let Some((reason, other)) = self.reason(name, stage, scope)
                        && matches!(reason, "builder" | "global" | "other-stage")
                    {
                        self.push(name, "RUN", reason, other, run.run.span.start);
                    }
                }
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of two kinds of instruction")]
    fn paths(
        &mut self,
        keyword: &'static str,
        start: usize,
        options: &[docker::Flag<'_>],
        sources: &[docker::Source<'_>],
        destination: &docker::UnescapedString<'_>,
        stage: usize,
        scope: &Scope,
    ) {
        let owners = options
            .iter()
            .filter(|flag| matches!(flag.name.value.as_ref(), "chown" | "chmod"));
        let owners = owners.filter_map(|flag| Some(flag.value.as_ref()?.value.as_ref()));
        for text in owners.chain(paths(sources)).chain([destination.value.as_ref()]) {
            self.judge(text, keyword, start, stage, scope);
        }
    }

    fn judge(&mut self, text: &str, keyword: &'static str, start: usize, stage: usize, scope: &Scope) {
        for Use { name, guarded } in uses(text, self.escape) {
            if !guarded && let Some((reason, other)) = self.reason(name, stage, scope) {
                self.push(name, keyword, reason, other, start);
            }
        }
    }

    /// `ENV A=1 B=$A`: an instruction sees what was set before it. `A=$A:x` alone adds to what the image has.
    fn within_itself(&mut self, text: &str, start: usize, scope: &Scope) {
        let pairs = pairs(text);
        if pairs.len() < 2 {
            return;
        }
        // Pairs have lost their quotes; what is meant literally is not among the uses of the whole.
        let used: HashSet<&str> = uses(text, self.escape).iter().map(|used| used.name).collect();
        let places: HashMap<&str, usize> = pairs.iter().map(|(name, _)| name.as_str()).zip(0..).collect();
        for (at, (_, value)) in pairs.iter().enumerate() {
            for found in uses(value.as_deref().unwrap_or_default(), self.escape) {
                let other = places.get(found.name).is_some_and(|place| *place != at);
                if other
                    && used.contains(found.name)
                    && !scope.declared.contains(found.name)
                    && !images::is_always_set(found.name)
                {
                    self.push(found.name, "ENV", "same", None, start);
                }
            }
        }
    }

    /// Why a variable is not set; none where it is, or where that is not known.
    fn reason(&self, name: &str, stage: usize, scope: &Scope) -> Option<(&'static str, Option<String>)> {
        if scope.declared.contains(name) || images::is_always_set(name) {
            return None;
        }
        match scope.environment {
            Some(names) if names.contains(&name) => return None,
            None if may_be_the_images(name, &scope.image) => return None,
            _ => {}
        }
        if images::OF_THE_BUILDER.contains(&name) {
            return Some(("builder", None));
        }
        let places = self.arguments.get(name).map(Vec::as_slice).unwrap_or_default();
        if places.iter().any(|(number, _)| *number == stage) {
            return Some(("later", None));
        }
        if self.defaults.contains_key(name) {
            return Some(("global", None));
        }
        if let Some((_, label)) = places.first() {
            return Some(("other-stage", Some(label.clone())));
        }
        if let Some(other) = nearest(name, scope.declared.iter()) {
            return Some(("misspelt", Some(other)));
        }
        scope.environment?;
        let reason = if OF_THE_SHELL.contains(&name) {
            "shell"
        } else {
            "nowhere"
        };
        Some((reason, None))
    }
}

fn declare(text: &str, scope: &mut Scope) {
    for (name, _) in pairs(text) {
        if scope.declared.len() < NAMES {
            scope.declared.insert(name);
        }
    }
}

/// An image that nobody knows may set what it is chosen by (`FROM ros:${ROS_DISTRO}`), and what is called after it.
fn may_be_the_images(name: &str, image: &str) -> bool {
    let lower = name.to_lowercase();
    let first = lower.split('_').find(|part| !part.is_empty()).unwrap_or_default();
    image.contains(&lower) || (first.len() > 2 && image.contains(first))
}

/// The only name that differs in one letter, digits aside.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
    let letters = |name: &str| -> String { name.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let own = letters(name);
    let mut near = names.filter(|other| {
        name.len() > 3
            && other.len().abs_diff(name.len()) < 2
            && other.len() < 100
            && letters(other) != own
            && strsim::osa_distance(name, other) == 1
    });
    let first = near.next()?;
    near.next().is_none().then(|| first.clone())
}
