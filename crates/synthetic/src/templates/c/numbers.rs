//! Arithmetic, races and missing checks in C.

use crate::template::{FLAW, Flaw};

const OVERFLOW: Flaw = Flaw {
    weakness: "integer_overflow",
    about: "A number from ~from~ makes a size wrap around",
    names: &["allocate_~entities~", "load_~entity~_table", "reserve_~entities~", "resize_~entity~_list"],
    input: "in_count",
    source: "count",
    reply: "done",
    macros: super::COUNT,
    ..FLAW
};

const RACE: Flaw = Flaw {
    weakness: "race_condition",
    about: "A file named by ~from~ can be exchanged between the check and its use",
    names: &["open_~entity~_file", "read_~entity~", "load_~entity~_config", "import_~entity~_file"],
    input: "in_file",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[uint32_t bytes = (uint32_t)(~v~ * sizeof(uint32_t));
            uint32_t *table = malloc(bytes);~|uint32_t *table = calloc(~v~, sizeof(uint32_t));~]
            if (table == NULL) {
                ~fail~
            }
            for (size_t k = 0; k < ~v~; k++) {
                table[k] = ~few~;
            }
            store_numbers("~table~", table, ~v~);
            free(table);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            ~[~|
            if (~v~ > UINT32_MAX / sizeof(struct ~entity~)) {
                ~fail~
            }
            ~]
            uint32_t bytes = ~v~ * sizeof(struct ~entity~);
            struct ~entity~ *entries = malloc(bytes);
            if (entries == NULL) {
                ~fail~
            }
            for (size_t k = 0; k < ~v~; k++) {
                entries[k].id = (int)k;
            }
            store_bytes("~table~", entries, bytes);
            free(entries);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            ~[uint16_t total = ~v~ + ~limit~;~|if (~v~ > SIZE_MAX - ~limit~) {
                ~fail~
            }
            size_t total = ~v~ + ~limit~;~]
            char *text = malloc(total);
            if (text == NULL) {
                ~fail~
            }
            memset(text, ' ', ~v~);
            text[~v~] = '\0';
            store_text("~table~", text);
            free(text);
        "#,
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            int units = (int)~v~;
            if (~[units * ~limit~ > ~size~~|units < 0 || units > ~size~ / ~limit~~]) {
                ~fail~
            }
            static char plan[~size~];
            for (int k = 0; k < units; k++) {
                plan[k * ~limit~] = 'x';
            }
            store_bytes("~table~", plan, sizeof(plan));
        "#,
        about: "A number from ~from~ overflows in the check that should limit it",
        ..OVERFLOW
    },
    Flaw {
        code: r#"
            ~[if (access(~v~, R_OK) != 0) {
                ~fail~
            }
            int fd = open(~v~, O_RDONLY);
            if (fd < 0) {
                ~fail~
            }~|int fd = open(~v~, O_RDONLY | O_NOFOLLOW);
            struct stat info;
            if (fd < 0 || fstat(fd, &info) != 0 || info.st_uid != getuid()) {
                ~fail~
            }~]
            char ~buf~[~size~];
            ssize_t got = read(fd, ~buf~, sizeof(~buf~));
            close(fd);
            store_bytes("~table~", ~buf~, got > 0 ? (size_t)got : 0);
        "#,
        ..RACE
    },
    Flaw {
        code: r#"
            ~[if (access(~v~, F_OK) == 0) {
                ~fail~
            }
            int fd = open(~v~, O_WRONLY | O_CREAT, 0600);~|int fd = open(~v~, O_WRONLY | O_CREAT | O_EXCL, 0600);~]
            if (fd < 0) {
                ~fail~
            }
            if (write(fd, "~act~\n", sizeof("~act~\n") - 1) < 0) {
                syslog(LOG_ERR, "cannot write the ~noun~ file");
            }
            close(fd);
        "#,
        names: &["create_~entity~_file", "write_~entity~_lock", "new_~entity~_report", "begin_~entity~_log"],
        ..RACE
    },
    Flaw {
        code: r#"
            char path[] = "/tmp/~table~-XXXXXX";
            ~[if (mktemp(path) == NULL) {
                ~fail~
            }
            int fd = open(path, O_RDWR | O_CREAT, 0600);~|int fd = mkstemp(path);~]
            if (fd < 0) {
                ~fail~
            }
            dprintf(fd, "~noun~ ~act~\n");
            close(fd);
            unlink(path);
        "#,
        about: "The name of a temporary file can be taken by somebody else before it is opened",
        names: &["spool_~entity~", "write_~entity~_scratch", "stage_~entity~", "buffer_~entity~_file"],
        input: "",
        source: "none",
        macros: &[],
        ..RACE
    },
];
