//! The scenario of an API's accounts and roles, played from outside: what each caller may do and, above all, may not.
//!
//! The contract says where registration, login and the rest are. Every account, name and value is random, so that an answer
//! cannot be canned.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::Value;

use super::account::{Account, log_in};
use super::client::Answer;
use super::placeholders::Placeholders;
use super::running::Running;
use super::{command, token};
use crate::contract::{Api, Request};
use crate::engine::EngineError;
use crate::facts::Observation;

/// Wall limit of the command that seeds an administrator.
const SEED_LIMIT: Duration = Duration::from_secs(60);
const LOGIN_CHECK: &str = "accounts-login";
const REGISTER_CHECK: &str = "accounts-register";
const ADMINISTRATOR_CHECK: &str = "administrator-allowed";
const OWNER_CHECK: &str = "owner-allowed";

/// The fact `access`.
#[derive(Debug, Clone, Serialize)]
pub struct Access {
    /// A new account can be made.
    pub register: Observation,
    /// The right password gets a token.
    pub login: Observation,
    /// A wrong one does not.
    pub wrong_password: Observation,
    /// Without a token: 401.
    pub anonymous: Observation,
    /// With a valid one: 2xx.
    pub authenticated: Observation,
    /// With a broken signature: 401.
    pub tampered_token: Observation,
    /// With `alg: none`: 401.
    pub unsigned_token: Observation,
    /// After its expiry: 401.
    pub expired_token: Observation,
    /// An ordinary account where only an administrator may act: 403.
    pub role_guard: Observation,
    /// The administrator there: 2xx.
    pub administrator: Observation,
    /// An account makes and reads its own resource.
    pub owner: Observation,
    /// Another account reads it: 403 or 404.
    pub foreign_resource: Observation,
    /// A body that makes no sense: 4xx.
    pub bad_input: Observation,
    /// The resource is still there after a restart.
    pub persists: Observation,
    /// The request that reads the resource, and the owner's account.
    #[serde(skip)]
    owned: Option<(Request, Account)>,
}

impl Access {
    /// Nothing was tried, for the contract does not say how: an API that keeps silent about its roles has not shown them.
    fn untried() -> Self {
        let untried =
            || Observation::unavailable("the contract does not say how to try it: write `api` in .proofolio.yml");
        Self {
            register: untried(),
            login: untried(),
            wrong_password: untried(),
            anonymous: untried(),
            authenticated: untried(),
            tampered_token: untried(),
            unsigned_token: untried(),
            expired_token: untried(),
            role_guard: untried(),
            administrator: untried(),
            owner: untried(),
            foreign_resource: untried(),
            bad_input: untried(),
            persists: untried(),
            owned: None,
        }
    }

    fn all(&self) -> [&Observation; 14] {
        [
            &self.register,
            &self.login,
            &self.wrong_password,
            &self.anonymous,
            &self.authenticated,
            &self.tampered_token,
            &self.unsigned_token,
            &self.expired_token,
            &self.role_guard,
            &self.administrator,
            &self.owner,
            &self.foreign_resource,
            &self.bad_input,
            &self.persists,
        ]
    }

    /// How many observations came as expected, and how many were made.
    pub fn count(&self) -> (usize, usize) {
        let tried = self.all().into_iter().filter(|seen| seen.ok.is_some());
        (tried.clone().filter(|seen| seen.holds()).count(), tried.count())
    }

    /// Reads the owner's resource again, with a new login, after the service was restarted.
    pub(super) fn after_restart(&mut self, running: &Running<'_>) -> Result<(), EngineError> {
        let Some((read, account)) = &self.owned else {
            return Ok(());
        };
        let mut account = account.clone();
        if let Some(api) = running
            .bench
            .route
            .contract
            .as_ref()
            .and_then(|contract| contract.api.as_ref())
        {
            log_in(running, api, &mut account)?;
        }
        let answer = running.client.send(read, account.token.as_deref())?;
        let tried = format!("{} {} after a restart", read.method, read.path);
        self.persists = observed(&tried, &answer, "2xx", answer.is_success());
        Ok(())
    }
}

/// Plays the scenario.
pub(super) fn try_out(running: &Running<'_>) -> Result<Access, EngineError> {
    let Some(api) = running
        .bench
        .route
        .contract
        .as_ref()
        .and_then(|contract| contract.api.as_ref())
    else {
        return Ok(Access::untried());
    };
    let mut access = Access::untried();
    anonymous(running, api, &mut access)?;

    let mut user = Account::new();
    if !accounts(running, api, &mut access, &mut user)? {
        return Ok(access);
    }
    tokens(running, api, &mut access, &user)?;
    let guarded = guarded(running, api, &mut access, &user)?;
    owned(running, api, &mut access, &user, guarded.as_ref())?;
    Ok(access)
}

/// What a caller without an account may not do, and what nobody may send.
fn anonymous(running: &Running<'_>, api: &Api, access: &mut Access) -> Result<(), EngineError> {
    if let Some(protected) = &api.protected {
        let request = Placeholders::default().request(protected);
        let answer = running.client.send(&request, None)?;
        access.anonymous = observed(
            &tried(&request, "without a token"),
            &answer,
            "401",
            answer.status == Some(401),
        );
    }
    if let Some(register) = &api.register {
        let request = Request {
            json: Some(serde_json::json!({"nonsense": [1, null]})),
            form: None,
            ..register.clone()
        };
        let answer = running.client.send(&request, None)?;
        let fine = answer.status.is_some_and(|status| (400..500).contains(&status));
        access.bad_input = observed(
            &tried(&request, "with a body that makes no sense"),
            &answer,
            "4xx",
            fine,
        );
    }
    Ok(())
}

/// Registration and login. False when there is no token to go on with; then everything that needs one is blocked.
fn accounts(running: &Running<'_>, api: &Api, access: &mut Access, user: &mut Account) -> Result<bool, EngineError> {
    let mut blocked_by = LOGIN_CHECK;
    if let Some(register) = &api.register {
        let request = user.placeholders().request(register);
        let answer = running.client.send(&request, None)?;
        access.register = observed(
            &tried(&request, "with a new address"),
            &answer,
            "2xx",
            answer.is_success(),
        );
        if !access.register.holds() {
            blocked_by = REGISTER_CHECK;
            access.login = Observation::blocked(REGISTER_CHECK, "no account could be made");
        }
    }
    if blocked_by == LOGIN_CHECK
        && let Some(login) = &api.login
    {
        let answer = log_in(running, api, user)?;
        let request = login.request();
        let expected = format!("2xx with `{}`", login.token);
        access.login = observed(
            &tried(&request, "with the right password"),
            &answer,
            &expected,
            user.token.is_some(),
        );

        let mut wrong = user.clone();
        wrong.password = Account::new().password;
        let answer = log_in(running, api, &mut wrong)?;
        let fine = wrong.token.is_none() && matches!(answer.status, Some(400 | 401 | 403));
        access.wrong_password = observed(&tried(&request, "with a wrong password"), &answer, "401", fine);
    }
    if user.token.is_some() {
        return Ok(true);
    }
    let blocked = || Observation::blocked(blocked_by, "there is no token to try it with");
    access.authenticated = blocked();
    access.tampered_token = blocked();
    access.unsigned_token = blocked();
    access.expired_token = blocked();
    access.role_guard = blocked();
    access.administrator = blocked();
    access.owner = blocked();
    access.foreign_resource = blocked();
    access.persists = blocked();
    if blocked_by == REGISTER_CHECK {
        access.wrong_password = blocked();
    }
    Ok(false)
}

/// Good and forged tokens at the protected request.
fn tokens(running: &Running<'_>, api: &Api, access: &mut Access, user: &Account) -> Result<(), EngineError> {
    let (Some(protected), Some(good)) = (&api.protected, &user.token) else {
        return Ok(());
    };
    let request = Placeholders::default().request(protected);
    let answer = running.client.send(&request, Some(good))?;
    access.authenticated = observed(
        &tried(&request, "with a valid token"),
        &answer,
        "2xx",
        answer.is_success(),
    );
    let refused = |forged: &str, how: &str| -> Result<Observation, EngineError> {
        let answer = running.client.send(&request, Some(forged))?;
        Ok(observed(
            &tried(&request, how),
            &answer,
            "401",
            answer.status == Some(401),
        ))
    };
    access.tampered_token = refused(&token::tampered(good), "with a broken signature")?;
    access.unsigned_token = match token::unsigned(good) {
        Some(forged) => refused(&forged, "with an unsigned token")?,
        None => Observation::absent("its tokens are opaque"),
    };
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    access.expired_token = match token::expired(good, running.environment.values().map(String::as_str), now) {
        Some(forged) => refused(&forged, "with an expired token")?,
        None => Observation::absent("its tokens are not signed by a secret of its environment"),
    };
    Ok(())
}

/// The request that only an administrator may make. Returns the answer to the administrator.
fn guarded(
    running: &Running<'_>,
    api: &Api,
    access: &mut Access,
    user: &Account,
) -> Result<Option<Value>, EngineError> {
    let Some(guarded) = &api.guarded else { return Ok(None) };
    let request = user.placeholders().request(guarded);
    let answer = running.client.send(&request, user.token.as_deref())?;
    access.role_guard = observed(
        &tried(&request, "as an ordinary user"),
        &answer,
        "403",
        answer.status == Some(403),
    );

    let Some(seed) = &api.seed_admin else {
        let why = "the contract does not say how to make an administrator: write `api.seed_admin` in .proofolio.yml";
        access.administrator = Observation::unavailable(why);
        return Ok(None);
    };
    let mut administrator = Account::new();
    let fill = administrator.placeholders();
    let words: Vec<String> = seed.command.iter().map(|word| fill.text(word)).collect();
    let mut request = command::request(running.bench, &words, SEED_LIMIT);
    request.environment = seed
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), fill.text(value)))
        .collect();
    let outcome = running.bench.engine.exec(&running.container, &request, &mut |_| {})?;
    if outcome.exit_code != Some(0) {
        access.administrator = command::observation(&words, &outcome);
        return Ok(None);
    }
    let login = log_in(running, api, &mut administrator)?;
    if administrator.token.is_none() {
        access.administrator = observed("the administrator's login", &login, "2xx with a token", false);
        return Ok(None);
    }
    let request = administrator.placeholders().request(guarded);
    let answer = running.client.send(&request, administrator.token.as_deref())?;
    access.administrator = observed(
        &tried(&request, "as an administrator"),
        &answer,
        "2xx",
        answer.is_success(),
    );
    Ok(answer.json().filter(|_| answer.is_success()))
}

/// A resource of the user's own, and what another user sees of it.
fn owned(
    running: &Running<'_>,
    api: &Api,
    access: &mut Access,
    user: &Account,
    guarded: Option<&Value>,
) -> Result<(), EngineError> {
    let Some(owned) = &api.owned else { return Ok(()) };
    let needs_guarded = serde_json::to_string(&owned.create.json).is_ok_and(|json| json.contains("{guarded."))
        || owned.create.path.contains("{guarded.");
    let fill = match guarded {
        Some(answer) => user.placeholders().with_answer("guarded", answer),
        None if needs_guarded => {
            let blocked = || Observation::blocked(ADMINISTRATOR_CHECK, "it needs what only an administrator can make");
            access.owner = blocked();
            access.foreign_resource = blocked();
            access.persists = blocked();
            return Ok(());
        }
        None => user.placeholders(),
    };
    let create = fill.request(&owned.create);
    let answer = running.client.send(&create, user.token.as_deref())?;
    let made = answer.json().filter(|_| answer.is_success());
    access.owner = observed(&tried(&create, "as an ordinary user"), &answer, "2xx", made.is_some());
    let blocked = || Observation::blocked(OWNER_CHECK, "there is no resource to try it with");
    let Some(made) = made else {
        access.foreign_resource = blocked();
        access.persists = blocked();
        return Ok(());
    };
    let read = fill.with_answer("owned", &made).request(&owned.read);
    let answer = running.client.send(&read, user.token.as_deref())?;
    if !answer.is_success() {
        access.owner = observed(&tried(&read, "as its owner"), &answer, "2xx", false);
        access.foreign_resource = blocked();
        access.persists = blocked();
        return Ok(());
    }
    let mut stranger = Account::new();
    if let Some(register) = &api.register {
        running.client.send(&stranger.placeholders().request(register), None)?;
    }
    log_in(running, api, &mut stranger)?;
    access.foreign_resource = if stranger.token.is_some() {
        let answer = running.client.send(&read, stranger.token.as_deref())?;
        let hidden = matches!(answer.status, Some(403 | 404));
        observed(&tried(&read, "as another user"), &answer, "403 or 404", hidden)
    } else {
        Observation::blocked(LOGIN_CHECK, "a second account could not log in")
    };
    access.owned = Some((read, user.clone()));
    Ok(())
}

fn tried(request: &Request, how: &str) -> String {
    format!("{} {} {how}", request.method, request.path)
}

/// An observation whose evidence is the answer's body, unless it came as expected.
fn observed(tried: &str, answer: &Answer, expected: &str, ok: bool) -> Observation {
    let seen = Observation::seen(ok, tried, expected, answer.shown());
    if ok { seen } else { seen.with_evidence(answer.excerpt()) }
}
