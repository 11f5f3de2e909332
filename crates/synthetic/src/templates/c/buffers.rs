//! Buffers and format strings in C.

use crate::template::{FLAW, Flaw};

const OVERFLOW: Flaw = Flaw {
    weakness: "buffer_overflow",
    about: "Text from ~from~ is copied into a buffer without regard to its size",
    names: &[
        "parse_~entity~",
        "store_~entity~_name",
        "~entity~_set_label",
        "copy_~entity~",
        "handle_~entity~_line",
    ],
    input: "in_text",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const WRITE: Flaw = Flaw {
    weakness: "out_of_bounds_write",
    about: "An index from ~from~ chooses where an array is written",
    names: &["set_~entity~_slot", "~entity~_update", "mark_~entity~", "assign_~entity~"],
    input: "in_index",
    source: "index",
    reply: "done",
    macros: &[("extent", "~v~")],
    ..FLAW
};

const READ: Flaw = Flaw {
    weakness: "out_of_bounds_read",
    about: "An index from ~from~ chooses what is read from an array",
    names: &["show_~entity~_slot", "~entity~_name_at", "print_~entity~", "lookup_~entity~"],
    input: "in_index",
    source: "index",
    reply: "done",
    macros: &[("extent", "~v~")],
    ..FLAW
};

const FORMAT: Flaw = Flaw {
    weakness: "format_string",
    about: "Text from ~from~ is used as a format",
    names: &[
        "report_~entity~",
        "log_~entity~",
        "print_~entity~_note",
        "show_~entity~",
        "warn_about_~entity~",
    ],
    input: "in_markup",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            char ~buf~[~size~];
            ~[strcpy(~buf~, ~v~);~|snprintf(~buf~, sizeof(~buf~), "%s", ~v~);~|strncpy(~buf~, ~v~, sizeof(~buf~) - 1);
            ~buf~[sizeof(~buf~) - 1] = '\0';~]
            store_text("~table~", ~buf~);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            ~[sprintf(~buf~~|snprintf(~buf~, sizeof(~buf~)~], "~noun~ %s (~act~)", ~v~);
            syslog(LOG_INFO, "%s", ~buf~);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char ~buf~[~size~] = "~dir~/";
            ~[~|
            if (strlen(~v~) >= sizeof(~buf~) - strlen(~buf~)) {
                ~fail~
            }
            ~]
            strcat(~buf~, ~v~);
            store_path("~table~", ~buf~);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            size_t pos = 0;
            while (~[~|pos < sizeof(~buf~) - 1 && ~]~v~[pos] != '\0' && ~v~[pos] != ',') {
                ~buf~[pos] = ~v~[pos];
                pos++;
            }
            ~buf~[pos] = '\0';
            store_text("~table~", ~buf~);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char key[32];
            char value[64];
            if (sscanf(~v~, ~["%[^=]=%s"~|"%31[^=]=%63s"~], key, value) != 2) {
                ~fail~
            }
            store_pair("~table~", key, value);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            unsigned char ~buf~[~size~];
            ~[memcpy(~buf~, ~v~, ~n~);~|if (~n~ > sizeof(~buf~)) {
                ~fail~
            }
            memcpy(~buf~, ~v~, ~n~);~]
            store_bytes("~table~", ~buf~, ~n~);
        "#,
        about: "Data from ~from~ is copied into a buffer without regard to its size",
        input: "in_blob",
        source: "bytes",
        macros: super::BYTES,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            printf("~noun~ name: ");
            if (~[gets(~buf~)~|fgets(~buf~, sizeof(~buf~), stdin)~] == NULL) {
                ~fail~
            }
            ~buf~[strcspn(~buf~, "\n")] = '\0';
            store_text("~table~", ~buf~);
        "#,
        about: "A line is read into a buffer without regard to its size",
        input: "",
        source: "none",
        macros: &[],
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            char first[~few~ * 8];
            char second[~size~];
            strncpy(first, ~v~, sizeof(first) - 1);
            first[sizeof(first) - 1] = '\0';
            ~[strncpy(second, ~v~, strlen(~v~) + 1);~|strncpy(second, ~v~, sizeof(second) - 1);
            second[sizeof(second) - 1] = '\0';~]
            store_pair("~table~", first, second);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            static int totals[~size~];
            if (~[~v~ >= ~size~~|~v~ < 0 || ~v~ >= ~size~~]) {
                ~fail~
            }
            totals[~v~] += ~limit~;
            syslog(LOG_DEBUG, "~noun~ total %d", totals[~v~]);
        "#,
        ..WRITE
    },
    Flaw {
        code: r#"
            int values[~size~];
            for (int k = 0; k ~[<=~|<~] ~size~; k++) {
                values[k] = ~v~ + k;
            }
            store_numbers("~table~", values, ~size~);
        "#,
        about: "A loop writes one element past the end of an array",
        ..WRITE
    },
    Flaw {
        code: r#"
            unsigned char frame[~size~] = {0};
            size_t used = 0;
            for (size_t k = 0; k < ~n~; k++) {
                if (~v~[k] == 0x7d) {
                    frame[used++] = 0x7d;
                }
                ~[~|
                if (used + 2 > sizeof(frame)) {
                    ~fail~
                }
                ~]
                frame[used++] = ~v~[k];
            }
            store_bytes("~table~", frame, used);
        "#,
        about: "Data from ~from~ is escaped into a buffer that can be too small",
        input: "in_blob",
        source: "bytes",
        macros: super::BYTES,
        ..WRITE
    },
    Flaw {
        code: r#"
            static const char *const labels[] = {"new", "open", "~act~", "closed"};
            ~[~|
            if (~v~ < 0 || (size_t)~v~ >= sizeof(labels) / sizeof(labels[0])) {
                ~fail~
            }
            ~]
            printf("~noun~ is %s\n", labels[~v~]);
        "#,
        ..READ
    },
    Flaw {
        code: r#"
            if (~n~ < 3) {
                ~fail~
            }
            size_t claimed = ((size_t)~v~[1] << 8) | ~v~[2];
            ~[~|
            if (claimed > ~n~ - 3) {
                ~fail~
            }
            ~]
            unsigned char *reply = malloc(claimed + 1);
            if (reply == NULL) {
                ~fail~
            }
            memcpy(reply, ~v~ + 3, claimed);
            store_bytes("~table~", reply, claimed);
            free(reply);
        "#,
        about: "A length inside data from ~from~ is believed when that data is copied",
        names: &["answer_~entity~", "echo_~entity~", "read_~entity~_frame", "~entity~_heartbeat"],
        input: "in_blob",
        source: "bytes",
        macros: super::BYTES,
        ..READ
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            strncpy(~buf~, ~v~, sizeof(~buf~)~[~| - 1~]);
            ~[syslog(LOG_DEBUG, "copied a ~noun~");~|~buf~[sizeof(~buf~) - 1] = '\0';~]
            printf("~noun~: %s\n", ~buf~);
        "#,
        about: "Text from ~from~ is printed from a buffer in which it may have no end",
        names: &["show_~entity~", "print_~entity~_name", "~entity~_label", "list_~entity~"],
        input: "in_text",
        source: "get",
        macros: super::STRING,
        ..READ
    },
    Flaw {
        code: r#"
            printf("~noun~ ~act~: ");
            printf(~[~v~~|"%s", ~v~~]);
            putchar('\n');
        "#,
        ..FORMAT
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            snprintf(~buf~, sizeof(~buf~), "~noun~ ~act~ by %s", ~v~);
            syslog(LOG_WARNING, ~[~buf~~|"%s", ~buf~~]);
        "#,
        ..FORMAT
    },
    Flaw {
        code: r#"
            FILE *journal = fopen("~dir~/~act~.log", "a");
            if (journal == NULL) {
                ~fail~
            }
            fprintf(journal, ~[~v~~|"%s", ~v~~]);
            fclose(journal);
        "#,
        ..FORMAT
    },
    Flaw {
        code: r#"
            char ~buf~[~size~];
            int written = snprintf(~buf~, sizeof(~buf~), ~[~v~~|"%s", ~v~~]);
            if (written < 0 || (size_t)written >= sizeof(~buf~)) {
                ~fail~
            }
            store_text("~table~", ~buf~);
        "#,
        ..FORMAT
    },
];
