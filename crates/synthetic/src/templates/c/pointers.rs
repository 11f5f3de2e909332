//! Life and death of memory in C.

use crate::template::{FLAW, Flaw};

const AFTER_FREE: Flaw = Flaw {
    weakness: "use_after_free",
    about: "Memory is used after it was freed",
    names: &["drop_~entity~", "close_~entity~", "finish_~entity~", "release_~entity~", "reset_~entity~_list"],
    input: "in_text",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const TWICE: Flaw = Flaw {
    weakness: "double_free",
    about: "Memory is freed twice when something fails",
    names: &["load_~entity~", "convert_~entity~", "send_~entity~", "build_~entity~", "copy_~entity~_record"],
    input: "in_text",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const NULL: Flaw = Flaw {
    weakness: "null_dereference",
    about: "A pointer that can be NULL is followed without a check",
    names: &["split_~entity~", "read_~entity~_key", "begin_~entity~", "~entity~_from_text", "scan_~entity~"],
    input: "in_text",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            struct ~entity~ *~node~ = store_find("~table~", ~v~);
            if (~node~ == NULL) {
                ~fail~
            }
            store_unlink("~table~", ~node~);
            ~[free(~node~);
            syslog(LOG_INFO, "~noun~ %d removed", ~node~->id);~|syslog(LOG_INFO, "~noun~ %d removed", ~node~->id);
            free(~node~);~]
        "#,
        ..AFTER_FREE
    },
    Flaw {
        code: r#"
            int removed = 0;
            struct ~entity~ *~node~ = store_take_all("~table~", ~v~);
            while (~node~ != NULL) {
                ~[free(~node~->name);
                free(~node~);
                ~node~ = ~node~->next;~|struct ~entity~ *next = ~node~->next;
                free(~node~->name);
                free(~node~);
                ~node~ = next;~]
                removed++;
            }
            syslog(LOG_DEBUG, "%d ~nouns~ freed", removed);
        "#,
        ..AFTER_FREE
    },
    Flaw {
        code: r#"
            char *text = strdup(~v~);
            if (text == NULL) {
                ~fail~
            }
            if (store_text("~table~", text) != 0) {
                free(text);
                ~[syslog(LOG_ERR, "cannot store the ~noun~");~|return -1;~]
            }
            printf("~noun~: %s\n", text);
            free(text);
        "#,
        ..AFTER_FREE
    },
    Flaw {
        code: r#"
            char *text = malloc(~size~);
            if (text == NULL) {
                ~fail~
            }
            snprintf(text, ~size~, "~noun~ ~act~");
            ~[char *tail = text + strlen(text);~|size_t used = strlen(text);~]
            size_t wanted = strlen(~v~) + ~size~;
            char *grown = realloc(text, wanted);
            if (grown == NULL) {
                free(text);
                ~fail~
            }
            ~[strcpy(tail, ~v~);~|strcpy(grown + used, ~v~);~]
            store_text("~table~", grown);
            free(grown);
        "#,
        about: "A pointer into memory is used after that memory was moved",
        ..AFTER_FREE
    },
    Flaw {
        code: r#"
            char *text = strdup(~v~);
            char *copy = malloc(~size~);
            int failed = text == NULL || copy == NULL;
            if (!failed && strlen(text) >= ~size~) {
                ~[free(text);
                failed = 1;~|failed = 1;~]
            }
            if (!failed) {
                snprintf(copy, ~size~, "%s", text);
                store_text("~table~", copy);
            }
            free(copy);
            free(text);
            if (failed) {
                ~fail~
            }
        "#,
        ..TWICE
    },
    Flaw {
        code: r#"
            unsigned char *frame = calloc(1, ~size~);
            if (frame == NULL) {
                ~fail~
            }
            if (strlen(~v~) < ~size~) {
                memcpy(frame, ~v~, strlen(~v~));
                store_bytes("~table~", frame, ~size~);
            } else {
                free(frame);
                ~[syslog(LOG_WARNING, "the ~noun~ is too long");~|return -1;~]
            }
            free(frame);
        "#,
        ..TWICE
    },
    Flaw {
        code: r#"
            struct ~entity~ *~node~ = store_new("~table~");
            if (~node~ == NULL) {
                ~fail~
            }
            ~node~->name = strdup(~v~);
            if (~node~->name != NULL && store_add("~table~", ~node~) != 0) {
                free(~node~->name);
                ~[syslog(LOG_ERR, "cannot add a ~noun~");~|~node~->name = NULL;~]
            }
            if (!~node~->kept) {
                free(~node~->name);
                free(~node~);
            }
        "#,
        ..TWICE
    },
    Flaw {
        code: r#"
            char *value = strchr(~v~, '=');
            ~[~|
            if (value == NULL) {
                ~fail~
            }
            ~]
            size_t key_length = (size_t)(value - ~v~);
            printf("~noun~ key of %zu characters is %s\n", key_length, value + 1);
        "#,
        about: "Text from ~from~ without the expected sign leads to a NULL pointer",
        ..NULL
    },
    Flaw {
        code: r#"
            char *text = malloc(sizeof("~noun~ ") + strlen(~v~));
            ~[~|
            if (text == NULL) {
                ~fail~
            }
            ~]
            strcpy(text, "~noun~ ");
            strcat(text, ~v~);
            store_text("~table~", text);
            free(text);
        "#,
        ..NULL
    },
    Flaw {
        code: r#"
            struct ~entity~ *~node~ = store_find("~table~", ~v~);
            if (~[~node~ == NULL~|~node~ == NULL || ~node~->name == NULL~]) {
                ~fail~
            }
            printf("~noun~ %d: %zu characters\n", ~node~->id, strlen(~node~->name));
        "#,
        ..NULL
    },
    Flaw {
        code: r#"
            FILE *config = fopen("~dir~/~table~.conf", "r");
            ~[~|
            if (config == NULL) {
                ~fail~
            }
            ~]
            char ~buf~[~size~];
            int known = 0;
            while (fgets(~buf~, sizeof(~buf~), config) != NULL) {
                known |= strstr(~buf~, ~v~) != NULL;
            }
            fclose(config);
            syslog(LOG_DEBUG, "~noun~ known: %d", known);
        "#,
        ..NULL
    },
];
