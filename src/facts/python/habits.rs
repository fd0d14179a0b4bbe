//! Calls and statements with a better way beside them. Each kind is the subject of one check.

use ruff_python_ast::{Arguments, CmpOp, Expr, ExprCall, Number, Stmt};

use super::aliases::Aliases;
use super::scan::{last_name, start};

/// A kind, the name to show, and where it is in the text.
pub(super) type Habit = (&'static str, String, usize);

/// What a call shows, given what the names around it stand for.
pub(super) fn of_call(call: &ExprCall, aliases: &Aliases, tell: &mut impl FnMut(Habit)) {
    let arguments = &call.arguments;
    let begin = start(call);
    if let Expr::Name(name) = call.func.as_ref() {
        let name = name.id.as_str();
        if matches!(name, "eval" | "exec") && !aliases.binds(name) {
            tell(("eval", name.to_owned(), begin));
        }
    }
    logging(call, tell);
    if let Some(keyword) = arguments.find_keyword("debug")
        && last_name(&call.func) == "run"
        && matches!(call.func.as_ref(), Expr::Attribute(_))
        && is_true(&keyword.value)
        && aliases.imports("flask")
    {
        tell(("debug", "debug=True".to_owned(), start(keyword)));
    }
    cors(call, tell);
    let Some(name) = aliases.resolve(&call.func) else {
        return;
    };
    let Some((module, function)) = name.rsplit_once('.') else {
        return;
    };
    match module {
        "subprocess" => {
            let starts = matches!(
                function,
                "run" | "call" | "check_call" | "check_output" | "Popen" | "getoutput" | "getstatusoutput"
            );
            let shell = arguments
                .find_keyword("shell")
                .is_some_and(|keyword| is_true(&keyword.value));
            if starts && shell {
                tell(("shell", name.clone(), begin));
            }
            if function == "run" && arguments.find_keyword("check").is_none() && !has_rest(arguments) {
                tell(("unchecked-run", name, begin));
            }
        }
        "os" if matches!(function, "system" | "popen") => tell(("shell", name, begin)),
        "yaml" if function == "load" => yaml(arguments, aliases, name, begin, tell),
        "requests" | "httpx" => http(module, function, arguments, name.clone(), begin, tell),
        "datetime.datetime" => datetime(function, arguments, begin, tell),
        "hashlib" => hash(function, arguments, name.clone(), begin, tell),
        "jwt" | "jose.jwt" if function == "decode" => jwt(arguments, name, begin, tell),
        _ => {}
    }
}

/// A loader of the project's own may be a safe one with something added, so only those of PyYAML are told.
fn yaml(arguments: &Arguments, aliases: &Aliases, name: String, begin: usize, tell: &mut impl FnMut(Habit)) {
    match arguments.find_argument_value("Loader", 1) {
        Some(loader) => {
            let whole = aliases.resolve(loader).unwrap_or_default();
            let known = whole
                .strip_prefix("yaml.")
                .map(|rest| rest.trim_start_matches("loader."));
            if matches!(
                known,
                Some("Loader" | "CLoader" | "FullLoader" | "CFullLoader" | "UnsafeLoader" | "CUnsafeLoader")
            ) {
                tell(("unsafe-yaml", name, start(loader)));
            }
        }
        None if has_rest(arguments) => {}
        None => tell(("unsafe-yaml", name, begin)),
    }
}

fn http(module: &str, function: &str, arguments: &Arguments, name: String, begin: usize, tell: &mut impl FnMut(Habit)) {
    let asks = matches!(
        function,
        "get" | "options" | "head" | "post" | "put" | "patch" | "delete" | "request"
    );
    let client = module == "httpx" && matches!(function, "stream" | "Client" | "AsyncClient");
    if !asks && !client {
        return;
    }
    match arguments.find_keyword("timeout") {
        Some(keyword) if keyword.value.is_none_literal_expr() => tell(("no-timeout", name.clone(), start(keyword))),
        None if module == "requests" && !has_rest(arguments) => tell(("no-timeout", name.clone(), begin)),
        _ => {}
    }
    if let Some(keyword) = arguments.find_keyword("verify")
        && is_false(&keyword.value)
    {
        tell(("unverified-tls", name, start(keyword)));
    }
}

fn datetime(function: &str, arguments: &Arguments, begin: usize, tell: &mut impl FnMut(Habit)) {
    let zone = |position| {
        let zone = arguments.find_argument_value("tz", position);
        zone.is_some_and(|zone| !zone.is_none_literal_expr()) || has_rest(arguments)
    };
    let naive = match function {
        "utcnow" | "utcfromtimestamp" => true,
        "now" => !zone(0),
        "fromtimestamp" => !zone(1),
        _ => false,
    };
    if naive {
        tell(("naive-time", format!("datetime.{function}"), begin));
    }
}

fn hash(function: &str, arguments: &Arguments, name: String, begin: usize, tell: &mut impl FnMut(Habit)) {
    let weak = |name: &str| matches!(name.to_ascii_lowercase().as_str(), "md4" | "md5" | "sha" | "sha1");
    let found = match function {
        "new" => arguments
            .find_argument_value("name", 0)
            .and_then(Expr::as_string_literal_expr)
            .is_some_and(|text| weak(text.value.to_str())),
        _ => weak(function),
    };
    let for_nothing = arguments
        .find_keyword("usedforsecurity")
        .is_some_and(|keyword| is_false(&keyword.value));
    if found && !for_nothing {
        tell(("weak-hash", name, begin));
    }
}

fn jwt(arguments: &Arguments, name: String, begin: usize, tell: &mut impl FnMut(Habit)) {
    let off = |value: &Expr| {
        let entries = value
            .as_dict_expr()
            .map(|dict| dict.items.as_slice())
            .unwrap_or_default();
        entries.iter().any(|entry| {
            let key = entry.key.as_ref().and_then(Expr::as_string_literal_expr);
            // without `verify_exp` the signature still counts: what renews a session reads tokens that have run out
            key.is_some_and(|key| key.value.to_str() == "verify_signature") && is_false(&entry.value)
        })
    };
    let none = |value: &Expr| texts(value).any(|text| text.eq_ignore_ascii_case("none"));
    let blind = arguments
        .find_keyword("verify")
        .is_some_and(|keyword| is_false(&keyword.value))
        || arguments
            .find_keyword("options")
            .is_some_and(|keyword| off(&keyword.value))
        || arguments
            .find_keyword("algorithms")
            .is_some_and(|keyword| none(&keyword.value));
    if blind {
        tell(("unverified-token", name, begin));
    }
}

/// Every origin is allowed, and with its cookies: `CORSMiddleware` of Starlette, `CORS` of Flask.
fn cors(call: &ExprCall, tell: &mut impl FnMut(Habit)) {
    for (origins, credentials) in [
        ("allow_origins", "allow_credentials"),
        ("origins", "supports_credentials"),
    ] {
        let any = call
            .arguments
            .find_keyword(origins)
            .is_some_and(|keyword| texts(&keyword.value).any(|text| text == "*"));
        if any
            && call
                .arguments
                .find_keyword(credentials)
                .is_some_and(|keyword| is_true(&keyword.value))
        {
            tell(("open-cors", origins.to_owned(), start(call)));
        }
    }
}

/// `logger.info(f"…")`.
fn logging(call: &ExprCall, tell: &mut impl FnMut(Habit)) {
    let Expr::Attribute(attribute) = call.func.as_ref() else {
        return;
    };
    let position = match attribute.attr.as_str() {
        "debug" | "info" | "warning" | "warn" | "error" | "critical" | "exception" => 0,
        "log" => 1,
        _ => return,
    };
    let holder = last_name(&attribute.value).to_ascii_lowercase();
    if !(holder.starts_with("log") || ["logger", "logging", "log"].iter().any(|end| holder.ends_with(end))) {
        return;
    }
    if let Some(Expr::FString(text)) = call.arguments.find_argument_value("msg", position) {
        tell(("log-f-string", attribute.attr.to_string(), start(text)));
    }
}

/// What a statement shows.
pub(super) fn of_statement(statement: &Stmt, tell: &mut impl FnMut(Habit)) {
    match statement {
        Stmt::Global(global) => {
            let name = global.names.first().map(ToString::to_string).unwrap_or_default();
            tell(("global", name, start(global)));
        }
        Stmt::ImportFrom(import) if import.names.iter().any(|alias| alias.name.as_str() == "*") => {
            let module = import.module.as_ref().map_or(".", |module| module.as_str());
            tell(("wildcard-import", module.to_owned(), start(import)));
        }
        Stmt::Assert(assert) if !narrows(&assert.test) => tell(("assert", String::new(), start(assert))),
        _ => {}
    }
}

/// What only tells a type checker what the author knows: `assert isinstance(…)`, `assert value is not None`, `assert False`.
fn narrows(test: &Expr) -> bool {
    match test {
        Expr::Call(call) => {
            matches!(call.func.as_ref(), Expr::Name(name) if matches!(name.id.as_str(), "isinstance" | "callable" | "issubclass"))
        }
        Expr::Compare(compare) => {
            matches!(*compare.ops, [CmpOp::IsNot])
                && compare.comparators.first().is_some_and(Expr::is_none_literal_expr)
        }
        Expr::BoolOp(all) => all.values.iter().all(narrows),
        other => is_false(other),
    }
}

/// The function that opens a file.
pub(super) fn opens<'c>(call: &'c ExprCall, aliases: &Aliases) -> Option<&'c str> {
    let name = last_name(&call.func);
    if !matches!(name, "open" | "NamedTemporaryFile" | "TemporaryFile") {
        return None;
    }
    match call.func.as_ref() {
        Expr::Name(_) if name == "open" && !aliases.binds(name) => return Some(name),
        Expr::Attribute(attribute) if name == "open" => {
            if let Expr::Call(path) = attribute.value.as_ref() {
                return (aliases.resolve(&path.func).as_deref() == Some("pathlib.Path")).then_some(name);
            }
        }
        _ => {}
    }
    let whole = aliases.resolve(&call.func)?;
    let (module, _) = whole.rsplit_once('.')?;
    matches!(
        module,
        "bz2" | "codecs" | "gzip" | "io" | "lzma" | "shelve" | "tarfile" | "tempfile" | "tokenize" | "wave" | "zipfile"
    )
    .then_some(name)
}

/// `sys.argv[1]`.
pub(super) fn reads_arguments(expr: &Expr, aliases: &Aliases) -> bool {
    let Expr::Subscript(subscript) = expr else { return false };
    let Expr::NumberLiteral(number) = subscript.slice.as_ref() else {
        return false;
    };
    let positive = matches!(&number.value, Number::Int(value) if value.as_u64().is_some_and(|value| value > 0));
    positive
        && last_name(&subscript.value) == "argv"
        && aliases.resolve(&subscript.value).as_deref() == Some("sys.argv")
}

/// Numbers that look random and can be guessed.
pub(super) fn is_guessable(call: &ExprCall, aliases: &Aliases) -> bool {
    aliases.resolve(&call.func).is_some_and(|name| {
        let function = name.strip_prefix("random.").unwrap_or_default();
        matches!(
            function,
            "random"
                | "randrange"
                | "randint"
                | "choice"
                | "choices"
                | "sample"
                | "getrandbits"
                | "randbytes"
                | "uniform"
        )
    })
}

/// Whether a name speaks of something that nobody may guess.
pub(super) fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "token",
        "secret",
        "password",
        "passwd",
        "otp",
        "nonce",
        "api_key",
        "apikey",
        "salt",
        "session_id",
        "reset_code",
    ]
    .iter()
    .any(|word| lower.split('_').any(|part| part == *word) || (word.contains('_') && lower.contains(word)))
}

/// The home folder in a path that exists on one person's machine only. Accounts of images and runners are everybody's.
pub(super) fn home_of(text: &str) -> Option<&str> {
    const SHARED: [&str; 16] = [
        "app", "appuser", "user", "runner", "ubuntu", "vscode", "node", "python", "jovyan", "nonroot", "airflow",
        "site", "ec2-user", "Shared", "Public", "coder",
    ];
    let rest = [
        "/home/",
        "/Users/",
        "C:\\Users\\",
        "C:/Users/",
        "c:\\Users\\",
        "D:\\Users\\",
    ]
    .iter()
    .find_map(|start| text.strip_prefix(start))?;
    let name = rest.split(['/', '\\']).next()?;
    let own = rest.len() > name.len() && !name.is_empty() && !name.contains(['{', '<', '$', '%', '*', ' ']);
    (own && !SHARED.contains(&name)).then_some(name)
}

fn texts(value: &Expr) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Expr::List(list) => (None, list.elts.as_slice()),
        Expr::Tuple(tuple) => (None, tuple.elts.as_slice()),
        other => (Some(other), [].as_slice()),
    };
    let all = one.into_iter().chain(many);
    all.filter_map(|expr| Some(expr.as_string_literal_expr()?.value.to_str()))
}

/// `**options` may hold anything.
fn has_rest(arguments: &Arguments) -> bool {
    arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
}

fn is_true(value: &Expr) -> bool {
    value.as_boolean_literal_expr().is_some_and(|literal| literal.value)
}

fn is_false(value: &Expr) -> bool {
    value.as_boolean_literal_expr().is_some_and(|literal| !literal.value)
}
