//! Occurrences of the text of a search in the lines of a sample.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Highlights the text in all lines, and returns the first line that holds it. Letters of ASCII count as equal
/// in both cases.
pub(super) fn highlight(lines: &mut [Line<'static>], text: &str) -> Option<usize> {
    let wanted = text.to_ascii_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let mut first = None;
    for (nth, line) in lines.iter_mut().enumerate() {
        let content: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        // Lower case of ASCII has as many bytes as upper case, so positions stay the same.
        let hits: Vec<_> = content.to_ascii_lowercase().match_indices(&wanted).map(|(at, _)| at).collect();
        if !hits.is_empty() {
            first = first.or(Some(nth));
            *line = highlighted(line, &hits, wanted.len());
        }
    }
    first
}

fn highlighted(line: &Line<'static>, hits: &[usize], length: usize) -> Line<'static> {
    let is_hit = |at: usize| hits.iter().any(|hit| (*hit..hit + length).contains(&at));
    let (mut spans, mut start) = (Vec::new(), 0);
    for span in &line.spans {
        let style = |is_hit| match is_hit {
            true => span.style.patch(Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)),
            false => span.style,
        };
        let (mut part, mut was_hit) = (String::new(), false);
        for (at, character) in span.content.char_indices() {
            let now_hit = is_hit(start + at);
            if now_hit != was_hit && !part.is_empty() {
                spans.push(Span::styled(std::mem::take(&mut part), style(was_hit)));
            }
            was_hit = now_hit;
            part.push(character);
        }
        spans.push(Span::styled(part, style(was_hit)));
        start += span.content.len();
    }
    Line::from(spans).style(line.style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_stand_out_and_the_text_stays() {
        let line = || Line::from(vec![Span::raw("12 - Que"), Span::raw("ry(é, query)")]);
        let mut lines = vec![Line::raw("none"), line()];
        assert_eq!(highlight(&mut lines, "qUERY"), Some(1));
        let text: String = lines[1].spans.iter().map(|span| span.content.as_ref()).collect();
        assert_eq!(text, "12 - Query(é, query)");
        let hits =
            lines[1].spans.iter().filter(|span| span.style.add_modifier.contains(Modifier::UNDERLINED));
        assert_eq!(hits.map(|span| span.content.as_ref()).collect::<Vec<_>>(), ["Que", "ry", "query"]);
        assert_eq!(highlight(&mut lines, ""), None);
    }
}
