//! SQL and LDAP in Go.

use crate::template::{FLAW, Flaw};

const SQL: Flaw = Flaw {
    weakness: "sql_injection",
    about: "Text from ~from~ becomes part of an SQL statement",
    names: &[
        "find~Entities~",
        "Search~Entities~",
        "list~Entities~",
        "~entity~Lookup",
        "Load~Entities~",
        "get~Entity~Rows",
    ],
    input: "in_text",
    source: "get",
    handle: "db *sql.DB, ",
    result: "[]string",
    reply: "value",
    macros: super::STRINGS,
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find~Entity~Owner", "~entity~Members", "Load~Entity~Contact", "search~Entity~Staff"],
    input: "in_user",
    source: "get",
    handle: "directory *ldap.Conn, ",
    result: "[]string",
    reply: "value",
    macros: super::STRINGS,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~rows~, err := ~db~.Query(~[fmt.Sprintf("SELECT ~col~ FROM ~table~ WHERE ~v~ = '%s'", ~v~)~|"SELECT ~col~ FROM ~table~ WHERE ~v~ = $1", ~v~~])
            if err != nil {
                ~broken~
            }
            defer ~rows~.Close()
            var ~r~ []string
            for ~rows~.Next() {
                var ~line~ string
                if err := ~rows~.Scan(&~line~); err != nil {
                    ~broken~
                }
                ~r~ = append(~r~, ~line~)
            }
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            ~q~ := "SELECT COUNT(*) FROM ~table~ WHERE ~v~ LIKE ~['%" + ~v~ + "%'"~|?"~]
            var total int
            if err := ~db~.QueryRow(~q~~[~|, "%"+~v~+"%"~]).Scan(&total); err != nil {
                ~broken~
            }
            ~r~ := []string{"~table~", strconv.Itoa(total)}
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            var ~r~ []string
            err := orm.Table("~table~").
                Where("~col2~ > ?", ~limit~).
                Where(~["~v~ = '" + ~v~ + "'"~|"~v~ = ?", ~v~~]).
                Pluck("~col~", &~r~).Error
            if err != nil {
                ~broken~
            }
        "#,
        handle: "orm *gorm.DB, ",
        ..SQL
    },
    Flaw {
        code: r#"
            answer, err := ~db~.Exec(~["UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = '" + ~v~ + "'"~|"UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = ?", ~v~~])
            if err != nil {
                ~broken~
            }
            changed, _ := answer.RowsAffected()
            slog.Info("~nouns~ updated", "count", changed)
        "#,
        names: &["touch~Entity~", "Bump~Entity~", "mark~Entity~Seen", "Update~Entities~"],
        result: "bool",
        reply: "done",
        macros: super::BOOL,
        ..SQL
    },
    Flaw {
        code: r#"
            columns := []string{"~col~", "~col2~", "name"}
            ~[~|
            if !slices.Contains(columns, ~v~) {
                ~fail~
            }
            ~]
            ~q~ := "SELECT " + strings.Join(columns, ", ") + " FROM ~table~ ORDER BY " + ~v~ + " LIMIT ~limit~"
            ~r~, err := store.Names(~db~, ~q~)
            if err != nil {
                ~broken~
            }
        "#,
        about: "A column name from ~from~ becomes part of an SQL statement",
        names: &["sorted~Entities~", "List~Entities~", "~entity~Overview", "ranked~Entities~"],
        input: "in_sort",
        ..SQL
    },
    Flaw {
        code: r#"
            var ~q~ strings.Builder
            ~q~.WriteString("SELECT ~col~ FROM ~table~ WHERE ~col2~ IS NOT NULL")
            ~q~.WriteString(~[" AND ~v~ = '" + ~v~ + "'"~|" AND ~v~ = ?"~])
            var ~r~ []string
            if err := sqlx.Select(~db~, &~r~, ~q~.String()~[~|, ~v~~]); err != nil {
                ~broken~
            }
        "#,
        handle: "db sqlx.Queryer, ",
        ..SQL
    },
    Flaw {
        code: r#"
            search := ldap.NewSearchRequest(
                "ou=~table~,dc=example,dc=com",
                ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, ~limit~, ~seconds~, false,
                fmt.Sprintf("(&(objectClass=person)(uid=%s))", ~[~v~~|ldap.EscapeFilter(~v~)~]),
                []string{"cn", "mail"}, nil,
            )
            answer, err := directory.Search(search)
            if err != nil {
                ~broken~
            }
            var ~r~ []string
            for _, ~line~ := range answer.Entries {
                ~r~ = append(~r~, ~line~.DN)
            }
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            name := ~[strings.TrimSpace~|ldap.EscapeFilter~](~v~)
            filter := "(|(cn=" + name + ")(mail=" + name + "))"
            ~r~, err := store.Directory("dc=example,dc=org", filter, ~limit~)
            if err != nil {
                ~broken~
            }
        "#,
        ..LDAP
    },
];
