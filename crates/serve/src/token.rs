//! The token that clients must send where others than this machine can connect.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// Fewest characters of a token.
const MIN_TOKEN_CHARS: usize = 16;

/// Token of all clients; it cannot be printed.
#[derive(Clone)]
pub struct AccessToken(SecretString);

/// Reason why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a token has at least {MIN_TOKEN_CHARS} visible ASCII characters")]
pub struct TokenError;

impl AccessToken {
    /// Creates a token from the content of a file; white space around it does not count.
    ///
    /// # Errors
    /// [`TokenError`] for one that is short, or that no header can carry.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        let is_sound = text.len() >= MIN_TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_sound { Ok(Self(text.into())) } else { Err(TokenError) }
    }

    /// Whether the header `Authorization` of a request has this token
    /// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    pub(crate) fn is_in(&self, authorization: Option<&str>) -> bool {
        let Some((scheme, given)) = authorization.and_then(|value| value.split_once(' ')) else {
            return false;
        };
        let (given, own) = (given.trim().as_bytes(), self.0.expose_secret().as_bytes());
        // All bytes are compared whatever the first ones are, so that the time tells nothing about them.
        let differences = given.iter().zip(own).fold(0, |differences, (a, b)| differences | (a ^ b));
        scheme.eq_ignore_ascii_case("bearer") && given.len() == own.len() && differences == 0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccessToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_accepted() {
        let token = AccessToken::new(" 0123456789abcdef\n").unwrap();
        assert!(token.is_in(Some("Bearer 0123456789abcdef")));
        for wrong in [
            None,
            Some("Bearer 0123456789abcdeg"),
            Some("Bearer 0123456789abcde"),
            Some("Basic 0123456789abcdef"),
            Some("Bearer "),
        ] {
            assert!(!token.is_in(wrong), "{wrong:?}");
        }
        assert_eq!(AccessToken::new("short").err(), Some(TokenError));
        assert!(!format!("{token:?}").contains("0123"));
    }
}
