//! Is a model file a pickle? Loading one runs whatever its author wrote into it.
//!
//! Only the first bytes are judged, also of what a file packs (gzip, zlib, the members of a zip archive), and no more than those
//! are ever unpacked: an archive bomb costs nothing here.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// How many bytes of packed contents are looked at.
const LOOKED_AT: u64 = 64;
/// Most members of an archive that are looked at.
const MOST_MEMBERS: usize = 1000;
/// How deeply packed files are followed.
const DEPTH: u32 = 3;

/// What of this file is a pickle, in words; `None` when nothing is.
pub(super) fn find(bytes: &[u8]) -> Option<String> {
    look(bytes, DEPTH)
}

fn look(bytes: &[u8], depth: u32) -> Option<String> {
    if is_pickle(bytes) {
        return Some("a pickle".to_owned());
    }
    let depth = depth.checked_sub(1)?;
    let within = |found: Option<String>, how: &str| found.map(|what| format!("{what} packed with {how}"));
    if bytes.starts_with(b"\x1f\x8b") {
        return within(look(&head(GzDecoder::new(bytes)), depth), "gzip");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return members(bytes)
            .take(MOST_MEMBERS)
            .find_map(|(name, contents)| look(&contents, depth).map(|what| format!("{what} in its member `{name}`")));
    }
    // zlib: deflate with a known window and a check sum of its two bytes.
    if let [first, second, ..] = bytes
        && first & 0x0f == 8
        && first >> 4 <= 7
        && (u16::from(*first) * 256 + u16::from(*second)).is_multiple_of(31)
    {
        return within(look(&head(ZlibDecoder::new(bytes)), depth), "zlib");
    }
    None
}

/// Protocols 2 to 5 begin with their number; 0 and 1 with the opcode of what they build, which is a global or a mark first.
fn is_pickle(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 2..=5, ..] => true,
        // `ccollections\nOrderedDict\n`: a global of protocol 0 or 1.
        [b'c', rest @ ..] => global(rest),
        // A mark, and the global after it.
        [b'(', b'c' | b'i', rest @ ..] => global(rest),
        // `(dp0\n`, `(lp0\n`: a dictionary or a list of protocol 0, put into the memo.
        [b'(', b'd' | b'l', b'p', rest @ ..] => rest.first().is_some_and(u8::is_ascii_digit),
        // `}q\x00`, `]q\x00`: the same of protocol 1.
        [b'}' | b']', b'q', _, ..] => true,
        _ => false,
    }
}

/// A dotted module, a line end, a name, a line end.
fn global(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let named = |line: Option<&[u8]>| {
        line.is_some_and(|line| {
            !line.is_empty()
                && line
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        })
    };
    named(lines.next()) && named(lines.next())
}

/// The first bytes of a stream; what cannot be unpacked is what was unpacked so far.
fn head(reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = reader.take(LOOKED_AT).read_to_end(&mut bytes);
    bytes
}

/// The members of a zip archive with their first bytes, as the archive's directory lists them.
fn members(archive: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let mut at = directory(archive).unwrap_or(archive.len());
    std::iter::from_fn(move || {
        let entry = archive.get(at..)?;
        if !entry.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (method, packed) = (short(entry, 10)?, long(entry, 20)?);
        let (name, extra, comment) = (short(entry, 28)?, short(entry, 30)?, short(entry, 32)?);
        let text = entry.get(46..46 + name)?;
        at += 46 + name + extra + comment;
        let local = archive.get(long(entry, 42)?..)?;
        let from = 30 + short(local, 26)? + short(local, 28)?;
        let body = local.get(from..)?;
        let body = body.get(..packed.min(body.len()))?;
        let contents = match method {
            0 => body[..body.len().min(LOOKED_AT as usize)].to_vec(),
            8 => head(DeflateDecoder::new(body)),
            _ => Vec::new(),
        };
        let name: String = String::from_utf8_lossy(text).chars().take(100).collect();
        Some((name, contents))
    })
}

/// Where an archive's directory begins: its end is written in the last 64 KiB.
fn directory(archive: &[u8]) -> Option<usize> {
    let from = archive.len().saturating_sub(66_000);
    let end = archive[from..].windows(4).rposition(|four| four == b"PK\x05\x06")?;
    long(&archive[from + end..], 16)
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const PICKLE: &[u8] = b"\x80\x05\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x04math\x94\x8c\x03sin\x94\x93\x94.";

    /// An archive of one packed member, as Python's zipfile writes it.
    fn zip(name: &str, contents: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(contents).expect("memory");
        let body = encoder.finish().expect("memory");
        let mut archive = b"PK\x03\x04\x14\x00\x00\x00\x08\x00".to_vec();
        archive.extend([0; 8]);
        archive.extend((body.len() as u32).to_le_bytes());
        archive.extend((contents.len() as u32).to_le_bytes());
        archive.extend((name.len() as u16).to_le_bytes());
        archive.extend([0; 2]);
        archive.extend(name.bytes());
        archive.extend(&body);
        let directory = archive.len() as u32;
        archive.extend(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x08\x00");
        archive.extend([0; 8]);
        archive.extend((body.len() as u32).to_le_bytes());
        archive.extend((contents.len() as u32).to_le_bytes());
        archive.extend((name.len() as u16).to_le_bytes());
        archive.extend([0; 16]);
        archive.extend(name.bytes());
        let size = archive.len() as u32 - directory;
        archive.extend(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
        archive.extend(size.to_le_bytes());
        archive.extend(directory.to_le_bytes());
        archive.extend([0; 2]);
        archive
    }

    #[test]
    fn pickles_of_every_protocol_are_seen() {
        for pickle in [
            PICKLE,
            b"\x80\x02]q\x00.",
            b"cmath\nsin\np0\n.",
            b"(dp0\n.",
            b"}q\x00.",
            b"ccopy_reg\n_reconstructor\np0\n(c__main__\nA\n",
        ] {
            assert!(find(pickle).is_some(), "{pickle:?}");
        }
    }

    #[test]
    fn packing_hides_nothing() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(PICKLE).expect("memory");
        assert!(find(&gzip.finish().expect("memory")).expect("seen").contains("gzip"));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(PICKLE).expect("memory");
        assert!(find(&zlib.finish().expect("memory")).expect("seen").contains("zlib"));
        let found = find(&zip("archive/data.pkl", PICKLE)).expect("seen");
        assert!(found.contains("archive/data.pkl"), "{found}");
        assert!(find(&zip("inner.zip", &zip("x", b"text"))).is_none());
    }

    #[test]
    fn sound_files_are_not_accused() {
        let zeros = vec![0_u8; 50_000_000];
        let archive = zip("schema.json", b"{\"__class__\": \"Pipeline\"}");
        for sound in [
            &b""[..],
            b"{\"weights\": [1, 2]}",
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'",
            b"customer,score\n1,2\n",
            b"compressed\n",
            b"\x08\x07\x12\x07skl2onnx",
            b"x\x9c not really zlib",
            b"PK\x03\x04 cut",
            &archive,
            &zip("bomb", &zeros),
        ] {
            assert_eq!(find(sound), None, "{:?}", &sound[..sound.len().min(40)]);
        }
    }

    #[test]
    fn a_broken_archive_ends_the_search() {
        let archive = zip("a", PICKLE);
        for cut in 0..archive.len() {
            let _ = find(&archive[..cut]);
            let mut wrong = archive.clone();
            wrong[cut] ^= 0xff;
            let _ = find(&wrong);
        }
    }
}
