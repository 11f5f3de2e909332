//! C.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod buffers;
mod crypto;
mod hosts;
mod injection;
mod numbers;
mod pointers;
mod web;

/// C: functions that get their data from callers, sockets, files, arguments and CGI.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::C,
    case: Case::Snake,
    tabs: false,
    words: &[
        ("buf", "buffer buf line_buffer target_text dest"),
        ("n", "length num_bytes nbytes len data_len"),
        ("node", "node current element cell"),
    ],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[buffers::FLAWS, crypto::FLAWS, injection::FLAWS, numbers::FLAWS, pointers::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

/// For input that is a string.
const STRING: Macros = &[("empty", r"~v~[0] == '\0'"), ("extent", "strlen(~v~)")];
/// For input in bytes, with their number beside it.
const BYTES: Macros = &[("empty", "~n~ == 0"), ("extent", "~n~")];
/// For input that is a number.
const COUNT: Macros = &[("empty", "~v~ == 0"), ("extent", "~v~")];

const FLOWS: &[Flow] = &[
    Flow {
        body: r#"
            ~source~
            ~note~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if (~empty~) {
                ~fail~
            }
            ~note~
            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            int status = -1;
            ~source~
            if (!(~empty~)) {
                ~note~
                ~core~
                status = 0;
            } else {
                syslog(LOG_INFO, "no ~v~ given for ~noun~ ~act~");
            }
            return status;
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        body: r#"
            int handled = 0;
            ~each~
                ~core~
                handled++;
            }
            syslog(LOG_INFO, "~act~ of %d ~nouns~", handled);
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            clock_t ~started~ = clock();
            ~source~
            ~core~
            syslog(LOG_INFO, "~noun~ ~act~ took %ld ticks", (long)(clock() - ~started~));
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            const char *~opt~ = getenv("~table~_mode");
            switch (~opt~ == NULL ? 'f' : ~opt~[0]) {
            case 's':
                syslog(LOG_INFO, "~noun~ ~act~ in short form");
                break;
            case 'f':
                break;
            default:
                ~fail~
            }
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            ~check~
            ~note~

            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            pthread_mutex_lock(&~table~_lock);
            int ready = ~table~_ready;
            pthread_mutex_unlock(&~table~_lock);
            if (!ready) {
                ~fail~
            }
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
];

const MACROS: Macros = &[
    ("fail", "return -1;"),
    (
        "fail",
        r#"
        errno = EINVAL;
        return -1;
    "#,
    ),
    (
        "fail",
        r#"
        fprintf(stderr, "bad ~noun~ request\n");
        return -1;
    "#,
    ),
    ("done", "return 0;"),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", r#"syslog(LOG_INFO, "~noun~ ~act~ requested");"#),
    (
        "note",
        r#"
        char ~tmp~[32];
        snprintf(~tmp~, sizeof(~tmp~), "~act~-%d", getpid());
        syslog(LOG_DEBUG, "~noun~ %s", ~tmp~);
    "#,
    ),
    (
        "note",
        r#"
        const char *~tmp2~ = getenv("MAX_ROWS");
        if (~tmp2~ != NULL && strtol(~tmp2~, NULL, 10) > ~limit~) {
            syslog(LOG_NOTICE, "more than ~limit~ ~nouns~");
        }
    "#,
    ),
    (
        "note",
        r#"
        unsigned char ~tmp~[8];
        if (getrandom(~tmp~, sizeof(~tmp~), 0) == (ssize_t)sizeof(~tmp~)) {
            syslog(LOG_DEBUG, "~act~ trace %02x%02x", ~tmp~[0], ~tmp~[1]);
        }
    "#,
    ),
    (
        "note",
        r#"
        if (access("~dir~", R_OK) != 0) {
            ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if (strcmp(config_value("~table~"), "on") != 0) {
            ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if (rand() % 100 == 0) {
            count_event("~table~.sampled");
        }
    "#,
    ),
    (
        "note",
        r#"
        const char *~tmp~ = getenv("SERVER_NAME");
        if (~tmp~ != NULL && strncmp(~tmp~, "test.", strlen("test.")) == 0) {
            syslog(LOG_DEBUG, "~noun~ ~act~ on %s", ~tmp~);
        }
    "#,
    ),
    ("check", ""),
    ("check", r#"syslog(LOG_DEBUG, "~noun~ ~act~ of size %zu", (size_t)~extent~);"#),
    ("after", ""),
    ("after", r#"syslog(LOG_INFO, "~noun~ ~act~ done");"#),
    ("after", r#"count_event("~table~.~act~");"#),
    ("after", r#"audit_record("~act~", "~table~");"#),
];

const PRELUDE: Macros = &[
    ("isalnum(", "#include <ctype.h>"),
    ("iscntrl(", "#include <ctype.h>"),
    ("isdigit(", "#include <ctype.h>"),
    ("errno", "#include <errno.h>"),
    ("open(", "#include <fcntl.h>"),
    ("INT_MAX", "#include <limits.h>"),
    ("PATH_MAX", "#include <limits.h>"),
    ("pthread_mutex_lock(", "#include <pthread.h>"),
    ("SIZE_MAX", "#include <stdint.h>"),
    ("UINT32_MAX", "#include <stdint.h>"),
    ("uint32_t", "#include <stdint.h>"),
    ("uint16_t", "#include <stdint.h>"),
    ("printf(", "#include <stdio.h>"),
    ("snprintf(", "#include <stdio.h>"),
    ("fprintf(", "#include <stdio.h>"),
    ("sscanf(", "#include <stdio.h>"),
    ("fscanf(", "#include <stdio.h>"),
    ("fgets(", "#include <stdio.h>"),
    ("FILE", "#include <stdio.h>"),
    ("malloc(", "#include <stdlib.h>"),
    ("calloc(", "#include <stdlib.h>"),
    ("realloc(", "#include <stdlib.h>"),
    ("free(", "#include <stdlib.h>"),
    ("getenv(", "#include <stdlib.h>"),
    ("atoi(", "#include <stdlib.h>"),
    ("strtoul(", "#include <stdlib.h>"),
    ("strtol(", "#include <stdlib.h>"),
    ("system(", "#include <stdlib.h>"),
    ("rand(", "#include <stdlib.h>"),
    ("mkstemp(", "#include <stdlib.h>"),
    ("realpath(", "#include <stdlib.h>"),
    ("memcpy(", "#include <string.h>"),
    ("memset(", "#include <string.h>"),
    ("memcmp(", "#include <string.h>"),
    ("strlen(", "#include <string.h>"),
    ("strcpy(", "#include <string.h>"),
    ("strncpy(", "#include <string.h>"),
    ("strcat(", "#include <string.h>"),
    ("strchr(", "#include <string.h>"),
    ("strcmp(", "#include <string.h>"),
    ("strncmp(", "#include <string.h>"),
    ("strcspn(", "#include <string.h>"),
    ("strdup(", "#include <string.h>"),
    ("strpbrk(", "#include <string.h>"),
    ("strstr(", "#include <string.h>"),
    ("syslog(", "#include <syslog.h>"),
    ("clock(", "#include <time.h>"),
    ("time(", "#include <time.h>"),
    ("ntohl(", "#include <arpa/inet.h>"),
    ("getrandom(", "#include <sys/random.h>"),
    ("recv(", "#include <sys/socket.h>"),
    ("fstat(", "#include <sys/stat.h>"),
    ("waitpid(", "#include <sys/wait.h>"),
    ("unlink(", "#include <unistd.h>"),
    ("dprintf(", "#include <stdio.h>"),
    ("gets(", "#include <stdio.h>"),
    ("access(", "#include <unistd.h>"),
    ("fork(", "#include <unistd.h>"),
    ("getpid(", "#include <unistd.h>"),
    ("close(", "#include <unistd.h>"),
    ("read(", "#include <unistd.h>"),
    ("write(", "#include <unistd.h>"),
    ("crypt(", "#include <crypt.h>"),
    ("curl_easy_init(", "#include <curl/curl.h>"),
    ("ldap_search_ext_s(", "#include <ldap.h>"),
    ("PQexec(", "#include <libpq-fe.h>"),
    ("xmlDocPtr", "#include <libxml/parser.h>"),
    ("CRYPTO_memcmp(", "#include <openssl/crypto.h>"),
    ("EVP_MD_CTX_new(", "#include <openssl/evp.h>"),
    ("EVP_CIPHER_CTX_new(", "#include <openssl/evp.h>"),
    ("HMAC(", "#include <openssl/hmac.h>"),
    ("MD5(", "#include <openssl/md5.h>"),
    ("RAND_bytes(", "#include <openssl/rand.h>"),
    ("SHA256(", "#include <openssl/sha.h>"),
    ("SSL_CTX_new(", "#include <openssl/ssl.h>"),
    ("sqlite3_", "#include <sqlite3.h>"),
    ("store_", "#include \"store.h\""),
    ("count_event(", "#include \"metrics.h\""),
    ("audit_record(", "#include \"audit.h\""),
    ("config_value(", "#include \"config.h\""),
];
