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
    // Servers of applications.
    Sample::new("tornado", 2, 0, concat!(
        "[I 231010 13:55:36 web:2239] 200 GET /a (127.0.0.1) 1.50ms\n",
        "[W 231010 13:55:36 web:2239] 404 GET /a (::1) 2.50ms\n",
    )).latency("as written", 2.0),
    Sample::new("tornado", 1, 0, "[I 2023-10-10 13:55:36.123 ServerApp] 302 GET /a (@127.0.0.1) 1.50ms\n").latency("as written", 1.5),
    Sample::new("sanic", 1, 12, "[2023-10-10 13:55:36 +0000] - (sanic.access)[INFO][127.0.0.1:57262]: GET http://localhost:8000/a?b  200 12\n"),
    Sample::new("sanic", 1, 12, "2023-10-10 13:55:36 +0000 - (sanic.access)[INFO][127.0.0.1:57262]: GET http://localhost:8000/a  200 12B 3.2ms\n")
        .latency("as written", 3.2),
    Sample::new("php-fpm", 2, 0, concat!(
        "127.0.0.1 -  10/Oct/2023:13:55:36 +0000 \"GET /a\" 200\n",
        "127.0.0.1 - bob 10/Oct/2023:13:55:36 +0000 \"POST /a?b\" 500\n",
    )),
    Sample::new("php-fpm", 1, 0, "172.18.0.5 - 10/Oct/2023:13:55:36 +0000 \"GET /a\" 200 /var/www/html/index.php 12.345 2048 81.23%\n"),
    Sample::new("php-server", 2, 0, concat!(
        "[Tue Oct 10 13:55:36 2023] 127.0.0.1:57262 [200]: GET /a\n",
        "[Tue Oct 10 13:55:36 2023] [::1]:57262 [404]: GET /a - No such file or directory\n",
    )),
    Sample::new("actix", 1, 12, "[2023-10-10T13:55:36Z INFO  actix_web::middleware::logger] 127.0.0.1 \"GET /a HTTP/1.1\" 200 12 \"-\" \"curl/7\" 0.001500\n")
        .latency("s", 1.5),
    Sample::new("chi", 2, 8, concat!(
        "2023/10/10 13:55:36 [host/abc-000001] \"GET http://localhost:3333/a HTTP/1.1\" from 127.0.0.1:57262 - 200 4B in 34.2\u{b5}s\n",
        "2023/10/10 13:55:36 \"GET http://localhost:3333/a HTTP/1.1\" from [::1]:57262 - 500 4B in 65.8\u{b5}s\n",
    )).latency("as written", 0.05),
    Sample::new("fiber", 1, 0, "13:55:36 | 200 |     91.2\u{b5}s |       127.0.0.1 | GET     | /a\n").latency("as written", 0.0912).undated(1),
    Sample::new("fiber", 1, 0, "[13:55:36] 200 -    1.5ms GET     /a\n").latency("as written", 1.5).undated(1),
    Sample::new("openstack", 1, 1893, "2023-10-10 13:55:36.123 25746 INFO nova.wsgi.server [req-38 - - -] 10.11.10.1 \"GET /v2/a HTTP/1.1\" status: 200 len: 1893 time: 0.2500000\n")
        .latency("s", 250.0),
    Sample::new("koa", 1, 0, "  --> GET /a 200 5ms 12b\n").latency("as written", 5.0).undated(1),
    Sample::new("ktor", 1, 0, "2023-10-10 13:55:36.123 [eventLoop] INFO  ktor.application - 200 OK: GET - /a in 12ms\n").latency("as written", 12.0),
    Sample::new("serilog", 1, 0, "2023-10-10 13:55:36.123 +00:00 [INF] HTTP GET /a responded 200 in 12.5 ms\n").latency("ms", 12.5),
    Sample::new("serilog", 1, 0, "[13:55:36 INF] HTTP \"GET\" \"/a\" responded 404 in 12.5 ms\n").latency("ms", 12.5).undated(1),
    Sample::new("asp-net", 1, 12, "      Request finished HTTP/1.1 GET http://localhost:5000/a?b - 200 12 text/html 12.5ms\n").latency("as written", 12.5).undated(1),
    // Lines that a service passes on in one object.
    Sample::new("json (Azure)", 3, 27, concat!(
        "{\"records\":[{\"time\":\"2023-10-10T13:55:36Z\",\"resourceId\":\"/S\",\"properties\":{\"httpMethod\":\"GET\",\"requestUri\":\"https://x/a\",\"timeTaken\":\"0.5\",\"httpStatusCode\":\"200\",\"sentBytes\":\"9\"}},",
        "{\"time\":\"2023-10-10T13:55:36Z\",\"resourceId\":\"/S\",\"properties\":{\"httpMethod\":\"GET\",\"requestUri\":\"https://x/a\",\"timeTaken\":\"0.5\",\"httpStatusCode\":\"200\",\"sentBytes\":\"9\"}}]}\n",
        "{\"records\":[{\"time\":\"2023-10-10T13:55:36Z\",\"resourceId\":\"/S\",\"properties\":{\"httpMethod\":\"GET\",\"requestUri\":\"https://x/a\",\"timeTaken\":\"0.5\",\"httpStatusCode\":\"200\",\"sentBytes\":\"9\"}}]}\n",
    )).latency("s", 500.0),
    Sample::new("combined in JSON", 1, 12, "{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"logEvents\":[{\"id\":\"1\",\"timestamp\":1696946136000,\"message\":\"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \\\"GET /a HTTP/1.1\\\" 200 12 \\\"-\\\" \\\"curl\\\"\"}]}\n"),
    // Labels.
    Sample::new("ltsv", 2, 2326, concat!(
        "host:127.0.0.1\tuser:-\ttime:[10/Oct/2023:13:55:36 +0000]\treq:GET /a HTTP/1.0\tstatus:200\tsize:2326\treferer:-\tua:curl\treqtime:0.100\n",
        "host:127.0.0.1\tuser:-\ttime:[10/Oct/2023:13:55:36 +0000]\treq:GET /a HTTP/1.0\tstatus:404\tsize:-\treferer:-\tua:curl\treqtime:2.100\n",
    )).latency("s", 1100.0),
    Sample::new("logfmt", 1, 2, "time=\"2023-10-10T13:55:36Z\" level=info http.request.method=GET http.request.uri=\"/a\" http.request.remoteaddr=\"192.0.2.1:5\" http.response.duration=1.5ms http.response.status=200 http.response.written=2\n")
        .latency("as written", 1.5),
    Sample::new("logfmt", 1, 0, "I1010 13:55:36.123456 1 httplog.go:132] \"HTTP\" verb=\"GET\" URI=\"/a\" latency=\"1.5ms\" userAgent=\"probe\" srcIP=\"192.0.2.1:5\" resp=200\n")
        .latency("as written", 1.5).undated(1),
    // A latency behind a date of another shape, and the longest of several ones.
    Sample::new("common", 2, 26, concat!(
        "127.0.0.1 - - [10/Oct/2023 13:55:36] \"GET /a HTTP/1.1\" 200 13 0.0010\n",
        "127.0.0.1 - - [10/Oct/2023 13:55:36] \"GET /a HTTP/1.1\" 404 13 0.1010\n",
    )).latency("s", 51.0),
    Sample::new("combined", 2, 24, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" \"0.100\" \"0.200\"\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\" \"-\" \"0.002\"\n",
    )).latency("s", 101.0),
    // Jetty, and WEBrick with the name of a zone.
    Sample::new("combined", 1, 766, "127.0.0.1 -  -  [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 766  \"http://r/\" \"Mozilla/5.0\" \n"),
    Sample::new("common", 1, 1234, "::1 - - [10/Oct/2023:13:55:36 CET] \"GET /a HTTP/1.1\" 200 1234\n"),
    Sample::new("w3c", 1, 0, "#Version: 1.0\n#Date: 2023-10-10 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n13:55:36 192.0.2.1 GET /a 200\n"),
    Sample::new("csv", 1, 1234, concat!(
        "\"time_micros\",\"c_ip\",\"cs_method\",\"cs_uri\",\"sc_status\",\"sc_bytes\",\"time_taken_micros\",\"cs_user_agent\"\n",
        "\"1696946136000000\",\"203.0.113.7\",\"GET\",\"/bucket/a,b.png\",\"200\",\"1234\",\"138000\",\"Mozilla, 5.0\"\n",
    )).latency("us", 138.0),
    // Lines in pieces.
    Sample::new("combined behind prefixes", 2, 24, concat!(
        "2023-10-10T13:55:36Z stdout F 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"c\"\n",
        "2023-10-10T13:55:36Z stdout P 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a\n",
        "2023-10-10T13:55:36Z stdout P  HTTP/1.1\"\n",
        "2023-10-10T13:55:36Z stdout F  200 12 \"-\" \"c\"\n",
    )),
    Sample::new("json behind prefixes", 2, 0, concat!(
        "2023-10-10T13:55:36Z stdout F {\"method\":\"GET\",\"path\":\"/a\",\"status\":200}\n",
        "2023-10-10T13:55:36Z stdout P {\"method\":\"GET\",\"path\":\"/a\"\n",
        "2023-10-10T13:55:36Z stdout F ,\"status\":404}\n",
    )),
    Sample::new("combined in JSON", 2, 24, concat!(
        "{\"log\":\"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \\\"GET /a HTTP/1.1\\\" 200 12 \\\"-\\\" \\\"c\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2023-10-10T13:55:36Z\"}\n",
        "{\"log\":\"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \\\"GET /a HTTP/1.1\\\"\",\"stream\":\"stdout\",\"time\":\"2023-10-10T13:55:36Z\"}\n",
        "{\"log\":\" 200 12 \\\"-\\\" \\\"c\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2023-10-10T13:55:36Z\"}\n",
    )),
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
    (
        "{\"nginx\":{\"access\":{\"method\":\"GET\",\"url\":\"/a\",\"response_code\":\"200\",\"remote_ip\":\"192.0.2.1\"}}}",
        Some("192.0.2.1"),
    ),
    ("192.0.2.1 - - [10/Oct/2023 13:55:36] \"\x1b[33mGET /a HTTP/1.1\x1b[0m\" 404 -", Some("192.0.2.1")),
];
