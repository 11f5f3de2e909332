//! Damaged records of all sources: each is read in part, or is none, and nothing panics.

use streamguard_advisories::{cve, github, osv};
use streamguard_simulator::for_each_mutation;

const CVE: &str = r#"{"cve":{"id":"CVE-2020-12345","published":"2019-12-20T23:15:11.167","lastModified":"2024-11-21T04:31:10.783",
"vulnStatus":"Modified","cisaExploitAdd":"2021-11-03","descriptions":[{"lang":"en","value":"A flaw"}],"metrics":{"cvssMetricV31":
[{"type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N","baseScore":7.5}}]},
"weaknesses":[{"description":[{"lang":"en","value":"CWE-89"}]}],"references":[{"url":"https://example.org","tags":["Patch"]}]}}"#;

const OSV: &str = r#"{"id":"GHSA-2222-3333-4444","aliases":["CVE-2020-12345"],"published":"2020-01-02T03:04:05Z","modified":
"2021-01-02T03:04:05Z","summary":"A flaw","details":"It is","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}],
"affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"GIT","repo":"https://github.com/o/r","events":[{"introduced":"0"},
{"fixed":"8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba"}]}]}],"references":[{"type":"FIX","url":"https://github.com/o/r/commit/8eba394"}]}"#;

const GITHUB: &str = r#"{"ghsaId":"GHSA-2222-3333-4444","summary":"A flaw","description":"It is","severity":"HIGH","publishedAt":
"2020-01-02T03:04:05Z","updatedAt":"2021-01-02T03:04:05Z","withdrawnAt":null,"identifiers":[{"type":"CVE","value":"CVE-2020-12345"}],
"references":[{"url":"https://github.com/o/r/commit/8eba394"}],"cwes":{"nodes":[{"cweId":"CWE-89"}],"pageInfo":{"hasNextPage":false}},
"cvssSeverities":{"cvssV3":{"score":7.5,"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}},
"vulnerabilities":{"nodes":[{"package":{"ecosystem":"PIP","name":"a"},"vulnerableVersionRange":"< 1.2","firstPatchedVersion":
{"identifier":"1.2"}}],"pageInfo":{"hasNextPage":false}}}"#;

#[test]
fn damaged_records_are_read_in_part_or_not_at_all() {
    let mut read = [0_u32; 3];
    for_each_mutation(&[CVE.as_bytes(), OSV.as_bytes(), GITHUB.as_bytes()], &mut |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let records = [
            cve::record::read_lenient(&text).map(|read| read.record),
            osv::record::read_lenient(bytes).map(|read| read.record),
            github::record::read_lenient(&text).map(|(read, _)| read.record),
        ];
        for (count, record) in read.iter_mut().zip(records) {
            *count += u32::from(record.is_some());
            let json = record.map(|record| serde_json::to_vec(&record).expect("an advisory is JSON"));
            let again = json.map(|json| serde_json::from_slice::<streamguard_dataset::Advisory>(&json));
            assert!(again.is_none_or(|again| again.is_ok()), "{text}");
        }
    });
    assert!(read.iter().all(|count| *count > 100), "the damage leaves no record: {read:?}");
}
