//! SQL and LDAP in Python.

use crate::template::{FLAW, Flaw};

const SQL: Flaw = Flaw {
    weakness: "sql_injection",
    about: "Text from ~from~ becomes part of an SQL statement",
    names: &[
        "find_~entities~",
        "search_~entities~",
        "list_~entities~_by_~v~",
        "~entity~_~act~",
        "load_~entities~",
        "get_~entity~_rows",
    ],
    input: "in_text",
    source: "get",
    handle: "conn, ",
    raises: "psycopg2.Error",
    reply: "value",
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find_~entity~_owner", "directory_~act~", "~entity~_members", "load_~entity~_contact"],
    input: "in_user",
    source: "get",
    handle: "directory, ",
    raises: "ldap.LDAPError",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~cur~ = ~conn~.cursor()
            ~q~ = ~[f"SELECT id, ~col~ FROM ~table~ WHERE ~v~ = '{~v~}'"~|"SELECT id, ~col~ FROM ~table~ WHERE ~v~ = %s"~|"SELECT id, ~col~ FROM ~table~ WHERE ~v~ = %(value)s"~]
            ~cur~.execute(~q~~[~|, (~v~,)~|, {"value": ~v~}~])
            ~r~ = ~cur~.fetch~(all()~|many(~limit~)~)
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            ~q~ = "SELECT * FROM ~table~ WHERE ~v~ LIKE ~['%" + ~v~ + "%'~|?~|:part~] ORDER BY ~col~"
            ~r~ = ~conn~.execute(~q~~[~|, ("%" + ~v~ + "%",)~|, {"part": f"%{~v~}%"}~]).fetchall()
        "#,
        raises: "sqlite3.Error",
        ..SQL
    },
    Flaw {
        code: r#"
            ~q~ = (
                "SELECT ~col~, COUNT(*) FROM ~table~"
                " WHERE ~v~ = ~['%s'~|%s~] AND ~col2~ IS NOT NULL"
                " GROUP BY ~col~ LIMIT ~limit~"
            )~[ % ~v~~|~]
            with ~conn~.cursor() as ~cur~:
                ~cur~.execute(~q~~[~|, [~v~]~])
                ~r~ = dict(~cur~.fetchall())
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            ~cur~ = ~conn~.cursor()
            ~cur~.execute(
                "UPDATE ~table~ SET ~col2~ = ~col2~ + 1 WHERE ~v~ = ~['{}'".format(~v~)~|%s",
                (~v~,),~]
            )
            ~conn~.commit()
            ~r~ = ~cur~.rowcount
        "#,
        names: &["touch_~entity~", "bump_~entity~", "mark_~entity~_seen", "update_~entities~"],
        ..SQL
    },
    Flaw {
        code: r#"
            ~cur~ = ~conn~.cursor()
            ~[~|
            if ~v~ not in ("~col~", "~col2~", "name"):
                ~fail~
            ~]
            ~q~ = f"SELECT id, ~col~, ~col2~ FROM ~table~ ORDER BY {~v~} LIMIT ~limit~"
            ~cur~.execute(~q~)
            ~r~ = ~cur~.fetchall()
        "#,
        names: &["sorted_~entities~", "list_~entities~", "~entity~_overview", "ranked_~entities~"],
        about: "A column name from ~from~ becomes part of an SQL statement",
        input: "in_sort",
        ..SQL
    },
    Flaw {
        code: r#"
            ~q~ = ~[text(f"SELECT * FROM ~table~ WHERE ~v~ = '{~v~}' AND ~col~ > 0")~|text("SELECT * FROM ~table~ WHERE ~v~ = :value AND ~col~ > 0")~]
            ~r~ = [dict(row._mapping) for row in session.execute(~q~~[~|, {"value": ~v~}~])]
        "#,
        handle: "session, ",
        raises: "SQLAlchemyError",
        ..SQL
    },
    Flaw {
        code: r#"
            ~r~ = list(
                ~Entity~.objects.raw(
                    ~["SELECT * FROM ~table~ WHERE ~v~ = '" + ~v~ + "'"~|"SELECT * FROM ~table~ WHERE ~v~ = %s",
                    [~v~],~]
                )
            )
            ~r~ = [entry.pk for entry in ~r~[:~limit~]]
        "#,
        hosts: &["django"],
        raises: "DatabaseError",
        ..SQL
    },
    Flaw {
        code: r#"
            ~cur~ = ~conn~.cursor()
            ~[~q~ = "DELETE FROM ~table~ WHERE ~v~ = '" + ~v~.replace('"', "") + "'"
            ~cur~.execute(~q~)~|~q~ = "DELETE FROM ~table~ WHERE ~v~ = %s"
            ~cur~.execute(~q~, (~v~,))~]
            ~conn~.commit()
            logger.info("removed %d ~nouns~", ~cur~.rowcount)
        "#,
        names: &["remove_~entities~", "delete_~entities~", "purge_~entities~", "drop_~entity~"],
        reply: "done",
        ..SQL
    },
    Flaw {
        code: r#"
            ~r~ = directory.search_s(
                "ou=~table~,dc=example,dc=com",
                ldap.SCOPE_SUBTREE,
                f"(&(objectClass=person)(uid={~[~v~~|ldap.filter.escape_filter_chars(~v~)~]}))",
                ["cn", "mail"],
            )
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            ~q~ = "(|(cn=~[%s)(mail=%s))" % (~v~, ~v~)~|%s)(mail=%s))" % ((escape_filter_chars(~v~),) * 2)~]
            ~r~ = directory.search_ext_s("dc=example,dc=org", ldap.SCOPE_ONELEVEL, ~q~, sizelimit=~limit~)
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            ~q~ = "(&(memberOf=cn=~table~,ou=groups,dc=example,dc=net)(uid=~[" + ~v~ + "))"~|{}))".format(escape_filter_chars(~v~))~]
            directory.search("ou=people,dc=example,dc=net", ~q~, attributes=["displayName"])
            ~r~ = [str(entry.displayName) for entry in directory.entries]
        "#,
        raises: "LDAPException",
        ..LDAP
    },
];
