//! SQL and LDAP in PHP.

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
    handle: "\\PDO $pdo, ",
    raises: "PDOException",
    reply: "value",
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find~Entity~Owner", "~entity~Members", "load~Entity~Contact", "search~Entity~Staff"],
    input: "in_user",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[$~stmt~ = ~pdo~->query("SELECT id, ~col~ FROM ~table~ WHERE ~v~ = '$~v~'");~|$~stmt~ = ~pdo~->prepare('SELECT id, ~col~ FROM ~table~ WHERE ~v~ = ?');
            $~stmt~->execute([$~v~]);~]
            $~r~ = $~stmt~->fetchAll(\PDO::FETCH_ASSOC);
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            $~q~ = "SELECT * FROM ~table~ WHERE ~v~ LIKE ~['%" . $~v~ . "%'~|:value~] AND ~col2~ > :low ORDER BY ~col~";
            $~stmt~ = ~pdo~->prepare($~q~);
            $~stmt~->execute(['low' => ~limit~~[~|, 'value' => "%$~v~%"~]]);
            $~r~ = $~stmt~->fetchAll();
        "#,
        ..SQL
    },
    Flaw {
        code: r#"
            $link = mysqli_connect(getenv('DB_HOST'), '~entity~', getenv('DB_PASSWORD'), '~table~');
            ~[$answer = mysqli_query($link, "SELECT ~col~ FROM ~table~ WHERE ~v~ = '" . $~v~ . "' LIMIT ~limit~");~|$~stmt~ = mysqli_prepare($link, 'SELECT ~col~ FROM ~table~ WHERE ~v~ = ? LIMIT ~limit~');
            mysqli_stmt_bind_param($~stmt~, 's', $~v~);
            mysqli_stmt_execute($~stmt~);
            $answer = mysqli_stmt_get_result($~stmt~);~]
            $~r~ = mysqli_fetch_all($answer, MYSQLI_ASSOC);
        "#,
        raises: "mysqli_sql_exception",
        ..SQL
    },
    Flaw {
        code: r#"
            $~r~ = DB::table('~table~')
                ->where('~col2~', '>', ~limit~)
                ~[->whereRaw("~v~ = '$~v~'")~|->where('~v~', $~v~)~]
                ->orderBy('~col~')
                ->get();
        "#,
        hosts: &["laravel", "service"],
        raises: "Illuminate\\Database\\QueryException",
        ..SQL
    },
    Flaw {
        code: r#"
            $~r~ = DB::select(~["SELECT ~col~, ~col2~ FROM ~table~ WHERE ~v~ = '{$~v~}'"~|'SELECT ~col~, ~col2~ FROM ~table~ WHERE ~v~ = ?', [$~v~]~]);
            error_log(count($~r~) . ' ~nouns~ found');
        "#,
        hosts: &["laravel"],
        raises: "Illuminate\\Database\\QueryException",
        ..SQL
    },
    Flaw {
        code: r#"
            $columns = ['~col~', '~col2~', 'name'];
            ~[~|
            if (!in_array($~v~, $columns, true)) {
                ~fail~
            }
            ~]
            $~q~ = 'SELECT ' . implode(', ', $columns) . ' FROM ~table~ ORDER BY ' . $~v~ . ' LIMIT ~limit~';
            $~r~ = ~pdo~->query($~q~)->fetchAll();
        "#,
        about: "A column name from ~from~ becomes part of an SQL statement",
        names: &["sorted~Entities~", "list~Entities~", "~entity~Overview", "ranked~Entities~"],
        input: "in_sort",
        ..SQL
    },
    Flaw {
        code: r#"
            $~stmt~ = ~pdo~->prepare(~[sprintf("UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = '%s'", $~v~)~|'UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = :value'~]);
            $~stmt~->execute(~[~|['value' => $~v~]~]);
            error_log($~stmt~->rowCount() . ' ~nouns~ updated');
        "#,
        names: &["touch~Entity~", "bump~Entity~", "mark~Entity~Seen", "update~Entities~"],
        reply: "done",
        ..SQL
    },
    Flaw {
        code: r#"
            $~q~ = ~["DELETE FROM ~table~ WHERE ~v~ = " . addslashes($~v~)~|'DELETE FROM ~table~ WHERE ~v~ = ' . ~pdo~->quote($~v~)~];
            $removed = ~pdo~->exec($~q~);
            error_log("$removed ~nouns~ removed");
        "#,
        names: &["remove~Entities~", "delete~Entities~", "purge~Entities~", "drop~Entity~"],
        reply: "done",
        ..SQL
    },
    Flaw {
        code: r#"
            $directory = ldap_connect('ldap://~site~');
            $filter = '(&(objectClass=person)(uid=' . ~[$~v~~|ldap_escape($~v~, '', LDAP_ESCAPE_FILTER)~] . '))';
            $matching~Entity~ = ldap_search($directory, 'ou=~table~,dc=example,dc=com', $filter, ['cn', 'mail']);
            $~r~ = ldap_get_entries($directory, $matching~Entity~);
        "#,
        ..LDAP
    },
    Flaw {
        code: r#"
            $name = ~[trim($~v~)~|ldap_escape($~v~, '', LDAP_ESCAPE_FILTER)~];
            $entries = Store::directory()->query('dc=example,dc=org', "(|(cn=$name)(mail=$name))")->execute();
            $~r~ = [];
            foreach ($entries as $entry) {
                $~r~[] = $entry->getDn();
            }
        "#,
        ..LDAP
    },
];
