//! Lines of programs other than web servers, and of services that pass lines on.

use crate::formats::Sample;

/// Lines as the documentation of each program describes them.
pub(crate) const APPLICATION_SAMPLES: &[Sample] = &[
    // Of one file, all durations have one unit, or none.
    Sample::new("json", 3, 0, concat!(
        "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"duration\":0.137}\n",
        "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"duration\":1}\n",
        "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"duration\":2}\n",
    )).undated(3),
    Sample::new("json (Azure)", 2, 0, concat!(
        "{\"time\":\"2023-10-10T13:55:36Z\",\"resourceId\":\"/S\",\"properties\":{\"httpMethod\":\"GET\",\"requestUri\":\"https://x/a\",\"timeTaken\":\"0.222\",\"httpStatusCode\":\"200\"}}\n",
        "{\"time\":\"2023-10-10T13:55:36Z\",\"resourceId\":\"/S\",\"properties\":{\"httpMethod\":\"GET\",\"requestUri\":\"https://x/a\",\"timeTaken\":\"3\",\"httpStatusCode\":\"200\"}}\n",
    )).latency("s", 1611.0),
    Sample::new("json", 2, 0, concat!(
        "{\"ts\":1696946136.1,\"msg\":\"/a\",\"status\":200,\"method\":\"GET\",\"path\":\"/a\",\"latency\":91623}\n",
        "{\"ts\":1696946136.1,\"msg\":\"/a\",\"status\":200,\"method\":\"GET\",\"path\":\"/a\",\"latency\":1091623}\n",
    )),
    Sample::new("json (nginx)", 2, 0, concat!(
        "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"request_time\":137}\n",
        "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"request_time\":5}\n",
    )).undated(2),
    Sample::new("json (Caddy)", 2, 0, concat!(
        "{\"ts\":\"2023-10-10T13:55:36Z\",\"request\":{\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"uri\":\"/a\"},\"duration\":\"1.5ms\",\"status\":200}\n",
        "{\"ts\":\"2023-10-10T13:55:36Z\",\"request\":{\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"uri\":\"/a\"},\"duration\":\"1.0015s\",\"status\":200}\n",
    )).latency("as written", 501.5),
    Sample::new("logfmt", 2, 0, "method=GET path=/a status=200 duration=0.137\nmethod=GET path=/a status=200 duration=1\n").undated(2),
    Sample::new("combined", 2, 24, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" 0/137\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" 0/13\n",
    )),
    Sample::new("combined", 2, 24, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" 0/137\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" 1/1371\n",
    )).latency("ms", 754.0),
    // A program may show only errors in colours.
    Sample::new("gin", 3, 0, concat!(
        "[GIN] 2023/10/10 - 13:55:36 | 200 |     1.5ms |       127.0.0.1 | GET      \"/a\"\n",
        "[GIN] 2023/10/10 - 13:55:36 | 200 |     1.5ms |       127.0.0.1 | GET      \"/a\"\n",
        "[GIN] 2023/10/10 - 13:55:36 |\x1b[97;42m 404 \x1b[0m|     1.5ms |       127.0.0.1 |\x1b[97;44m GET     \x1b[0m \"/a\"\n",
    )).latency("as written", 1.5),
    // Prefixes with a date.
    Sample::new("logfmt behind prefixes", 1, 13, "2023-10-10T13:55:36.0+00:00 heroku[router]: at=info method=GET path=\"/a\" fwd=\"192.0.2.1\" service=18ms status=200 bytes=13\n")
        .latency("ms", 18.0),
    Sample::new("logfmt behind prefixes", 1, 0, "I, [2023-10-10T13:55:36.345678 #1234]  INFO -- : [9b1de] method=GET path=/a controller=A status=200 duration=58.33\n")
        .latency("ms", 58.33),
    Sample::new("json (Caddy) behind prefixes", 1, 1, "2023/10/10 13:55:36.524\tINFO\thttp.log.access\thandled request\t{\"request\":{\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"uri\":\"/a\"},\"duration\":0.5,\"size\":1,\"status\":200}\n")
        .latency("s", 500.0),
    Sample::new("json behind prefixes", 1, 12, "2023-10-10 13:55:36.0 +0200 nginx.access: {\"remote\":\"192.0.2.1\",\"method\":\"GET\",\"path\":\"/a\",\"code\":\"200\",\"size\":\"12\"}\n"),
    Sample::new("combined behind prefixes", 1, 12, "web-5d9 \u{203a} nginx 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\"\n"),
];

/// Clients and paths of lines with other words than those of the Common Log Format around them.
pub(crate) const WORDS_IN_FRONT: &[(&str, Option<&str>)] = &[
    (
        "web-5d9 nginx 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"c\"",
        Some("192.0.2.1"),
    ),
    (
        "web-5d9 nginx 2023-10-10T13:55:36Z 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 1",
        Some("192.0.2.1"),
    ),
    (
        "2023-10-10T13:55:36Z\tid\tINFO\t192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 1",
        Some("192.0.2.1"),
    ),
    (
        "2023-10-10 13:55:36,1 - uvicorn.access - INFO - 192.0.2.1:5 - \"GET /a HTTP/1.1\" 200",
        Some("192.0.2.1"),
    ),
    ("INFO 2023-10-10 13:55:36,1 basehttp 12 139 \"GET /a HTTP/1.1\" 200 95", None),
    (
        "[2023-10-10 13:55:36 +0000] [12] [INFO] 192.0.2.1:5 - - [10/Oct/2023:13:55:36 +0000] \"GET /a 2\" 200 12 \"-\" \"c\"",
        Some("192.0.2.1"),
    ),
    (
        "2023-10-10 13:55:36,1 [info] a.AccessLog - 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 1",
        Some("192.0.2.1"),
    ),
    (
        "2023-10-10T13:55:36Z {job=\"web\"} 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 1",
        Some("192.0.2.1"),
    ),
    ("{\"source\":\"/var/log/a.log\",\"method\":\"GET\",\"path\":\"/a\",\"status\":200}", None),
    (
        "{\"source\":{\"ip\":\"192.0.2.1\"},\"method\":\"GET\",\"request\":\"/a\",\"status\":200}",
        Some("192.0.2.1"),
    ),
    ("192.0.2.1 - - [10/Oct/2023 13:55:36] \"\x1b[33mGET /a HTTP/1.1\x1b[0m\" 404 -", Some("192.0.2.1")),
];
