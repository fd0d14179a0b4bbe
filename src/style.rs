//! The palette. Colour only repeats what words and symbols already say.

use anstyle::{AnsiColor, Color, Style};

/// Errors and failures.
pub const RED: Style = AnsiColor::Red.on_default().bold();
/// What passed.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// What stands in the way or deserves a look.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// Code and places.
pub const CYAN: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Cyan)));
/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();
/// Text as it is.
pub const PLAIN: Style = Style::new();
/// Ends any style.
pub const RESET: anstyle::Reset = anstyle::Reset;
