//! Questions to a person at a terminal; the only user of dialoguer. Everything is shown on standard error.

use std::io::{self, IsTerminal as _};

use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Input, Select};
use unicode_width::UnicodeWidthChar as _;

use super::args::Color;
use crate::scaffold::{Choice, Question, Rule};

/// True when a person can be asked: standard input and standard error are a terminal.
pub fn possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks questions. While it lives, Ctrl-C is a key that the open question reads.
pub struct Prompt {
    terminal: Term,
    theme: Box<dyn Theme>,
    _keys: InterruptKey,
}

impl Prompt {
    /// A prompt in the colours that the user wants.
    pub fn new(color: Color) -> Self {
        let terminal = Term::stderr();
        let colorful = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => dialoguer::console::colors_enabled_stderr(),
        };
        dialoguer::console::set_colors_enabled_stderr(colorful);
        let theme: Box<dyn Theme> = if colorful {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        Self {
            terminal,
            theme,
            _keys: InterruptKey::read(),
        }
    }

    /// Asks one question until the answer is good. An error of kind `Interrupted` means Ctrl-C.
    pub fn ask(&self, question: &Question, default: &str) -> io::Result<String> {
        let answer = match &question.rule {
            Rule::Choice(choices) => self.choose(question, choices, default),
            _ => self.type_in(question, default),
        };
        if answer.is_err() {
            let _ = self.terminal.show_cursor();
        }
        answer
    }

    fn type_in(&self, question: &Question, default: &str) -> io::Result<String> {
        let mut input = Input::<String>::with_theme(self.theme.as_ref()).with_prompt(&question.ask);
        if question.check(default).is_ok() {
            input = input.default(default.to_owned());
        }
        input
            .validate_with(|answer: &String| match question.check(answer) {
                Ok(_) => Ok(()),
                Err(problem) => Err(format!("{}. {}", problem.message, problem.hint)),
            })
            .interact_text_on(&self.terminal)
            .map_err(error)
    }

    fn choose(&self, question: &Question, choices: &[Choice], default: &str) -> io::Result<String> {
        let widest = choices.iter().map(|choice| choice.value.len()).max().unwrap_or(0);
        // a line that wraps is drawn again at the wrong place
        let room = usize::from(self.terminal.size().1).saturating_sub(4).max(20);
        let items: Vec<String> = choices
            .iter()
            .map(|choice| match choice.summary.as_str() {
                "" => choice.value.clone(),
                summary => cut(&format!("{:widest$}  {summary}", choice.value), room),
            })
            .collect();
        let first = choices.iter().position(|choice| choice.value == default).unwrap_or(0);
        let chosen = Select::with_theme(self.theme.as_ref())
            .with_prompt(&question.ask)
            .items(&items)
            .default(first)
            .report(false)
            .interact_on_opt(&self.terminal)
            .map_err(error)?;
        match chosen.and_then(|at| choices.get(at)) {
            Some(choice) => {
                self.terminal
                    .write_line(&format!("{}: {}", question.ask, choice.value))?;
                Ok(choice.value.clone())
            }
            // Escape and `q` leave a list
            None => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

/// Makes the terminal hand Ctrl-C over as a key, until it is dropped. The console library reads it as one, but only while
/// it waits: as a signal between the drawing of a question and the wait for its answer, it would be noted and the wait go on.
#[cfg(unix)]
struct InterruptKey(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl InterruptKey {
    fn read() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let Ok(before) = tcgetattr(io::stdin()) else {
            return Self(None);
        };
        let mut keys = before.clone();
        keys.local_modes.remove(LocalModes::ISIG);
        Self(
            tcsetattr(io::stdin(), OptionalActions::Now, &keys)
                .is_ok()
                .then_some(before),
        )
    }
}

#[cfg(unix)]
impl Drop for InterruptKey {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}

/// Elsewhere the console library needs no help.
#[cfg(not(unix))]
struct InterruptKey;

#[cfg(not(unix))]
impl InterruptKey {
    fn read() -> Self {
        Self
    }
}

/// Cuts a text to a number of columns.
fn cut(text: &str, columns: usize) -> String {
    let mut used = 0;
    let mut short = String::new();
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used >= columns {
            short.push('…');
            break;
        }
        short.push(character);
    }
    short
}

fn error(error: dialoguer::Error) -> io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn long_lines_are_cut_by_columns() {
        assert_eq!(cut("short", 20), "short");
        assert_eq!(cut("abcdefgh", 5), "abcd…");
        assert_eq!(cut("日本日本", 5), "日本…");
    }
}
