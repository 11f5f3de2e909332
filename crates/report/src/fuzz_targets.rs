//! Fuzz targets of what is private to this crate, for the package `fuzz`.

use askama::filters::Escaper;

use crate::escape::{is_hidden, visible};
use crate::format::html::escape::{self, PageEscaper};

/// What stands for markup on the page. The ampersand is last, so that what it begins is not read twice.
const ENTITIES: [(&str, &str); 5] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

/// Any text is shown on the page, has no tag, and ends no attribute. In the data of the page it is the same text, and
/// ends no script.
pub fn html_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut page = String::new();
    PageEscaper.write_escaped_str(&mut page, &text).expect("memory does not fail");
    assert!(!page.contains(['<', '>', '"', '\'']) && !page.chars().any(is_hidden), "{page}");
    let begins_entity = |rest: &str| ENTITIES.iter().any(|(entity, _)| rest.starts_with(&entity[1..]));
    assert!(page.split('&').skip(1).all(begins_entity), "{page}");
    let shown = ENTITIES.iter().fold(page, |page, (entity, character)| page.replace(entity, character));
    assert_eq!(shown, visible(&text));

    let json = serde_json::to_string(&text).expect("text is JSON");
    let mut data = String::new();
    escape::json(&json, &mut data);
    assert!(!data.contains('<') && !data.chars().any(is_hidden), "{data}");
    assert_eq!(serde_json::from_str::<String>(&data).expect("its own JSON"), text);
}
