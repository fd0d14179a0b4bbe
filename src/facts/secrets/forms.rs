//! The forms of tokens: how each begins, which characters follow, and how many.
//!
//! A form is a row of pieces that is read once from left to right, without going back: what it takes is bounded, and so
//! is the time. Services publish these forms so that tools can tell their tokens from chance.

use self::Piece::{Run, Text};
use self::Proof::{Checksum, Lasting, NotOfAPage, NotOfAnEmulator, Shape};

/// One kind of token.
pub(super) struct Form {
    /// What a person calls it.
    pub(super) kind: &'static str,
    pieces: &'static [Piece],
    /// What else must hold.
    pub(super) proof: Proof,
}

/// What a token must prove beside its shape before its author is accused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing more.
    Shape,
    /// In tests and documentation, that its checksum is right: one that was made up for an example has none.
    Checksum,
    /// That it is neither the key of a web page, which everybody may see, nor in an example.
    NotOfAPage,
    /// That it is not the key of an emulator, which everybody knows.
    NotOfAnEmulator,
    /// That it does not expire, and is not in an example.
    Lasting,
}

enum Piece {
    /// Exactly this.
    Text(&'static str),
    /// So many characters of a set: at least, at most.
    Run(Set, usize, usize),
}

/// Which characters a piece is made of.
#[derive(Clone, Copy)]
enum Set {
    Digit,
    /// Lower case hexadecimal digits.
    Hex,
    /// `A` to `Z` and `2` to `7`.
    Base32,
    /// Letters and digits.
    Word,
    /// Letters, digits, `_` and `-`.
    Url,
    /// Letters, digits, `_`, `-` and `.`
    Dotted,
    /// Letters, digits, `+` and `/`.
    Base64,
}

impl Set {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Word => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        }
    }
}

/// How a form and a text agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// The text begins with a token of so many bytes.
    Whole(usize),
    /// The text ends within what may be a token.
    Cut,
}

/// This much of a token that was cut is told from a word.
const LEAST_OF_A_CUT: usize = 8;

impl Form {
    /// How it begins, which may be shown; empty when it begins with characters of its own.
    pub(super) const fn begins(&self) -> &'static str {
        match self.pieces {
            [Text(begins), ..] => begins,
            _ => "",
        }
    }

    /// True when a token of this form can begin with this byte.
    pub(super) fn can_begin(&self, byte: u8) -> bool {
        match self.pieces.first() {
            Some(Text(begins)) => begins.as_bytes().first() == Some(&byte),
            Some(Run(set, ..)) => set.has(byte),
            None => false,
        }
    }

    /// Whether the bytes begin with a token of this form.
    pub(super) fn fit(&self, bytes: &[u8]) -> Option<Fit> {
        let mut taken = 0;
        for piece in self.pieces {
            let rest = bytes.get(taken..)?;
            match piece {
                Text(text) if rest.starts_with(text.as_bytes()) => taken += text.len(),
                Text(text) if text.as_bytes().starts_with(rest) => return self.cut(taken),
                Text(_) => return None,
                Run(set, least, most) => {
                    let length = rest.iter().take(*most).take_while(|byte| set.has(**byte)).count();
                    taken += length;
                    match length {
                        _ if length >= *least => {}
                        _ if length == rest.len() => return self.cut(taken),
                        _ => return None,
                    }
                }
            }
        }
        // What goes on with a character of words is something else.
        let goes_on = bytes.get(taken).is_some_and(|byte| Set::Url.has(*byte));
        (!goes_on).then_some(Fit::Whole(taken))
    }

    const fn cut(&self, taken: usize) -> Option<Fit> {
        let begins = self.begins().len();
        if begins > 0 && taken >= begins + LEAST_OF_A_CUT {
            Some(Fit::Cut)
        } else {
            None
        }
    }
}

const fn form(kind: &'static str, pieces: &'static [Piece]) -> Form {
    proven(kind, pieces, Shape)
}

const fn proven(kind: &'static str, pieces: &'static [Piece], proof: Proof) -> Form {
    Form { kind, pieces, proof }
}

use Set::{Base32, Base64, Digit, Dotted, Hex, Url, Word};

/// Every form. None is shorter than [`SHORTEST`](super::tokens::SHORTEST) or longer than a few thousand bytes.
pub(super) static FORMS: &[Form] = &[
    form("AWS access key", &[Text("AKIA"), Run(Base32, 16, 16)]),
    form("AWS access key", &[Text("ASIA"), Run(Base32, 16, 16)]),
    proven("GitHub token", &[Text("ghp_"), Run(Word, 36, 36)], Checksum),
    proven("GitHub token", &[Text("gho_"), Run(Word, 36, 36)], Checksum),
    proven("GitHub token", &[Text("ghu_"), Run(Word, 36, 36)], Checksum),
    proven("GitHub token", &[Text("ghs_"), Run(Word, 36, 36)], Checksum),
    form("GitHub token", &[Text("ghr_"), Run(Word, 36, 76)]),
    form(
        "GitHub token",
        &[Text("github_pat_"), Run(Word, 22, 22), Text("_"), Run(Word, 36, 70)],
    ),
    form("GitLab token", &[Text("glpat-"), Run(Dotted, 20, 80)]),
    form("GitLab token", &[Text("gldt-"), Run(Dotted, 20, 80)]),
    form("GitLab token", &[Text("glrt-"), Run(Dotted, 20, 80)]),
    form(
        "Slack token",
        &[Text("xoxb-"), Run(Digit, 9, 14), Text("-"), Run(Url, 20, 60)],
    ),
    form(
        "Slack token",
        &[Text("xoxp-"), Run(Digit, 9, 14), Text("-"), Run(Url, 20, 90)],
    ),
    form(
        "Slack token",
        &[Text("xapp-"), Run(Digit, 1, 2), Text("-"), Run(Url, 40, 120)],
    ),
    form(
        "Slack webhook",
        &[
            Text("hooks.slack.com/services/T"),
            Run(Word, 5, 12),
            Text("/B"),
            Run(Word, 5, 12),
            Text("/"),
            Run(Word, 20, 30),
        ],
    ),
    form(
        "Discord webhook",
        &[
            Text("discord.com/api/webhooks/"),
            Run(Digit, 17, 20),
            Text("/"),
            Run(Url, 60, 80),
        ],
    ),
    form("Stripe key", &[Text("sk_live_"), Run(Word, 20, 120)]),
    form("Stripe key", &[Text("rk_live_"), Run(Word, 20, 120)]),
    proven("Google API key", &[Text("AIza"), Run(Url, 35, 35)], NotOfAPage),
    form("Google client secret", &[Text("GOCSPX-"), Run(Url, 28, 28)]),
    form("OpenAI key", &[Text("sk-proj-"), Run(Url, 40, 200)]),
    form("OpenAI key", &[Text("sk-svcacct-"), Run(Url, 40, 200)]),
    form(
        "OpenAI key",
        &[Text("sk-"), Run(Word, 20, 20), Text("T3BlbkFJ"), Run(Word, 20, 20)],
    ),
    form("Anthropic key", &[Text("sk-ant-"), Run(Url, 40, 200)]),
    form("OpenRouter key", &[Text("sk-or-v1-"), Run(Hex, 64, 64)]),
    form("Groq key", &[Text("gsk_"), Run(Word, 52, 52)]),
    form("xAI key", &[Text("xai-"), Run(Word, 80, 80)]),
    form("Replicate token", &[Text("r8_"), Run(Word, 37, 37)]),
    form("Hugging Face token", &[Text("hf_"), Run(Word, 34, 37)]),
    form("PyPI token", &[Text("pypi-AgEIcHlwaS5vcmc"), Run(Url, 40, 400)]),
    form("PyPI token", &[Text("pypi-AgENdGVzdC5weXBp"), Run(Url, 40, 400)]),
    proven("npm token", &[Text("npm_"), Run(Word, 36, 36)], Checksum),
    form(
        "SendGrid key",
        &[Text("SG."), Run(Url, 22, 22), Text("."), Run(Url, 43, 43)],
    ),
    form("Telegram token", &[Run(Digit, 8, 10), Text(":AA"), Run(Url, 33, 33)]),
    form("DigitalOcean token", &[Text("dop_v1_"), Run(Hex, 64, 64)]),
    form("Databricks token", &[Text("dapi"), Run(Hex, 32, 32)]),
    form("Docker Hub token", &[Text("dckr_pat_"), Run(Url, 27, 27)]),
    proven(
        "Azure storage key",
        &[Text("AccountKey="), Run(Base64, 86, 86), Text("==")],
        NotOfAnEmulator,
    ),
    form(
        "Azure access key",
        &[Text("SharedAccessKey="), Run(Base64, 43, 43), Text("=")],
    ),
    form("age key", &[Text("AGE-SECRET-KEY-1"), Run(Word, 58, 58)]),
    form("Vault token", &[Text("hvs."), Run(Url, 90, 200)]),
    form(
        "Terraform Cloud token",
        &[Run(Word, 14, 14), Text(".atlasv1."), Run(Url, 60, 80)],
    ),
    form("Sentry token", &[Text("sntrys_"), Run(Url, 80, 400)]),
    form("LangSmith key", &[Text("lsv2_pt_"), Run(Url, 43, 43)]),
    proven(
        "JSON web token",
        &[
            Text("eyJ"),
            Run(Url, 10, 1_000),
            Text(".eyJ"),
            Run(Url, 8, 4_000),
            Text("."),
            Run(Url, 40, 700),
        ],
        Lasting,
    ),
];

#[cfg(test)]
impl Form {
    /// A text of this form that no service ever gave out. Made when the tests run, so that no file holds a token.
    pub(super) fn specimen(&self) -> String {
        let mut characters = "b7Q2x9K4r6Z3m5W8d1T6g2Y7f4P9c3a5e8N".chars().cycle();
        let mut text = String::new();
        for piece in self.pieces {
            match piece {
                Text(exact) => text.push_str(exact),
                Run(set, least, _) => {
                    let fitting = characters.by_ref().filter(|c| set.has(*c as u8));
                    text.extend(fitting.take(*least));
                }
            }
        }
        text
    }
}
