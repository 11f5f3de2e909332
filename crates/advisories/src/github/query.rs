//! Queries in GraphQL, and the pages that answer them.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use streamguard_dataset::Advisory;

use super::record::{self, Completeness};
use crate::{LenientRecord, RecordFaults};
use streamguard_http::{InvalidAnswer, UpstreamAnswer};

/// Fields of an advisory that are asked for.
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

/// Query of all advisories in the order of change: an advisory that changes meanwhile comes again at
/// the end. Malware is left out, since it has no fix.
const ADVISORIES: &str = "query($cursor: String, $start: DateTime) {
  rateLimit { cost limit remaining resetAt }
  page: securityAdvisories(
    first: 100, after: $cursor, updatedSince: $start, classifications: [GENERAL],
    orderBy: {field: UPDATED_AT, direction: ASC}
  ) { pageInfo { hasNextPage endCursor } nodes { ...fields } }
}
";

/// Query of the advisories of an ecosystem or a severity, through the packages that they affect: the
/// other query has no such filters.
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

/// Query of one page.
pub(super) struct GithubQuery<'a> {
    pub(super) ecosystem: Option<&'a str>,
    pub(super) severity: Option<&'a str>,
    pub(super) start: Option<&'a str>,
    /// End of the page before; `None` for the first page.
    pub(super) cursor: Option<&'a str>,
}

impl GithubQuery<'_> {
    /// Returns the body of the request.
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

/// Page of advisories.
#[derive(Debug, Default)]
pub(crate) struct GithubPage {
    pub(crate) advisories: Vec<LenientRecord<Advisory>>,
    /// Nodes that are not advisories.
    pub(super) dropped: RecordFaults,
    /// Number of advisories that have more packages or weaknesses than were asked for.
    pub(super) truncated: u64,
    /// Cost of the page in points of GitHub's rate limit.
    pub(super) cost: u64,
    /// Cursor of the next page, if there is one.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct QueryAnswer<'a> {
    #[serde(borrow)]
    data: Option<QueryData<'a>>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryData<'a> {
    rate_limit: Option<QueryCost>,
    #[serde(borrow)]
    page: Option<NodePage<'a>>,
}

#[derive(Deserialize)]
struct QueryCost {
    cost: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodePage<'a> {
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

/// Reads an answer. It is accepted only if it is complete and names no errors.
pub(super) fn read(answer: &UpstreamAnswer, may_be_empty: bool) -> Result<GithubPage, InvalidAnswer> {
    let page = read_bytes(&answer.bytes().map_err(|error| damaged(error.to_string()))?)?;
    let is_empty = page.advisories.is_empty() && page.dropped.dropped() == 0 && page.next.is_none();
    if is_empty && !may_be_empty {
        return Err(damaged("it says that the whole database has no advisories"));
    }
    Ok(page)
}

fn damaged(reason: impl std::fmt::Display) -> InvalidAnswer {
    InvalidAnswer::Damaged(format!("cannot read the answer: {reason}"))
}

/// Reads the page in the body of an answer.
pub(crate) fn read_bytes(bytes: &[u8]) -> Result<GithubPage, InvalidAnswer> {
    let answer: QueryAnswer<'_> = serde_json::from_slice(bytes).map_err(damaged)?;
    // GraphQL answers with status 200 even if it fails, and with data beside the errors if only a
    // part of the query failed.
    if !answer.errors.is_empty() {
        return Err(refusal(&answer.errors));
    }
    let QueryData { rate_limit, page } = answer.data.ok_or_else(|| damaged("it has no data"))?;
    let list = page.ok_or_else(|| damaged("it has no page"))?;
    let nodes = list.nodes.ok_or_else(|| damaged("its page has no nodes"))?;
    let mut page = GithubPage { cost: rate_limit.map_or(0, |limit| limit.cost), ..GithubPage::default() };
    for node in nodes {
        if node.get() == "null" {
            return Err(damaged("a part of its page is missing"));
        }
        match record::read_lenient(node.get()) {
            Some((read, completeness)) => {
                page.truncated += u64::from(completeness == Completeness::Truncated);
                page.advisories.push(read);
            }
            None => page.dropped.add_dropped(node.get()),
        }
    }
    // A single one may be damaged for good, and must not stop the others for ever.
    if page.advisories.is_empty() && page.dropped.dropped() > 1 {
        return Err(damaged(format!("none of its {} advisories can be used", page.dropped.dropped())));
    }
    if list.page_info.has_next_page {
        let cursor = list.page_info.end_cursor;
        page.next = Some(cursor.ok_or_else(|| damaged("it does not say where the next page begins"))?);
    }
    Ok(page)
}

/// Tells apart what errors mean: a rate limit, a timeout of the server, or a refusal.
fn refusal(errors: &[Value]) -> InvalidAnswer {
    let text = |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
    let messages = errors.iter().map(|error| text(error, "message"));
    let messages: Vec<String> = messages.filter(|message| !message.trim().is_empty()).take(3).collect();
    let reason = match messages.as_slice() {
        [] => "GitHub reports an error, and does not say which: try again later".to_owned(),
        messages => format!("GitHub says: {}", messages.join("; ")),
    };
    // The text is hostile, and may be long.
    let reason: String = reason.chars().take(500).collect();
    let reason = reason.escape_debug().to_string();
    let kinds: Vec<String> = errors.iter().map(|error| text(error, "type")).collect();
    // GitHub has used both spellings.
    if kinds.iter().any(|kind| kind == "RATE_LIMIT" || kind == "RATE_LIMITED") {
        // The time of the reset is in the headers, which the client reads.
        return InvalidAnswer::Limited { reason, wait: None };
    }
    let is_timeout =
        |message: &String| message.starts_with("Something went wrong while executing your query");
    if messages.iter().any(is_timeout) {
        // The words of a timeout at GitHub, the same for years. Another try may go better.
        return InvalidAnswer::Damaged(reason);
    }
    InvalidAnswer::Refused(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_errors_is_never_accepted() {
        let page = r#""pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]"#;
        let ok = read_bytes(format!(r#"{{"data":{{"page":{{{page}}}}}}}"#).as_bytes()).unwrap();
        assert!(ok.next.is_none() && ok.advisories.is_empty());
        let both = format!(r#"{{"data":{{"page":{{{page}}}}},"errors":[{{"message":"x\u001b[2J"}}]}}"#);
        assert!(
            matches!(read_bytes(both.as_bytes()), Err(InvalidAnswer::Refused(text)) if !text.contains('\u{1b}'))
        );
        for errors in [r#"[{}, {"message":""}]"#, r#"[null]"#, r#"[{"message":7}]"#] {
            match read_bytes(format!(r#"{{"errors":{errors}}}"#).as_bytes()) {
                Err(InvalidAnswer::Refused(text)) => assert!(text.ends_with("try again later"), "{text}"),
                _ => panic!("{errors} is not refused"),
            }
        }
        let some = read_bytes(br#"{"errors":[{"message":" "},{"message":"a"},{},{"message":"b"}]}"#);
        assert!(matches!(some, Err(InvalidAnswer::Refused(text)) if text == "GitHub says: a; b"));
        for kind in ["RATE_LIMIT", "RATE_LIMITED"] {
            let limited = format!(r#"{{"errors":[{{"type":"{kind}","message":"API rate limit"}}]}}"#);
            assert!(matches!(read_bytes(limited.as_bytes()), Err(InvalidAnswer::Limited { .. })));
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
            assert!(matches!(read_bytes(text.as_bytes()), Err(InvalidAnswer::Damaged(_))), "{text}");
        }
        assert!(matches!(read_bytes("[".repeat(100_000).as_bytes()), Err(InvalidAnswer::Damaged(_))));
    }
}
