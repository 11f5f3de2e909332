//! Fictional people, owners and projects.

use crate::random::Random;

/// Somebody who commits.
#[derive(Debug)]
pub(crate) struct Person {
    /// Full name.
    pub(crate) name: &'static str,
    /// Name on the git host, and in the address before `@`.
    pub(crate) handle: &'static str,
    /// Host of the address; one that is reserved for examples (RFC 2606).
    pub(crate) host: &'static str,
    /// Difference from UTC, in seconds.
    pub(crate) offset: i32,
}

const fn person(name: &'static str, handle: &'static str, host: &'static str, half_hours: i32) -> Person {
    Person { name, handle, host, offset: half_hours * 1800 }
}

/// The people.
pub(crate) const PEOPLE: &[Person] = &[
    person("Ada Quill", "ada", "harbor.example", 2),
    person("Bram Tolliver", "bram", "example.org", 0),
    person("Chidi Okonjo-Hale", "chidi", "tidewater.example", 2),
    person("Dagny Fjeldstad", "dagny", "example.net", 2),
    person("Elio Marchetti", "elio", "example.org", 2),
    person("Farah Aldine", "farah", "example.com", 7),
    person("Goro Minamoto", "goro", "example.org", 18),
    person("Hanne Overgaard", "hanne", "harbor.example", 2),
    person("Imre Kovalski", "imre", "example.net", 2),
    person("Jun Takemitsu", "jun", "example.com", 18),
    person("Kirsi Halonen-Berg", "kirsi", "example.org", 4),
    person("Lior Ben-Avigdor", "lior", "example.net", 4),
    person("Mara Delacroix", "mara", "tidewater.example", -8),
    person("Nils Åkerström", "nils", "example.org", 2),
    person("Oksana Dovhan", "oksana", "example.net", 4),
    person("Priya Venkataraghavan", "priya", "example.com", 11),
    person("Quentin Asher", "quentin", "example.org", -10),
    person("Rosa Tamariz", "rosa", "example.net", -6),
    person("Søren Lindqvist", "soren", "harbor.example", 2),
    person("Tala Reyes-Whitmore", "tala", "example.com", -16),
    person("Umberto Salvi", "umberto", "example.org", 2),
    person("Vesna Petrak", "vesna", "example.net", 2),
    person("Wanjiru Ndege", "wanjiru", "example.com", 6),
    person("Yusuf Haddad", "yusuf", "tidewater.example", 6),
];

const OWNERS: &[&str] = &[
    "harbor-works",
    "tidewater-labs",
    "northpier",
    "saltmarsh-collective",
    "lanternfish-dev",
    "kelp-and-sons",
    "drydock-systems",
    "fogbell",
    "gullwing-commons",
    "oystercatch",
];

const FIRST: &[&str] = &[
    "amber", "brine", "copper", "drift", "ember", "fathom", "gable", "heron", "indigo", "juniper",
    "keystone", "lumen", "marlin", "nimbus", "ochre", "petrel", "quarry", "russet", "spindle", "thistle",
    "umbra", "vesper", "willow", "zephyr",
];

const SECOND: &[&str] = &[
    "board", "cast", "deck", "desk", "flow", "gate", "hub", "kit", "lane", "loom", "mill", "pad", "port",
    "post", "rack", "shelf", "stack", "table", "tower", "works",
];

/// What a project is for.
pub(crate) const PURPOSES: &[&str] = &[
    "books berths and sends the bills",
    "keeps the timetables of small ferries",
    "collects readings from buoys and draws them",
    "plans shifts for crews of tugs",
    "tracks pallets between quay and warehouse",
    "runs the members' area of a sailing club",
    "publishes tide tables as pages and feeds",
    "lends tools and keeps the ledger",
    "sells tickets for island museums",
    "watches pumps and valves of a canal",
];

/// Names of source files, in snake case. None of them says what kind of file it is.
pub(crate) const STEMS: &[&str] = &[
    "accounts",
    "adapters",
    "alerts",
    "archive",
    "assets",
    "billing",
    "bookings",
    "calendar",
    "catalog",
    "channels",
    "charts",
    "checkout",
    "client",
    "columns",
    "courier",
    "dashboard",
    "delivery",
    "devices",
    "dispatch",
    "editor",
    "events",
    "exports",
    "feeds",
    "filters",
    "folders",
    "forms",
    "gateway",
    "gauges",
    "handlers",
    "imports",
    "inbox",
    "inventory",
    "invoices",
    "layout",
    "ledger",
    "listing",
    "locations",
    "mailer",
    "manifest",
    "members",
    "messages",
    "meters",
    "notices",
    "orders",
    "pages",
    "parcels",
    "partners",
    "payments",
    "planner",
    "portal",
    "pricing",
    "profiles",
    "queries",
    "queue",
    "quotes",
    "receipts",
    "records",
    "reports",
    "roster",
    "routes",
    "schedule",
    "search",
    "sensors",
    "sessions",
    "shipping",
    "stock",
    "storage",
    "stations",
    "sync",
    "tariffs",
    "tasks",
    "tickets",
    "timetable",
    "uploads",
    "users",
    "views",
    "visits",
    "wallets",
    "webhooks",
    "widgets",
];

/// Owner and name of the repository number `index`; no two are the same.
pub(crate) fn repository(seed: u64, index: usize) -> (&'static str, String) {
    let mut random = Random::new(seed, 0x006e_616d_6573);
    let start = random.below(FIRST.len() * SECOND.len());
    // The step has no factor in common with the number of combinations, so all come up once.
    let turn = start + index * 163;
    let (first, second) = (turn % FIRST.len(), turn / FIRST.len() % SECOND.len());
    let round = index / (FIRST.len() * SECOND.len());
    let owner = OWNERS[(index * 7 + random.below(OWNERS.len())) % OWNERS.len()];
    let name = format!("{}-{}", FIRST[first], SECOND[second]);
    (owner, if round == 0 { name } else { format!("{name}-{}", round + 1) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn repositories_have_distinct_names() {
        let names: BTreeSet<_> = (0..2000).map(|index| repository(5, index).1).collect();
        assert_eq!(names.len(), 2000);
    }

    #[test]
    fn addresses_are_reserved_for_examples() {
        for person in PEOPLE {
            assert!(person.host.starts_with("example.") || person.host.ends_with(".example"));
            assert!(person.handle.is_ascii());
        }
    }
}
