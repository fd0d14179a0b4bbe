//! Which names and texts a person may give: rules that keep them safe as folders, packages and text.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The longest project name.
pub const LONGEST_NAME: usize = 40;
/// The longest text that a person may type, in characters.
pub const LONGEST_TEXT: usize = 1000;

/// The public modules of Python's standard library.
const STANDARD_LIBRARY: &str = "\
abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm \
decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp \
fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip \
hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword \
lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt \
multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib \
pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd \
py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy \
sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd \
sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau \
symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit \
tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata \
unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp \
zipfile zipimport zlib zoneinfo";

/// Python's keywords, hard and soft, in lower case.
const KEYWORDS: &str = "and as assert async await break case class continue def del elif else except false finally for from global if import in is lambda match none nonlocal not or pass raise return true try type while with yield";

/// Names that a project's own folders have: a package or a project of that name would shadow them.
const FOLDERS: &str = "tests templates docs migrations";

static STANDARD_LIBRARY_SET: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| STANDARD_LIBRARY.split_whitespace().collect());

/// Says why a slug cannot be a project's name.
pub fn project_name(name: &str) -> Result<(), String> {
    if !name.starts_with(|character: char| character.is_ascii_lowercase()) {
        return Err("it must start with a letter from a to z".to_owned());
    }
    if let Some(bad) = name
        .chars()
        .find(|&character| !(character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'))
    {
        return Err(format!("it holds {}", visible(bad)));
    }
    if name.ends_with('-') {
        return Err("it ends with a hyphen".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("it has {} characters, more than {LONGEST_NAME}", name.len()));
    }
    taken(&name.replace('-', "_"))
}

/// Says why a word cannot be the name of a Python package.
pub fn package(name: &str) -> Result<(), String> {
    if !name.starts_with(|character: char| character.is_ascii_lowercase())
        || !name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
    {
        return Err("it must be lower-case letters, digits and underscores and start with a letter".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("it has {} characters, more than {LONGEST_NAME}", name.len()));
    }
    taken(name)
}

/// Says what already has a name.
fn taken(module: &str) -> Result<(), String> {
    if KEYWORDS.split_whitespace().any(|keyword| keyword == module) {
        return Err("it is a keyword of Python".to_owned());
    }
    if STANDARD_LIBRARY_SET.contains(module) {
        return Err("it is a module of Python's standard library".to_owned());
    }
    if FOLDERS.split_whitespace().any(|folder| folder == module) {
        return Err("it is the name of a folder inside the project".to_owned());
    }
    if windows_reserved(module) {
        return Err("Windows reserves it for a device".to_owned());
    }
    Ok(())
}

/// True for the names that Windows keeps for devices, with or without an extension.
pub fn windows_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Makes a slug of a folder's name: `Library Loans` becomes `library-loans`. `None` when nothing is left.
pub fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-').to_owned();
    (!slug.is_empty()).then_some(slug)
}

/// Says why a text that a person typed cannot be used. Everything but line breaks, control characters and characters
/// that turn the direction of writing is allowed.
pub fn text(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(format!("it has more than {LONGEST_TEXT} characters"));
    }
    match text.chars().find(|&character| forbidden(character)) {
        Some(bad) => Err(format!("it holds {}", visible(bad))),
        None => Ok(()),
    }
}

/// Says why a text cannot be an e-mail address.
pub fn email(address: &str) -> Result<(), String> {
    text(address)?;
    if address.len() > 254 {
        return Err("it has more than 254 bytes".to_owned());
    }
    if let Some(bad) = address
        .chars()
        .find(|&character| character.is_whitespace() || "<>()[],;:\\\"'`".contains(character))
    {
        return Err(format!("it holds {}", visible(bad)));
    }
    match address.split_once('@') {
        Some((user, host)) if !user.is_empty() && !host.is_empty() && !host.contains('@') => Ok(()),
        _ => Err("it is not of the form name@example.com".to_owned()),
    }
}

/// Line breaks, control characters, and the characters that make text read otherwise than it is stored.
pub fn forbidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Names a character so that it can be shown in a terminal.
fn visible(character: char) -> String {
    match character {
        '\n' | '\r' => "a line break".to_owned(),
        ' ' => "a blank".to_owned(),
        _ if forbidden(character) => format!("the character U+{:04X}", u32::from(character)),
        _ => format!("`{character}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_names_are_slugs_that_nothing_else_has() {
        for good in ["a", "loans", "library-loans", "x2", "a--b", &"a".repeat(40)] {
            assert_eq!(project_name(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "2x",
            "-x",
            "x-",
            "Loans",
            "my_app",
            "a b",
            "a/b",
            "..",
            "naïve",
            "a\n",
            "class",
            "match",
            "json",
            "email",
            "tests",
            "templates",
            "con",
            "com1",
            "lpt9",
            "nul",
            &"a".repeat(41),
        ] {
            assert!(project_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn packages_shadow_nothing() {
        assert_eq!(package("loans_api"), Ok(()));
        for bad in ["", "loans-api", "_x", "json", "tests", "async", "aux", "Loans"] {
            assert!(package(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn texts_are_one_honest_line() {
        let long = "x".repeat(1000);
        for good in [
            "Ada",
            "O'Brien \"A\"",
            "{= x =}{% y %}",
            "# *a* <b>",
            "عمر",
            "👩‍💻 é",
            long.as_str(),
        ] {
            assert_eq!(text(good), Ok(()), "{good}");
        }
        let longer = "x".repeat(1001);
        for bad in [
            "",
            "a\nb",
            "a\rb",
            "a\0",
            "\u{1b}[2J",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            longer.as_str(),
        ] {
            assert!(text(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_have_a_user_and_a_host() {
        for good in ["ada@example.com", "a+b@localhost", "ü@exämple.de"] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in ["", "ada", "@x", "x@", "a@b@c", "a b@c", "Ada <a@b>", "a\"@b"] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn slugs_come_from_folder_names() {
        assert_eq!(slug("Library Loans!").as_deref(), Some("library-loans"));
        assert_eq!(slug("my__api").as_deref(), Some("my-api"));
        assert_eq!(slug("日本"), None);
    }
}
