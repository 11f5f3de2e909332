//! SQL, LDAP and document databases in JavaScript.

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
    reply: "value",
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find~Entity~Owner", "~entity~Members", "load~Entity~Contact", "search~Entity~Staff"],
    input: "in_user",
    source: "get",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const ~q~ = ~[`SELECT id, ~col~ FROM ~table~ WHERE ~v~ = '${~v~}'`~|'SELECT id, ~col~ FROM ~table~ WHERE ~v~ = ?'~|`SELECT id, ~col~ FROM ~table~ WHERE ~v~ = ${db.escape(~v~)}`~];
            const [rows] = await db.execute(~q~~[~|, [~v~]~|~]);
            const ~r~ = rows.slice(0, ~limit~);
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            const answer = await db.query(
              ~["SELECT * FROM ~table~ WHERE ~v~ LIKE '%" + ~v~ + "%' ORDER BY ~col~"~|'SELECT * FROM ~table~ WHERE ~v~ LIKE $1 ORDER BY ~col~',
              ['%' + ~v~ + '%']~]
            );
            const ~r~ = answer.rows;
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            const ~r~ = await db('~table~')
              .where('~col2~', '>', ~limit~)
              ~[.whereRaw(`~v~ = '${~v~}'`)~|.where('~v~', ~v~)~]
              .orderBy('~col~');
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            const ~r~ = await sequelize.query(
              ~["SELECT ~col~, ~col2~ FROM ~table~ WHERE ~v~ = '" + ~v~ + "'",
              { type: QueryTypes.SELECT }~|'SELECT ~col~, ~col2~ FROM ~table~ WHERE ~v~ = :value',
              { type: QueryTypes.SELECT, replacements: { value: ~v~ } }~]
            );
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            const columns = ['~col~', '~col2~', 'name'];
            ~[~|
            if (!columns.includes(~v~)) {
              ~fail~
            }
            ~]
            const ~q~ = `SELECT ${columns.join(', ')} FROM ~table~ ORDER BY ${~v~} LIMIT ~limit~`;
            const ~r~ = await db.all(~q~);
        "#,
        about: "A column name from ~from~ becomes part of an SQL statement",
        names: &["sorted~Entities~", "list~Entities~", "~entity~Overview", "ranked~Entities~"],
        input: "in_sort",
        ..SQL
    },
    Flaw {
        code: r#"
            const ~q~ = ~["UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = '" + ~v~ + "'"~|'UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = ?'~];
            await db.run(~q~~[~|, ~v~~]);
            logger.info('updated ~nouns~');
        "#,
        names: &["touch~Entity~", "bump~Entity~", "mark~Entity~Seen", "update~Entities~"],
        reply: "done",
        ..SQL
    },
    Flaw {
        code: r#"
            const ids = (await cache.get('~table~')) || [];
            const where = ids.length > 0 ? 'id IN (?) AND' : 'id NOT IN (?) AND';
            const [~r~] = await db.query(
              `SELECT * FROM ~table~ WHERE ${where} ~v~ = ~['${~v~}'~|?~]`,
              [ids~[~|, ~v~~]]
            );
        "#,
        ..SQL
    },
    Flaw {
        weakness: "code_injection",
        about: "Text from ~from~ becomes part of a JavaScript condition that the database runs",
        code: r#"
            const ~r~ = await db.collection('~table~')
              .find({ ~[$where: `this.~v~ == '${~v~}'`~|~v~: { $eq: String(~v~) }~] })
              .limit(~limit~)
              .toArray();
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            const filter = ~[`(&(objectClass=person)(uid=${~v~}))`~|ldapEscape.filter`(&(objectClass=person)(uid=${~v~}))`~];
            const ~r~ = await directory.search('ou=~table~,dc=example,dc=com', {
              filter,
              scope: 'sub',
              sizeLimit: ~limit~,
            });
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            const options = {
              scope: 'one',
              attributes: ['cn', 'mail'],
              filter: ~['(|(cn=' + ~v~ + ')(mail=' + ~v~ + '))'~|new ldap.OrFilter({
                filters: ['cn', 'mail'].map((attribute) => new ldap.EqualityFilter({ attribute, value: ~v~ })),
              })~],
            };
            const ~r~ = await searchDirectory('ou=~table~,dc=example,dc=org', options);
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            const name = ~[~v~.trim()~|~v~.replace(/[\\*()\0]/g, (c) => '\\' + c.charCodeAt(0).toString(16).padStart(2, '0'))~];
            const matching~Entity~ = await directory.search('dc=example,dc=net', { filter: `(&(cn=~table~)(member=${name}))` });
            const ~r~ = matching~Entity~.entries;
        "#,
        ..LDAP
    },
];
