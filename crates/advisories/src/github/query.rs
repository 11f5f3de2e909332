//! The questions in GraphQL, and the pages that answer them.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use streamguard_dataset::Advisory;

use super::record::{self, Cut};
use streamguard_http::{Answer, Unfit};

/// What is wanted of an advisory.
const FIELDS: &str = "fragment fields on SecurityAdvisory {
  ghsaId summary description severity publishedAt updatedAt withdrawnAt
  identifiers { type value }
  references { url }
  cvssSeverities { cvssV3 { score vectorString } cvssV4 { score vectorString } }
  cwes(first: 50) { totalCount nodes { cweId } }
  vulnerabilities(first: 100) {
    totalCount
    nodes { package { ecosystem name } vulnerableVersionRange firstPatchedVersion { identifier } }
  }
}
";

/// All advisories, in the order of their change: what changes meanwhile comes at the end again.
/// Malware is left out: it has no fix.
const ADVISORIES: &str = "query($cursor: String, $start: DateTime) {
  rateLimit { cost limit remaining resetAt }
  page: securityAdvisories(
    first: 100, after: $cursor, updatedSince: $start, classifications: [GENERAL],
    orderBy: {field: UPDATED_AT, direction: ASC}
  ) { pageInfo { hasNextPage endCursor } nodes { ...fields } }
}
";

/// The advisories of an ecosystem or a severity, through the packages that they concern.
const VULNERABILITIES: &str = "query(
  $cursor: String, $ecosystem: SecurityAdvisoryEcosystem, $severities: [SecurityAdvisorySeverity!]
) {
  rateLimit { cost limit remaining resetAt }
  page: securityVulnerabilities(
    first: 100, after: $cursor, ecosystem: $ecosystem, severities: $severities,
    classifications: [GENERAL], orderBy: {field: UPDATED_AT, direction: ASC}
  ) { pageInfo { hasNextPage endCursor } nodes { advisory { ...fields } } }
}
";

/// One page of a question.
pub(super) struct Question<'a> {
    pub(super) ecosystem: Option<&'a str>,
    pub(super) severity: Option<&'a str>,
    pub(super) start: Option<&'a str>,
    /// Where the page before ended.
    pub(super) cursor: Option<&'a str>,
}

impl Question<'_> {
    /// What is posted.
    pub(super) fn body(&self) -> String {
        let Self { ecosystem, severity, start, cursor } = self;
        let is_filtered = ecosystem.is_some() || severity.is_some();
        let (query, variables) = if is_filtered {
            let severities = severity.map(|severity| [severity]);
            (VULNERABILITIES, json!({"cursor": cursor, "ecosystem": ecosystem, "severities": severities}))
        } else {
            (ADVISORIES, json!({"cursor": cursor, "start": start}))
        };
        json!({"query": format!("{query}{FIELDS}"), "variables": variables}).to_string()
    }
}

/// A page as read.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) advisories: Vec<Advisory>,
    /// Nodes that are no advisories.
    pub(super) malformed: u64,
    /// Advisories that concern more packages, or have more weaknesses, than are asked for.
    pub(super) cut: u64,
    /// Points that it cost.
    pub(super) cost: u64,
    /// The cursor of the next page, if there is one.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    rate_limit: Option<RateLimit>,
    #[serde(borrow)]
    page: Option<Connection<'a>>,
}

#[derive(Deserialize)]
struct RateLimit {
    cost: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    page_info: PageInfo,
    #[serde(borrow)]
    nodes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// Reads an answer; it counts only if it names no errors and is whole.
pub(super) fn read(answer: &Answer) -> Result<Page, Unfit> {
    read_bytes(&answer.bytes().map_err(|error| damaged(error.to_string()))?)
}

fn damaged(reason: impl std::fmt::Display) -> Unfit {
    Unfit::Damaged(format!("an answer that cannot be read: {reason}"))
}

pub(super) fn read_bytes(bytes: &[u8]) -> Result<Page, Unfit> {
    let body: Body<'_> = serde_json::from_slice(bytes).map_err(damaged)?;
    if !body.errors.is_empty() {
        return Err(refusal(&body.errors));
    }
    let Data { rate_limit, page } = body.data.ok_or_else(|| damaged("it has no data"))?;
    let connection = page.ok_or_else(|| damaged("it has no page"))?;
    let nodes = connection.nodes.ok_or_else(|| damaged("its page has no nodes"))?;
    let mut page = Page { cost: rate_limit.map_or(0, |limit| limit.cost), ..Page::default() };
    for node in nodes {
        if node.get() == "null" {
            return Err(damaged("a part of its page is missing"));
        }
        match record::read(node.get()) {
            Some((advisory, cut)) => {
                page.cut += u64::from(cut == Cut::Yes);
                page.advisories.push(advisory);
            }
            None => page.malformed += 1,
        }
    }
    if connection.page_info.has_next_page {
        let cursor = connection.page_info.end_cursor;
        page.next = Some(cursor.ok_or_else(|| damaged("it does not say where the next page begins"))?);
    }
    Ok(page)
}

/// What errors mean: a limit that is reached, or a no.
fn refusal(errors: &[Value]) -> Unfit {
    let text = |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
    let said: Vec<String> = errors.iter().take(3).map(|error| text(error, "message")).collect();
    // What is shown is hostile, and may be long.
    let reason: String = format!("GitHub says: {}", said.join("; ")).chars().take(500).collect();
    let reason = reason.escape_debug().to_string();
    let kinds: Vec<String> = errors.iter().map(|error| text(error, "type")).collect();
    // Both spellings are on record.
    if kinds.iter().any(|kind| kind == "RATE_LIMIT" || kind == "RATE_LIMITED") {
        // When it resets is in the headers.
        return Unfit::Limited { reason, wait: None };
    }
    let is_passing =
        |message: &String| message.starts_with("Something went wrong while executing your query");
    if said.iter().any(is_passing) {
        // A timeout of theirs, in the words that it has had for years.
        return Unfit::Damaged(reason);
    }
    Unfit::Refused(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_errors_never_counts() {
        let page = r#""pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]"#;
        let ok = read_bytes(format!(r#"{{"data":{{"page":{{{page}}}}}}}"#).as_bytes()).unwrap();
        assert!(ok.next.is_none() && ok.advisories.is_empty());
        let both = format!(r#"{{"data":{{"page":{{{page}}}}},"errors":[{{"message":"x\u001b[2J"}}]}}"#);
        assert!(matches!(read_bytes(both.as_bytes()), Err(Unfit::Refused(text)) if !text.contains('\u{1b}')));
        for kind in ["RATE_LIMIT", "RATE_LIMITED"] {
            let limited = format!(r#"{{"errors":[{{"type":"{kind}","message":"API rate limit"}}]}}"#);
            assert!(matches!(read_bytes(limited.as_bytes()), Err(Unfit::Limited { .. })));
        }
        for text in [
            "",
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{"page":null}}"#,
            r#"{"data":{"page":{"pageInfo":{"hasNextPage":false},"nodes":null}}}"#,
            r#"{"data":{"page":{"pageInfo":{"hasNextPage":false},"nodes":[null]}}}"#,
            r#"{"data":{"page":{"pageInfo":{"hasNextPage":true,"endCursor":null},"nodes":[]}}}"#,
        ] {
            assert!(matches!(read_bytes(text.as_bytes()), Err(Unfit::Damaged(_))), "{text}");
        }
        assert!(matches!(read_bytes("[".repeat(100_000).as_bytes()), Err(Unfit::Damaged(_))));
    }
}
