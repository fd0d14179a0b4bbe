//! A bounded record of a stream: its beginning and its end.

use std::collections::VecDeque;

/// Keeps the first and the last bytes of a stream, and counts the rest.
#[derive(Debug)]
pub(crate) struct Ring {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    head_limit: usize,
    tail_limit: usize,
    total: u64,
}

impl Ring {
    /// A record of at most `limit` bytes, half for each end.
    pub(crate) fn new(limit: usize) -> Self {
        Self::with_limits(limit / 2, limit - limit / 2)
    }

    /// A record of the last `limit` bytes only.
    pub(crate) fn tail_only(limit: usize) -> Self {
        Self::with_limits(0, limit)
    }

    fn with_limits(head_limit: usize, tail_limit: usize) -> Self {
        Self {
            head: Vec::new(),
            tail: VecDeque::new(),
            head_limit,
            tail_limit,
            total: 0,
        }
    }

    /// Takes bytes of the stream.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(self.head_limit - self.head.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(self.tail_limit)..];
        let surplus = (self.tail.len() + rest.len()).saturating_sub(self.tail_limit);
        self.tail.drain(..surplus);
        self.tail.extend(rest);
    }

    /// Were bytes dropped?
    pub(crate) fn truncated(&self) -> bool {
        self.total > (self.head.len() + self.tail.len()) as u64
    }

    /// What was kept, with a line between the ends that says how much is missing.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let missing = self.total - (self.head.len() + self.tail.len()) as u64;
        let mut bytes = self.head;
        if missing > 0 && self.head_limit > 0 {
            bytes.extend_from_slice(format!("\n[… {missing} bytes left out …]\n").as_bytes());
        }
        bytes.extend(self.tail);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_stream_is_kept_whole() {
        let mut ring = Ring::new(10);
        ring.push(b"hello");
        ring.push(b"world");
        assert!(!ring.truncated());
        assert_eq!(ring.into_bytes(), b"helloworld");
    }

    #[test]
    fn a_long_stream_keeps_both_ends_and_says_what_is_missing() {
        let mut ring = Ring::new(8);
        for _ in 0..1000 {
            ring.push(b"0123456789");
        }
        ring.push(b"tail");
        assert!(ring.truncated());
        let text = String::from_utf8(ring.into_bytes()).unwrap();
        assert_eq!(text, "0123\n[… 9996 bytes left out …]\ntail");
    }

    #[test]
    fn one_huge_push_into_a_small_ring() {
        let mut ring = Ring::tail_only(3);
        ring.push(b"0123456789");
        ring.push(b"a");
        assert_eq!(ring.into_bytes(), b"89a");
    }
}
