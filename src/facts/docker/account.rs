//! An account that the scenario makes and uses.

use super::client::Answer;
use super::placeholders::{Placeholders, random};
use super::running::Running;
use crate::contract::Api;
use crate::engine::EngineError;

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub email: String,
    pub password: String,
    pub token: Option<String>,
}

impl Account {
    /// A new one with a random address and password.
    pub(super) fn new() -> Self {
        let word = || random(10, b"abcdefghijklmnopqrstuvwxyz0123456789");
        // A password that common rules accept: letters of both cases, digits, a sign, more than 12 characters.
        Self {
            email: format!("proof-{}@example.org", word()),
            password: format!("Pf-{}-{}7", word(), word()),
            token: None,
        }
    }

    /// What contracts call its address and password.
    pub(super) fn placeholders(&self) -> Placeholders {
        Placeholders::default()
            .with("email", self.email.clone())
            .with("password", self.password.clone())
    }
}

/// Logs in and notes the token, if there is one in a good answer.
pub(super) fn log_in(running: &Running<'_>, api: &Api, account: &mut Account) -> Result<Answer, EngineError> {
    account.token = None;
    let Some(login) = &api.login else {
        return Ok(Answer::default());
    };
    let answer = running
        .client
        .send(&account.placeholders().request(&login.request()), None)?;
    if answer.is_success() {
        let token = answer
            .json()
            .and_then(|body| Some(body.get(&login.token)?.as_str()?.to_owned()));
        account.token = token.filter(|token| !token.is_empty());
    }
    Ok(answer)
}
