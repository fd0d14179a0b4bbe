//! The name of a container image, taken apart as the engine does it.

/// `registry:5000/owner/name:tag@digest`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImageName<'a> {
    /// The tag; none without one.
    pub tag: Option<&'a str>,
    /// The digest; none without one.
    pub digest: Option<&'a str>,
}

impl<'a> ImageName<'a> {
    /// Takes a name apart.
    pub(super) fn new(image: &'a str) -> Self {
        let (rest, digest) = match image.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash belongs to a port.
        let last = rest.rsplit('/').next().unwrap_or(rest);
        Self {
            tag: last.split_once(':').map(|(_, tag)| tag),
            digest,
        }
    }

    /// True with a digest, or with a tag other than `latest`.
    pub(super) fn is_pinned(self) -> bool {
        self.digest.is_some() || self.tag.is_some_and(|tag| !tag.is_empty() && tag != "latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_tags_and_digests() {
        let parts = |image| {
            let name = ImageName::new(image);
            (name.tag, name.digest, name.is_pinned())
        };
        assert_eq!(parts("python"), (None, None, false));
        assert_eq!(parts("python:latest"), (Some("latest"), None, false));
        assert_eq!(parts("python:"), (Some(""), None, false));
        assert_eq!(parts("registry.example:5000/app"), (None, None, false));
        assert_eq!(parts("registry.example:5000/app:1.4"), (Some("1.4"), None, true));
        assert_eq!(parts("app@sha256:0"), (None, Some("sha256:0"), true));
    }
}
