//! Passwords in addresses.

use super::Credential;
use super::values::{is_local, is_value};

/// How many addresses one text is searched for.
const MOST: usize = 2_000;
const SHORTEST: usize = 6;

/// `scheme://user:password@host`, the host being none of this machine's.
pub(super) fn find(text: &str) -> impl Iterator<Item = Credential> {
    text.match_indices("://").take(MOST).filter_map(|(at, separator)| {
        let start = at + separator.len();
        let authority = text.get(start..)?.split(ends_authority).next()?;
        let (credentials, host) = authority.rsplit_once('@')?;
        let (user, password) = credentials.split_once(':')?;
        let is_secret = !is_local(host) && password != user && is_value(password) && password.len() >= SHORTEST;
        let ends_scheme = |c: char| !c.is_ascii_alphanumeric() && c != '+';
        let scheme = text.get(..at)?.rsplit(ends_scheme).next()?;
        let value = start + user.len() + 1;
        is_secret.then(|| Credential::new("password in a URL", at - scheme.len(), value..value + password.len()))
    })
}

fn ends_authority(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '/' | '?' | '#' | ')' | ',')
}
