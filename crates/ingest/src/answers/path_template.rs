//! Templates of paths: what identifies one thing of many becomes the name of its kind.

/// Least number of hexadecimal digits of an identifier, such as the short name of a commit.
const MIN_HEX_DIGITS: usize = 8;

/// Least length of a word that is a token if it mixes letters and digits.
const MIN_TOKEN_BYTES: usize = 20;

/// Writes the template of a path: `/user/17` becomes `/user/{id}`.
///
/// Whole numbers become `{id}`, UUIDs `{uuid}`, hexadecimal numbers of eight digits and more `{hex}`, dates `{date}`,
/// and long words that mix letters and digits `{token}`. An extension such as `.png` stays.
pub(super) fn write_template(path: &[u8], template: &mut Vec<u8>) {
    template.clear();
    for (at, segment) in path.split(|byte| *byte == b'/').enumerate() {
        if at > 0 {
            template.push(b'/');
        }
        let (name, extension) = match memchr::memrchr(b'.', segment) {
            Some(point) if is_extension(&segment[point + 1..]) => segment.split_at(point),
            _ => (segment, &b""[..]),
        };
        template.extend_from_slice(kind_of(name).unwrap_or(name));
        template.extend_from_slice(extension);
    }
}

/// Returns whether a word is an extension: short, and not a number.
fn is_extension(word: &[u8]) -> bool {
    (1..=5).contains(&word.len())
        && word.iter().all(u8::is_ascii_alphanumeric)
        && word.first().is_some_and(u8::is_ascii_alphabetic)
}

/// Returns the placeholder of a word that identifies one of many.
fn kind_of(word: &[u8]) -> Option<&'static [u8]> {
    // Nearly all words have no digit.
    if !word.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let is_hex = word.iter().all(u8::is_ascii_hexdigit);
    if word.iter().all(u8::is_ascii_digit) {
        Some(b"{id}")
    } else if has_shape(word, b"00000000-0000-0000-0000-000000000000") {
        Some(b"{uuid}")
    } else if is_hex && word.len() >= MIN_HEX_DIGITS {
        Some(b"{hex}")
    } else if has_shape(word, b"0000-00-00") {
        Some(b"{date}")
    } else if is_token(word) {
        Some(b"{token}")
    } else {
        None
    }
}

/// Returns whether a word has a hexadecimal digit where the shape has `0`, and the same bytes elsewhere.
fn has_shape(word: &[u8], shape: &[u8]) -> bool {
    word.len() == shape.len()
        && word.iter().zip(shape).all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_hexdigit(),
            _ => byte == expected,
        })
}

/// Returns whether a word is a key or the like: long, with digits or letters of both cases, and not words of a language
/// that `-` or `_` divide.
fn is_token(word: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| word.iter().filter(|byte| is(byte)).count();
    let dividers = count(|byte| matches!(byte, b'-' | b'_' | b'=' | b'~'));
    let is_mixed = count(u8::is_ascii_lowercase) > 0 && count(u8::is_ascii_uppercase) > 0;
    word.len() >= MIN_TOKEN_BYTES
        && count(u8::is_ascii_alphanumeric) + dividers == word.len()
        && dividers * 10 <= word.len()
        && (is_mixed || count(u8::is_ascii_digit) * 8 >= word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_one_of_many_becomes_its_kind() {
        for (path, expected) in [
            ("/user/17", "/user/{id}"),
            ("/user/17/", "/user/{id}/"),
            ("/img/17.png", "/img/{id}.png"),
            ("/a/550e8400-e29b-41d4-a716-446655440000/b", "/a/{uuid}/b"),
            ("/commit/deadbee5", "/commit/{hex}"),
            ("/js/app.3f2a9c1b.js", "/js/app.3f2a9c1b.js"),
            ("/day/2023-10-10", "/day/{date}"),
            ("/t/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "/t/{token}"),
            ("/blog/ten-ways-to-cook-eggs-in-2023", "/blog/ten-ways-to-cook-eggs-in-2023"),
            ("/v1/users", "/v1/users"),
            ("/index.html", "/index.html"),
            ("/", "/"),
            ("", ""),
            ("*", "*"),
        ] {
            let mut template = b"old".to_vec();
            write_template(path.as_bytes(), &mut template);
            assert_eq!(String::from_utf8(template).unwrap(), expected, "{path}");
        }
    }
}
