//! Commands, paths, SQL and LDAP in C.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &[
        "check_~entity~_host",
        "probe_~entity~",
        "~entity~_reachable",
        "ping_~entity~",
        "trace_~entity~_route",
    ],
    input: "in_host",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const PATH: Flaw = Flaw {
    weakness: "path_traversal",
    about: "A file name from ~from~ can lead out of the folder of files",
    names: &[
        "print_~entity~_file",
        "read_~entity~_document",
        "~entity~_attachment",
        "open_~entity~",
        "send_~entity~_file",
    ],
    input: "in_file",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const SQL: Flaw = Flaw {
    weakness: "sql_injection",
    about: "Text from ~from~ becomes part of an SQL statement",
    names: &[
        "find_~entities~",
        "list_~entities~",
        "~entity~_lookup",
        "count_~entities~",
        "print_~entity~_rows",
    ],
    input: "in_text",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const LDAP: Flaw = Flaw {
    weakness: "ldap_injection",
    about: "Text from ~from~ becomes part of an LDAP search filter",
    names: &["find_~entity~_owner", "~entity~_members", "load_~entity~_contact", "search_~entity~_staff"],
    input: "in_user",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[char command[~size~];
            snprintf(command, sizeof(command), "ping -c ~few~ %s", ~v~);
            int code = system(command);~|int code = 0;
            pid_t child = fork();
            if (child == 0) {
                execlp("ping", "ping", "-c", "~few~", "--", ~v~, (char *)NULL);
                _exit(127);
            }
            waitpid(child, &code, 0);~]
            syslog(LOG_INFO, "~noun~ answered with %d", code);
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            for (const char *c = ~v~; *c != '\0'; c++) {
                if (!isalnum((unsigned char)*c) && *c != '.') {
                    ~fail~
                }
            }
            ~]
            char command[~size~];
            char answer[256] = "";
            snprintf(command, sizeof(command), "nslookup %s", ~v~);
            FILE *pipe = popen(command, "r");
            if (pipe == NULL) {
                ~fail~
            }
            while (fgets(answer, sizeof(answer), pipe) != NULL) {
                fputs(answer, stdout);
            }
            pclose(pipe);
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            pid_t child = fork();
            if (child < 0) {
                ~fail~
            }
            if (child == 0) {
                ~[char command[512];
                snprintf(command, sizeof(command), "tar -czf ~dir~/~table~.tgz %s", ~v~);
                execl("/bin/sh", "sh", "-c", command, (char *)NULL);~|execl("/bin/tar", "tar", "-czf", "~dir~/~table~.tgz", "--", ~v~, (char *)NULL);~]
                _exit(127);
            }
            waitpid(child, NULL, 0);
        "#,
        names: &["archive_~entities~", "pack_~entity~_files", "backup_~entity~", "bundle_~entities~"],
        input: "in_file",
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if (strchr(~v~, '/') != NULL) {
                ~fail~
            }
            ~]
            char path[PATH_MAX];
            snprintf(path, sizeof(path), "~dir~/%s", ~v~);
            FILE *file = fopen(path, "rb");
            if (file == NULL) {
                ~fail~
            }
            store_stream("~table~", file);
            fclose(file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            char joined[PATH_MAX];
            char path[PATH_MAX];
            snprintf(joined, sizeof(joined), "~dir~/%s", ~v~);
            if (realpath(joined, path) == NULL~[~| || strncmp(path, "~dir~/", strlen("~dir~/")) != 0~]) {
                ~fail~
            }
            int fd = open(path, O_RDONLY);
            if (fd < 0) {
                ~fail~
            }
            char ~buf~[~size~];
            ssize_t got = read(fd, ~buf~, sizeof(~buf~));
            close(fd);
            store_bytes("~table~", ~buf~, got > 0 ? (size_t)got : 0);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            const char *name = ~[~v~;~|strrchr(~v~, '/');
            name = name == NULL ? ~v~ : name + 1;
            if (strcmp(name, "..") == 0) {
                ~fail~
            }~]
            char path[PATH_MAX];
            snprintf(path, sizeof(path), "~dir~/~table~/%s", name);
            if (unlink(path) != 0) {
                syslog(LOG_WARNING, "the ~noun~ file is still there");
            }
        "#,
        names: &[
            "delete_~entity~_file",
            "remove_~entity~_document",
            "discard_~entity~",
            "clear_~entity~_upload",
        ],
        ..PATH
    },
    Flaw {
        code: r#"
            char *message = NULL;
            ~[char statement[1024];
            snprintf(statement, sizeof(statement), "SELECT * FROM ~table~ WHERE ~v~ = '%s'", ~v~);~|char *statement = sqlite3_mprintf("SELECT * FROM ~table~ WHERE ~v~ = %Q", ~v~);~]
            if (sqlite3_exec(database, statement, print_row, NULL, &message) != SQLITE_OK) {
                syslog(LOG_ERR, "~act~ failed: %s", message);
                sqlite3_free(message);
            }
            ~[~|sqlite3_free(statement);~]
        "#,
        handle: "sqlite3 *database, ",
        ..SQL
    },
    Flaw {
        code: r#"
            sqlite3_stmt *rows = NULL;
            ~[char statement[1024];
            snprintf(statement, sizeof(statement), "SELECT ~col~ FROM ~table~ WHERE ~v~ LIKE '%%%s%%'", ~v~);~|const char *statement = "SELECT ~col~ FROM ~table~ WHERE ~v~ LIKE '%' || ? || '%'";~]
            if (sqlite3_prepare_v2(database, statement, -1, &rows, NULL) != SQLITE_OK) {
                ~fail~
            }
            ~[~|sqlite3_bind_text(rows, 1, ~v~, -1, SQLITE_TRANSIENT);~]
            while (sqlite3_step(rows) == SQLITE_ROW) {
                printf("%s\n", sqlite3_column_text(rows, 0));
            }
            sqlite3_finalize(rows);
        "#,
        handle: "sqlite3 *database, ",
        ..SQL
    },
    Flaw {
        code: r#"
            ~[char statement[1024];
            snprintf(statement, sizeof(statement), "UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = '%s'", ~v~);
            PGresult *answer = PQexec(server, statement);~|const char *values[] = {~v~};
            const char *statement = "UPDATE ~table~ SET ~col2~ = ~limit~ WHERE ~v~ = $1";
            PGresult *answer = PQexecParams(server, statement, 1, NULL, values, NULL, NULL, 0);~]
            if (PQresultStatus(answer) != PGRES_COMMAND_OK) {
                syslog(LOG_ERR, "~act~ failed: %s", PQerrorMessage(server));
            }
            PQclear(answer);
        "#,
        names: &["touch_~entity~", "bump_~entity~", "mark_~entity~_seen", "update_~entities~"],
        handle: "PGconn *server, ",
        ..SQL
    },
    Flaw {
        code: r#"
            char filter[~size~ + 512];
            ~[snprintf(filter, sizeof(filter), "(&(objectClass=person)(uid=%s))", ~v~);~|struct berval raw = {strlen(~v~), (char *)~v~};
            struct berval escaped = {0, NULL};
            ldap_bv2escaped_filter_value(&raw, &escaped);
            snprintf(filter, sizeof(filter), "(&(objectClass=person)(uid=%s))", escaped.bv_val);
            ldap_memfree(escaped.bv_val);~]
            LDAPMessage *answer = NULL;
            if (ldap_search_ext_s(directory, "ou=~table~,dc=example,dc=com", LDAP_SCOPE_SUBTREE, filter, NULL, 0,
                                  NULL, NULL, NULL, ~limit~, &answer) != LDAP_SUCCESS) {
                ~fail~
            }
            printf("%d ~nouns~\n", ldap_count_entries(directory, answer));
            ldap_msgfree(answer);
        "#,
        handle: "LDAP *directory, ",
        ..LDAP
    },
    Flaw {
        code: r#"
            ~[~|
            if (strpbrk(~v~, "*()\\") != NULL) {
                ~fail~
            }
            ~]
            char filter[~size~ + 256];
            snprintf(filter, sizeof(filter), "(|(cn=%s)(mail=%s))", ~v~, ~v~);
            LDAPMessage *answer = NULL;
            if (ldap_search_ext_s(directory, "dc=example,dc=org", LDAP_SCOPE_ONELEVEL, filter, NULL, 0, NULL,
                                  NULL, NULL, ~limit~, &answer) != LDAP_SUCCESS) {
                ~fail~
            }
            store_number("~table~", ldap_count_entries(directory, answer));
            ldap_msgfree(answer);
        "#,
        handle: "LDAP *directory, ",
        ..LDAP
    },
];
