//! SQL and LDAP in Java.

use crate::template::{FLAW, Flaw};

const SQL: Flaw = Flaw {
    weakness: "sql_injection",
    about: "Text from ~from~ becomes part of an SQL statement",
    names: &[
        "find~Entities~",
        "search~Entities~",
        "list~Entities~",
        "~entity~Lookup",
        "load~Entities~",
        "get~Entity~Rows",
    ],
    input: "in_text",
    source: "get",
    raises: "SQLException",
    result: "List<String>",
    reply: "value",
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find~Entity~Owner", "~entity~Members", "load~Entity~Contact", "search~Entity~Staff"],
    input: "in_user",
    source: "get",
    raises: "NamingException",
    result: "List<String>",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            List<String> ~r~ = new ArrayList<>();
            String ~q~ = "SELECT ~col~ FROM ~table~ WHERE ~v~ = ~['" + ~v~ + "'"~|?"~];
            try (Connection connection = dataSource.getConnection();
                    ~[Statement ~stmt~ = connection.createStatement()~|PreparedStatement ~stmt~ = connection.prepareStatement(~q~)~]) {
                ~[~|~stmt~.setString(1, ~v~);~]
                ResultSet ~rs~ = ~stmt~.executeQuery(~[~q~~|~]);
                while (~rs~.next()) {
                    ~r~.add(~rs~.getString(1));
                }
            }
        "#,
        ..SQL
    },
    Flaw {
        handle: "Connection connection, ",
        hosts: &["service"],
        code: r#"
            List<String> ~r~ = new ArrayList<>();
            PreparedStatement ~stmt~ = connection.prepareStatement(
                    "SELECT id, ~col~ FROM ~table~ WHERE ~v~ LIKE ~['%" + ~v~ + "%'~|?~] AND ~col2~ > ?");
            ~[~stmt~.setInt(1, ~limit~);~|~stmt~.setString(1, "%" + ~v~ + "%");
            ~stmt~.setInt(2, ~limit~);~]
            try (ResultSet ~rs~ = ~stmt~.executeQuery()) {
                while (~rs~.next()) {
                    ~r~.add(~rs~.getString("~col~"));
                }
            }
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            List<String> ~r~ = jdbcTemplate.queryForList(
                    ~["SELECT ~col~ FROM ~table~ WHERE ~v~ = '" + ~v~ + "' ORDER BY ~col2~",
                    String.class~|"SELECT ~col~ FROM ~table~ WHERE ~v~ = ? ORDER BY ~col2~",
                    String.class, ~v~~]);
        "#,
        raises: "DataAccessException",
        macros: super::UNCHECKED,
        ..SQL
    },
    Flaw {
        code: r#"
            List<String> ~r~ = entityManager
                    .createQuery("SELECT x.~col~ FROM ~Entity~ x WHERE x.~v~ = ~['" + ~v~ + "'"~|:value"~], String.class)
                    ~[~|.setParameter("value", ~v~)~]
                    .setMaxResults(~limit~)
                    .getResultList();
        "#,
        raises: "PersistenceException",
        macros: super::UNCHECKED,
        ..SQL
    },
    Flaw {
        code: r#"
            Set<String> columns = Set.of("~col~", "~col2~", "name");
            ~[log.debug("~nouns~ have {} columns", columns.size());~|if (!columns.contains(~v~)) {
                ~fail~
            }~]
            List<String> ~r~ = jdbcTemplate.queryForList(
                    "SELECT name FROM ~table~ ORDER BY " + ~v~ + " LIMIT ~limit~", String.class);
        "#,
        about: "A column name from ~from~ becomes part of an SQL statement",
        names: &["sorted~Entities~", "list~Entities~", "~entity~Overview", "ranked~Entities~"],
        input: "in_sort",
        raises: "DataAccessException",
        macros: super::UNCHECKED,
        ..SQL
    },
    Flaw {
        code: r#"
            int changed;
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement ~stmt~ = connection.prepareStatement(
                            ~[String.format("UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = '%s'", ~v~)~|"UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = ?"~])) {
                ~[~|~stmt~.setString(1, ~v~);~]
                changed = ~stmt~.executeUpdate();
            }
            log.info("updated {} ~nouns~", changed);
        "#,
        names: &["touch~Entity~", "bump~Entity~", "mark~Entity~Seen", "update~Entities~"],
        result: "Boolean",
        reply: "done",
        ..SQL
    },
    Flaw {
        code: r#"
            SearchControls controls = new SearchControls();
            controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
            String filter = "(&(objectClass=person)(uid=" + ~[~v~~|LdapEncoder.filterEncode(~v~)~] + "))";
            List<String> ~r~ = new ArrayList<>();
            var answers = directory.search("ou=~table~,dc=example,dc=com", filter, controls);
            while (answers.hasMore()) {
                ~r~.add(answers.next().getNameInNamespace());
            }
        "#,
        handle: "DirContext directory, ",
        ..LDAP
    },
    Flaw {
        code: r#"
            List<String> ~r~ = new ArrayList<>();
            var answers = ~[directory.search("dc=example,dc=org", "(|(cn=" + ~v~ + ")(mail=" + ~v~ + "))", new SearchControls());~|directory.search("dc=example,dc=org", "(|(cn={0})(mail={0}))", new Object[] {~v~}, new SearchControls());~]
            while (answers.hasMore()) {
                ~r~.add(answers.next().getName());
            }
        "#,
        handle: "DirContext directory, ",
        ..LDAP
    },
];
