//! The tree of an expression. Chains of `.`, `&&` and `||` are lists, so that only brackets, calls and `!` nest.

use super::SyntaxError;
use super::lexer::{Kind, Token, tokens};

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Expression {
    /// `'text'`, without the quotes.
    Text(String),
    /// `1`
    Number,
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
    /// A context such as `github`.
    Name { name: String, offset: usize },
    /// `contains(a, b)`
    Call {
        name: String,
        offset: usize,
        arguments: Vec<Expression>,
    },
    /// `steps.build.outputs['x']`
    Access { root: Box<Expression>, path: Vec<Access> },
    /// `!a`
    Not(Box<Expression>),
    /// `a && b && c`, `a == b`
    Binary {
        operator: Operator,
        operands: Vec<Expression>,
        offset: usize,
    },
}

/// One step of an access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Access {
    /// `.name` or `['name']`
    Property(String),
    /// `[…]` with something computed
    Index(Expression),
    /// `.*`
    All,
}

/// What joins two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Operator {
    And,
    Or,
    Equal,
    Order,
}

const DEPTH: usize = 50;
const TOKENS: usize = 20_000;

/// Reads an expression.
pub(in super::super) fn parse(text: &str) -> Result<Expression, SyntaxError> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        depth: 0,
        end: text.len(),
    };
    if tokens.len() > TOKENS {
        return Err(parser.error("longer than a person would write"));
    }
    if tokens.is_empty() {
        return Err(parser.error("an expression is empty"));
    }
    let expression = parser.or()?;
    match parser.peek() {
        Some(token) => Err(parser.error(&format!("`{}` is not expected here", shown(token)))),
        None => Ok(expression),
    }
}

fn shown(token: &Token<'_>) -> String {
    token.text.chars().take(40).collect()
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    next: usize,
    depth: usize,
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.next)
    }

    fn error(&self, message: &str) -> SyntaxError {
        SyntaxError {
            message: message.to_owned(),
            offset: self.peek().map_or(self.end, |token| token.offset),
        }
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.kind == Kind::Symbol && token.text == symbol);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take(symbol) {
            return Ok(());
        }
        Err(self.error(&format!("`{symbol}` is missing")))
    }

    fn or(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let first = self.and()?;
        let joined = self.chain(first, "||", Operator::Or, Self::and);
        self.depth -= 1;
        joined
    }

    fn and(&mut self) -> Result<Expression, SyntaxError> {
        let first = self.comparison()?;
        self.chain(first, "&&", Operator::And, Self::comparison)
    }

    fn chain(
        &mut self,
        first: Expression,
        symbol: &str,
        operator: Operator,
        part: fn(&mut Self) -> Result<Expression, SyntaxError>,
    ) -> Result<Expression, SyntaxError> {
        let offset = self.peek().map_or(self.end, |token| token.offset);
        let mut operands = vec![first];
        while self.take(symbol) {
            operands.push(part(self)?);
        }
        if operands.len() > 1 {
            return Ok(Expression::Binary {
                operator,
                operands,
                offset,
            });
        }
        operands.pop().ok_or_else(|| self.error("an expression is empty"))
    }

    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        let first = self.unary()?;
        let offset = self.peek().map_or(self.end, |token| token.offset);
        let equal = self.take("==") || self.take("!=");
        let order = !equal && ["<=", ">=", "<", ">"].iter().any(|symbol| self.take(symbol));
        if !(equal || order) {
            return Ok(first);
        }
        let operator = if equal { Operator::Equal } else { Operator::Order };
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let second = self.comparison()?;
        self.depth -= 1;
        Ok(Expression::Binary {
            operator,
            operands: vec![first, second],
            offset,
        })
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        let mut negations = 0;
        while self.take("!") {
            negations += 1;
        }
        if negations > DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let mut expression = self.postfix()?;
        for _ in 0..negations {
            expression = Expression::Not(Box::new(expression));
        }
        Ok(expression)
    }

    fn postfix(&mut self) -> Result<Expression, SyntaxError> {
        let root = self.primary()?;
        let mut path = Vec::new();
        loop {
            if self.take(".") {
                let Some(token) = self.peek() else {
                    return Err(self.error("a name is missing after `.`"));
                };
                match token.kind {
                    Kind::Name => path.push(Access::Property(token.text.to_owned())),
                    Kind::Symbol if token.text == "*" => path.push(Access::All),
                    _ => return Err(self.error("a name is missing after `.`")),
                }
                self.next += 1;
            } else if self.take("[") {
                if self.take("*") {
                    path.push(Access::All);
                    self.expect("]")?;
                    continue;
                }
                path.push(match self.or()? {
                    Expression::Text(name) => Access::Property(name),
                    other => Access::Index(other),
                });
                self.expect("]")?;
            } else {
                break;
            }
        }
        if path.is_empty() {
            return Ok(root);
        }
        Ok(Expression::Access {
            root: Box::new(root),
            path,
        })
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let Some(token) = self.peek() else {
            return Err(self.error("it ends too early"));
        };
        if self.take("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.next += 1;
        match token.kind {
            Kind::Text => {
                let inner = token.text.strip_prefix('\'').unwrap_or(token.text);
                let inner = inner.strip_suffix('\'').unwrap_or(inner);
                Ok(Expression::Text(inner.replace("''", "'")))
            }
            Kind::Number => Ok(Expression::Number),
            Kind::Name => self.name(token),
            Kind::Symbol => {
                self.next -= 1;
                Err(self.error(&format!("`{}` is not expected here", shown(token))))
            }
        }
    }

    fn name(&mut self, token: &Token<'_>) -> Result<Expression, SyntaxError> {
        if !self.take("(") {
            return Ok(match token.text {
                "true" => Expression::Boolean(true),
                "false" => Expression::Boolean(false),
                "null" => Expression::Null,
                "NaN" | "Infinity" => Expression::Number,
                name => Expression::Name {
                    name: name.to_owned(),
                    offset: token.offset,
                },
            });
        }
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.or()?);
                if self.take(")") {
                    break;
                }
                self.expect(",")?;
            }
        }
        Ok(Expression::Call {
            name: token.text.to_owned(),
            offset: token.offset,
            arguments,
        })
    }
}
