//! Lines of many servers: which format is detected, and what is counted.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use streamguard_engine::{CompletionStatus, JobSummary};
use streamguard_ingest::{IngestJob, LineFormat};

use crate::application_logs::{APPLICATION_SAMPLES, WORDS_IN_FRONT};
use crate::{job, rows, run, skip};

/// What is expected of a file: its name, its text, the format in reports, requests, the unit of the latencies and
/// their sum in milliseconds, bytes, requests without a date.
pub(crate) struct Sample {
    text: &'static str,
    format: &'static str,
    requests: u64,
    unit: Option<&'static str>,
    mean_ms: Option<f64>,
    bytes: u64,
    undated: u64,
}

impl Sample {
    pub(crate) const fn new(format: &'static str, requests: u64, bytes: u64, text: &'static str) -> Self {
        Self { text, format, requests, unit: None, mean_ms: None, bytes, undated: 0 }
    }

    pub(crate) const fn latency(self, unit: &'static str, mean_ms: f64) -> Self {
        Self { unit: Some(unit), mean_ms: Some(mean_ms), ..self }
    }

    pub(crate) const fn undated(self, undated: u64) -> Self {
        Self { undated, ..self }
    }
}

/// Lines as the documentation of each program describes them.
const SAMPLES: &[Sample] = &[
    Sample::new("common", 2, 20, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20\n",
        "192.0.2.1 - bob [10/Oct/2023:13:55:36 +0000] \"-\" 408 -\n",
    )),
    Sample::new("combined", 2, 30, concat!(
        "\u{feff}192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\r\n",
        "[2001:db8::1]:443 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/3\" 200 10 \"http://r/\" \"curl\"\r\n",
    )),
    Sample::new("combined", 1, 20, "www.example.com:443 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n"),
    Sample::new("combined", 2, 40, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" \"203.0.113.9\" 0.137\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" \"203.0.113.9, 10.0.0.1\" 0.237\n",
    )).latency("s", 187.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 22ms\n")
        .latency("as written", 22.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" \"-\" uct=\"0.000\" urt=0.100 rt=0.128\n")
        .latency("s", 128.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 0/128000\n")
        .latency("us", 128.0),
    // A whole number may have any unit, so it has none.
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 1280\n"),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [2023-10-10T13:55:36+00:00] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n"),
    Sample::new("common", 1, 0, "127.0.0.1 - - [10/Oct/2023 13:55:36] \"GET /a HTTP/1.1\" 200 -\n"),
    Sample::new("ingress-nginx", 1, 615, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 615 \"-\" \"curl\" 489 0.003 [default-web-80] [] 10.0.0.7:80 615 0.003 200 fa0bb1c4b2\n")
        .latency("s", 3.0),
    Sample::new("traefik", 2, 24, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"curl\" 1 \"web@docker\" \"http://10.0.0.7:80\" 2ms\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 404 12 \"-\" \"curl\" 2 \"-\" \"-\" 4ms\n",
    )).latency("as written", 3.0),
    Sample::new("traefik", 3, 24, concat!(
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 - \"curl\" 1 \"web@docker\" \"http://10.0.0.7:80\" 2ms\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 404 12 \"-\" \"curl\" 2 \"-\" \"-\" 4ms\n",
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" - - \"-\" \"-\" 3 \"-\" \"-\" 3ms\n",
    )).latency("as written", 3.0),
    Sample::new("combined behind prefixes", 3, 60, concat!(
        "Oct 10 13:55:36 web1 nginx: 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n",
        "2023-10-10T13:55:36.1Z stdout F 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n",
        "web-1  | 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n",
    )),
    Sample::new("combined in JSON", 1, 20, "{\"log\":\"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \\\"GET /a HTTP/1.1\\\" 200 20 \\\"-\\\" \\\"curl\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2023-10-10T13:55:36Z\"}\n"),
    Sample::new("w3c", 2, 0, concat!(
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-06-01 00:00:01\r\n",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n",
        "2023-06-01 00:00:01 10.0.0.4 GET /a - 80 - 192.0.2.1 Mozilla/5.0+(Windows) - 200 0 0 12\r\n",
        // The server was started again, with other columns.
        "#Fields: date time cs-method cs-uri-stem sc-status sc-win32-status time-taken\r\n",
        "2023-06-01 00:00:02 GET /b 404 0 14\r\n",
    )).latency("ms", 13.0),
    Sample::new("w3c", 1, 390, concat!(
        "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken\n",
        "2019-12-04\t21:02:31\tLAX1\t390\t192.0.2.1\tGET\td1.cloudfront.net\t/index.html\t200\t-\tcurl\t-\t-\tHit\tabc\td1\thttps\t23\t0.001\n",
    )).latency("s", 1.0),
    Sample::new("w3c", 1, 7, concat!(
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status bytes cs(User-Agent)\n",
        "2023-06-01 00:00:01 192.0.2.1 GET /a 200 7 \"Mozilla 5.0 \"x\" (y)\"\n",
    )),
    Sample::new("iis", 1, 3223, "192.0.2.1, -, 03/20/05, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 200, 0, GET, /logo.gif, -,\n")
        .latency("ms", 4502.0).undated(1),
    Sample::new("alb", 2, 366, concat!(
        "http 2018-07-02T22:23:00.186641Z app/my-lb/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.1:80 0.000 0.001 0.001 200 200 34 366 \"GET http://www.example.com:80/a HTTP/1.1\" \"curl/7.46.0\" - - arn:aws:targetgroup/x \"Root=1-58337262\" \"-\" \"-\" 0 2018-07-02T22:22:48.364000Z \"forward\" \"-\" \"-\"\n",
        "https 2018-07-02T22:23:00.186641Z app/my-lb/50dc6c495c0c9188 192.0.2.1:2817 - -1 -1 -1 502 - 34 0 \"GET https://www.example.com:443/a HTTP/1.1\" \"curl/7.46.0\" ECDHE TLSv1.2 arn:aws:targetgroup/x \"Root=1-58337262\" \"-\" \"-\" 0 2018-07-02T22:22:48.364000Z \"forward\" \"-\" \"-\"\n",
    )).latency("s", 2.0),
    Sample::new("elb", 1, 29, "2015-05-13T23:39:43.945958Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -\n")
        .latency("s", 1.178),
    Sample::new("s3", 2, 236, concat!(
        "79a59df900b949e5 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e5 3E57427F3EXAMPLE REST.GET.VERSIONING - \"GET /bucket?versioning HTTP/1.1\" 200 - 113 - 7 - \"-\" \"S3Console/0.4\" - s9lzHYrFp76= SigV4 ECDHE AuthHeader bucket.s3.amazonaws.com TLSV1.2\n",
        "79a59df900b949e5 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e5 3E57427F3EXAMPLE REST.PUT.OBJECT a.png \"PUT /a.png HTTP/1.1\" 200 - 123 - 9 5 \"-\" \"S3 Console\" - s9lzHYrFp76= SigV4 ECDHE AuthHeader bucket.s3.amazonaws.com TLSV1.2\n",
    )).latency("ms", 8.0),
    Sample::new("haproxy behind prefixes", 2, 2962, concat!(
        "Feb  6 12:14:14 localhost haproxy[14389]: 192.0.2.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"\n",
        "Feb  6 12:14:14 localhost haproxy[14389]: 192.0.2.2:33317 [06/Feb/2009:12:14:14.655] http-in http-in/<NOSRV> -1/-1/-1/-1/+11 400 +212 - - PR-- 1/1/1/1/0 0/0 \"<BADREQ>\"\n",
    )).latency("ms", 60.0),
    Sample::new("envoy", 1, 154, "[2016-04-15T20:17:00.310Z] \"POST /api/v1/locations HTTP/2\" 204 - 0 154 226 100 \"10.0.35.28\" \"nsq2http\" \"cc21d9b0-cf5c-432b\" \"locations\" \"tcp://10.0.2.1:80\"\n")
        .latency("ms", 226.0),
    Sample::new("envoy", 1, 135, "[2020-11-25T21:26:18.409Z] \"GET /status/418 HTTP/1.1\" 418 - via_upstream - \"-\" 0 135 3 1 \"-\" \"curl/7.73.0\" \"84961386-6d84\" \"httpbin:8000\" \"127.0.0.1:80\" inbound|8000|| 127.0.0.1:41854\n")
        .latency("ms", 3.0),
    Sample::new("squid", 1, 507, "1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://example.com/a - DIRECT/192.0.2.83 text/html\n")
        .latency("ms", 921.0),
    Sample::new("uvicorn", 2, 0, concat!(
        "INFO:     127.0.0.1:52424 - \"GET /items/1 HTTP/1.1\" 200 OK\n",
        "INFO:     127.0.0.1:52424 - \"GET /items/2 HTTP/1.1\" 404 Not Found\n",
    )).undated(2),
    Sample::new("uwsgi", 1, 123, "[pid: 1234|app: 0|req: 1/1] 127.0.0.1 () {40 vars in 600 bytes} [Tue May 26 12:03:20 2020] GET /path?a => generated 123 bytes in 4 msecs (HTTP/1.1 200) 3 headers in 100 bytes (1 switches on core 0)\n")
        .latency("ms", 4.0),
    Sample::new("gin", 2, 0, concat!(
        "[GIN] 2023/10/10 - 13:55:36 | 200 |     1.234ms |       127.0.0.1 | GET      \"/a\"\n",
        "[GIN] 2023/10/10 - 13:55:36 | 404 |     766\u{b5}s |             ::1 | POST     \"/a\"\n",
    )).latency("as written", 1.0),
    Sample::new("django", 1, 123, "[10/Oct/2023 13:55:36] \"GET /a HTTP/1.1\" 200 123\n"),
    Sample::new("morgan", 2, 24, "GET /a?b 200 1.5 ms - 12\nPOST /a 201 2.5 ms - 12\n").latency("ms", 2.0).undated(2),
    Sample::new("morgan", 1, 12, "GET /a 200 12 - 1.5 ms\n").latency("ms", 1.5).undated(1),
    Sample::new("logfmt", 2, 40, concat!(
        "at=info method=GET path=\"/a b?c\" host=example.com fwd=\"192.0.2.1\" dyno=web.1 connect=1ms service=18ms status=200 bytes=20\n",
        "at=info method=POST path=\"/a\" host=example.com fwd=\"192.0.2.1\" dyno=web.1 connect=1ms service=20ms status=503 bytes=20\n",
    )).latency("ms", 19.0).undated(2),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 137000/0\n").latency("us", 137.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 0/0\n"),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 0.137, 0.136\n").latency("s", 137.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" rt=\"0.128\",urt=\"0.100\"\n").latency("s", 128.0),
    Sample::new("combined", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\" 1696946136.123 0.005\n").latency("s", 5.0),
    Sample::new("common", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 0.137\n").latency("s", 137.0),
    Sample::new("common", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 22ms\n").latency("as written", 22.0),
    Sample::new("common", 1, 20, "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 0/137000\n").latency("us", 137.0),
    Sample::new("w3c", 1, 0, "#Fields: date time s-ip cs-method cs-uri-stem sc-status sc-substatus time-taken\n2023-06-01 00:00:01 10.0.0.4 GET /a 200 0 137\n").latency("ms", 137.0),
    Sample::new("w3c", 1, 0, "#Fields: date time cs-method cs-uri-path sc-status time-taken\n2023-06-01  00:00:01 GET /a 200 137\n"),
    Sample::new("w3c", 1, 0, "#Fields: date time cs-method cs-uri-path sc-status time-taken\n2023-06-01 00:00:01 GET /a 200 0.137\n").latency("s", 137.0),
    Sample::new("w3c", 1, 0, "#Fields: date time c-ip c-status cs-uri-stem\n2023-06-01 00:00:01 192.0.2.1 200 /a\n"),
    Sample::new("w3c", 1, 390, "2019-12-04\t21:02:31\tLAX1\t390\t192.0.2.1\tGET\td1.cloudfront.net\t/index.html\t200\t-\tcurl\t-\t-\tHit\tabc\td1\thttps\t23\t0.001\n").latency("s", 1.0),
    Sample::new("traefik behind prefixes", 1, 12, "2023-10-10T13:55:36.1Z stdout F 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"curl\" 1 \"web@docker\" \"http://10.0.0.7:80\" 2ms\n").latency("as written", 2.0),
    Sample::new("combined behind prefixes", 1, 20, "2023-10-10T13:55:36Z example.com:80 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n"),
    Sample::new("uvicorn behind prefixes", 1, 0, "\x1b[32mINFO\x1b[0m:     127.0.0.1:52424 - \"\x1b[1mGET /items/1 HTTP/1.1\x1b[0m\" \x1b[32m200 OK\x1b[0m\n").undated(1),
    Sample::new("nginx-proxy-manager", 1, 192, "[10/Oct/2023:13:55:36 +0000] - 200 200 - GET https example.com \"/a\" [Client 192.0.2.1] [Length 192] [Gzip 3.10] [Sent-to web] \"curl\" \"-\"\n"),
    Sample::new("nginx-proxy-manager", 1, 125, "[10/Oct/2023:13:55:36 +0000] example.com 192.0.2.1 0.227 \"GET /a HTTP/2.0\" 200 125 440 - Mozilla/5.0 (X11)\n").latency("s", 227.0),
    Sample::new("common", 1, 1234, "[10/Oct/2023:13:55:36 +0000] 192.0.2.1 TLSv1.3 TLS_AES_256_GCM_SHA384 \"GET / HTTP/1.1\" 1234\n"),
    Sample::new("s3", 1, 113, "79a59df900b949e5 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e5 3E57427F3EXAMPLE S3.EXPIRE.OBJECT a.png - 204 - 113 - 7 - \"-\" \"S3\" -\n").latency("ms", 7.0),
    Sample::new("logfmt", 1, 0, "at=error code=H12 desc=\"Request timeout\" method=GET path=\"/a\" fwd=\"192.0.2.1\" service=30000ms status=503 bytes=0\n").latency("ms", 30000.0).undated(1),
    Sample::new("logfmt", 1, 0, "method=GET path=/a format=html controller=A action=show status=200 duration=58.33 view=40.43 db=15.26\n")
        .latency("ms", 58.33).undated(1),
    Sample::new("json (nginx)", 1, 612, "{\"time_local\":\"10/Oct/2023:13:55:36 +0000\",\"request\":\"GET /a HTTP/1.1\",\"status\":200,\"body_bytes_sent\":612,\"response_time\":0.137}\n").latency("s", 137.0),
    Sample::new("common behind prefixes", 1, 65508, "Mar 24 14:02:50 web1 tomcat.log: 127.0.0.1 - - \"GET /a.js HTTP/1.1\" 200 65508 4.386\n").latency("s", 4386.0).undated(1),
    Sample::new("json (nginx)", 1, 612, "{\"time_local\":\"10/Oct/2023:13:55:36 +0000\",\"remote_addr\":\"192.0.2.1\",\"request\":\"GET /a HTTP/1.1\",\"status\":\"200\",\"body_bytes_sent\":\"612\",\"request_time\":\"0.025\",\"http_user_agent\":\"a \\x22b\\x22\"}\n")
        .latency("s", 25.0),
    Sample::new("json (Caddy)", 2, 26682, concat!(
        "{\"level\":\"info\",\"ts\":1664321642.8666267,\"logger\":\"http.log.access.log4\",\"msg\":\"handled request\",\"request\":{\"remote_ip\":\"192.0.2.1\",\"remote_port\":\"56620\",\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"host\":\"example.org\",\"uri\":\"/\",\"headers\":{\"User-Agent\":[\"curl/7.74.0\"]}},\"user_id\":\"\",\"duration\":0.03,\"size\":13341,\"status\":200,\"resp_headers\":{\"Date\":[\"Tue\"]}}\n",
        "{\"duration\":0.05,\"level\":\"info\",\"request\":{\"method\":\"GET\",\"proto\":\"HTTP/2.0\",\"uri\":\"/\"},\"size\":13341,\"status\":0,\"ts\":1664321642.8666267}\n",
    )).latency("s", 40.0),
    Sample::new("json (Traefik)", 1, 19, "{\"ClientAddr\":\"192.0.2.1:40292\",\"ClientHost\":\"192.0.2.1\",\"DownstreamContentSize\":19,\"DownstreamStatus\":404,\"Duration\":123456,\"OriginDuration\":0,\"RequestMethod\":\"GET\",\"RequestPath\":\"/a\",\"StartUTC\":\"2023-10-10T13:55:36Z\",\"level\":\"info\",\"msg\":\"\",\"time\":\"2023-10-10T13:55:36Z\"}\n")
        .latency("ns", 0.123456),
    Sample::new("json (pino or bunyan)", 1, 0, "{\"level\":30,\"time\":1696946136000,\"pid\":1,\"req\":{\"id\":1,\"method\":\"GET\",\"url\":\"/a?b\",\"headers\":{\"user-agent\":\"curl\"},\"remoteAddress\":\"::1\"},\"res\":{\"statusCode\":200,\"headers\":{}},\"responseTime\":5,\"msg\":\"request completed\"}\n")
        .latency("ms", 5.0),
    Sample::new("json (Elastic Common Schema)", 2, 20, concat!(
        "{\"@timestamp\":\"2023-10-10T13:55:36Z\",\"agent\":{\"type\":\"filebeat\"},\"http\":{\"request\":{\"method\":\"GET\",\"referrer\":\"-\"},\"response\":{\"status_code\":200,\"body\":{\"bytes\":10}},\"version\":\"1.1\"},\"url\":{\"original\":\"/a?b\"},\"user_agent\":{\"original\":\"curl\"},\"source\":{\"ip\":\"192.0.2.1\"},\"event\":{\"duration\":2000000}}\n",
        "{\"@timestamp\":\"2023-10-10T13:55:36Z\",\"http.request.method\":\"GET\",\"http.response.status_code\":200,\"http.response.body.bytes\":10,\"url.path\":\"/a\",\"event.duration\":4000000}\n",
    )).latency("ns", 3.0),
    Sample::new("json (Google Cloud)", 1, 20, "{\"httpRequest\":{\"requestMethod\":\"GET\",\"requestUrl\":\"https://example.com/a?b\",\"status\":200,\"responseSize\":\"20\",\"userAgent\":\"curl\",\"remoteIp\":\"192.0.2.1\",\"latency\":\"0.025s\"},\"timestamp\":\"2023-10-10T13:55:36Z\"}\n")
        .latency("as written", 25.0),
    Sample::new("json (Cloudflare)", 1, 20, "{\"ClientIP\":\"192.0.2.1\",\"ClientRequestHost\":\"example.com\",\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":\"/a?b\",\"EdgeEndTimestamp\":\"2023-10-10T13:55:36Z\",\"EdgeResponseBytes\":20,\"EdgeResponseStatus\":200,\"EdgeStartTimestamp\":\"2023-10-10T13:55:36Z\"}\n"),
    Sample::new("json (Envoy)", 1, 20, "{\"start_time\":\"2023-10-10T13:55:36.1Z\",\"method\":\"GET\",\"path\":\"/a\",\"response_code\":0,\"bytes_sent\":20,\"duration\":7,\"user_agent\":\"curl\",\"downstream_remote_address\":\"192.0.2.1:5000\"}\n")
        .latency("ms", 7.0),
    // Echo: the number is in nanoseconds, which only its neighbour tells.
    Sample::new("json", 1, 20, "{\"time\":\"2023-10-10T13:55:36Z\",\"remote_ip\":\"192.0.2.1\",\"method\":\"GET\",\"uri\":\"/a\",\"status\":200,\"latency\":5000000,\"latency_human\":\"5ms\",\"bytes_in\":0,\"bytes_out\":20}\n")
        .latency("as written", 5.0),
    Sample::new("json", 3, 0, "[\n  {\n    \"method\": \"GET\",\n    \"path\": \"/a\",\n    \"status\": 200\n  },\n  {\"method\":\"GET\",\"path\":\"/b\",\"status\":200},{\"method\":\"GET\",\"path\":\"/c\",\"status\":200}\n]\n")
        .undated(3),
    Sample::new("json behind prefixes", 1, 0, "Oct 10 13:55:36 web1 nginx: {\"request_method\":\"GET\",\"uri\":\"/\",\"status\":200}\n").undated(1),
    Sample::new("uvicorn behind prefixes", 1, 0, "2023-10-10T13:55:36.1Z stdout F INFO:     127.0.0.1:52424 - \"GET /items/1 HTTP/1.1\" 200 OK\n"),
];

/// Counts a text as a file.
fn count(text: &str, change: impl FnOnce(IngestJob) -> IngestJob) -> (CompletionStatus, JobSummary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, text).unwrap();
    run(change(job(&[&path])), 2)
}

#[test]
fn the_format_of_every_server_is_detected_and_said() {
    let mut wrong = Vec::new();
    for sample in SAMPLES.iter().chain(APPLICATION_SAMPLES) {
        let (status, summary) = count(sample.text, |job| job);
        let metric = |name: &str| summary.metrics.get(name).cloned().unwrap_or(Value::Null);
        let is = (
            status,
            rows(&summary, "Files").first().map_or(Value::Null, |file| json!([file[1], file[4], file[5]])),
            ["requests", "bytes.sum", "undated", "latency_ms.mean"].map(metric),
        );
        let expected = (
            CompletionStatus::Complete,
            json!([sample.format, 100.0, sample.unit]),
            [json!(sample.requests), json!(sample.bytes), json!(sample.undated), json!(sample.mean_ms)],
        );
        if is != expected {
            wrong.push(format!("{}{is:?}\n{expected:?}\n", sample.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_in_front_are_not_the_client() {
    for (line, client) in WORDS_IN_FRONT {
        let (status, summary) = count(&format!("{line}\n").repeat(3), |job| job);
        assert_eq!((status, &summary.metrics["requests"]), (CompletionStatus::Complete, &json!(3)), "{line}");
        let first = |title: &str| rows(&summary, title).first().map(|row| row[0].clone());
        assert_eq!(first("Most frequent clients"), client.map(|client| json!(client)), "{line}");
        assert_eq!(first("Most frequent paths"), Some(json!("/a")), "{line}");
    }
}

#[test]
fn a_field_that_cannot_be_read_does_not_cost_the_request() {
    let line = "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n";
    for (from, to) in [
        (" 200 ", " - "),
        (" 20 ", " x "),
        ("Oct", "Okt"),
        ("10/Oct/2023:13:55:36 +0000", "Tue, 10 Oct 2023 13:55:36 EDT"),
        (" \"-\" \"curl\"", " - -"),
        (" \"-\" \"curl\"", ""),
    ] {
        let odd = line.replace(from, to);
        // Alone too, if the line still tells its format.
        for text in [odd.clone(), [&line.repeat(5), &*odd].concat()] {
            let (status, summary) = count(&text, |job| job);
            let requests = text.lines().count();
            assert_eq!(
                (status, &summary.metrics["requests"]),
                (CompletionStatus::Complete, &json!(requests)),
                "{text}"
            );
            let client = &rows(&summary, "Most frequent clients")[0];
            assert_eq!(client, &vec![json!("192.0.2.1"), json!(requests)], "{text}");
        }
    }
    let (status, summary) = count("1 2 3 \"GET\" - -\n", |job| job);
    assert_eq!((status, &summary.metrics["requests"]), (CompletionStatus::Failed, &json!(0)));
}

#[test]
fn the_first_request_may_come_after_much_else() {
    let line = "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n";
    let (status, summary) = count(&["only words\n".repeat(120), line.repeat(120)].concat(), |job| job);
    assert_eq!((status, &summary.metrics["requests"]), (CompletionStatus::Complete, &json!(120)));
    let (status, summary) = count("", |job| job);
    let file = &rows(&summary, "Files")[0];
    assert_eq!((status, &file[1], &file[5]), (CompletionStatus::Complete, &json!("empty"), &Value::Null));
}

#[test]
fn a_pattern_of_ones_own_gives_the_unit() {
    let text =
        "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a?b HTTP/1.1\" 200 20 \"-\" \"curl\" 1500\n";
    let nginx = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";
    let apache = "%h %l %u %t \\\"%r\\\" %>s %b \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\"";
    let goaccess = "%h %^[%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"";
    for (pattern, ms) in [
        (format!("{nginx} $latency_us"), 1.5),
        (format!("{nginx} ${{latency_ms}}"), 1500.0),
        (format!("{apache} %D"), 1.5),
        (format!("{apache} %T"), 1_500_000.0),
        (format!("{apache} %{{ms}}T"), 1500.0),
        (format!("{goaccess} %D"), 1.5),
        (format!("{goaccess} %L"), 1500.0),
        (format!("{goaccess} %T"), 1_500_000.0),
        (format!("log_format main '{nginx}' ' $latency_us';"), 1.5),
        (format!("LogFormat \"{apache} %D\" main"), 1.5),
        ("%a %l %u %t \"%r\" %s %O \"%{Referer}i\" \"%{User-Agent}i\" %D".to_owned(), 1.5),
        ("%~h{, } %^[%d:%t %^] \"%r\" %s %b \"%R\" \"%u\" %D".to_owned(), 1.5),
    ] {
        let (status, summary) = count(text, |job| IngestJob { pattern: Some(pattern.clone()), ..job });
        assert_eq!(status, CompletionStatus::Complete, "{pattern}");
        assert_eq!(summary.metrics["latency_ms.mean"], ms, "{pattern}");
        assert_eq!((&summary.metrics["undated"], &summary.metrics["bytes.sum"]), (&json!(0), &json!(20)));
        assert_eq!(rows(&summary, "Most frequent paths")[0], [json!("/a"), json!(1)], "{pattern}");
        assert_eq!(rows(&summary, "Files")[0][1], "pattern");
    }
    let seconds_too = text.replace(" 1500\n", " 1/1500000\n");
    for (text, pattern, ms) in
        [(text, "COMBINED", Value::Null), (&seconds_too, &*format!("{apache} %T/%D"), json!(1500.0))]
    {
        let (_, summary) = count(text, |job| IngestJob { pattern: Some(pattern.to_owned()), ..job });
        let mean = summary.metrics.get("latency_ms.mean").cloned().unwrap_or_default();
        assert_eq!((&summary.metrics["requests"], mean), (&json!(1), ms), "{pattern}");
    }
    let (_, summary) = count("200|/a|GET|soon\n404|/b|POST|2.5\n", |job| IngestJob {
        pattern: Some("$status|$uri|$request_method|$latency_ms".to_owned()),
        ..job
    });
    let metric = |name: &str| &summary.metrics[name];
    // A value that cannot be read costs the field, not the request.
    assert_eq!((metric("requests"), metric("latency_ms.count")), (&json!(2), &json!(1)));
}

#[test]
fn names_and_joined_values_of_other_programs_are_known() {
    let combined = "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"";
    let elb = "2023-10-10T13:55:36Z lb 192.0.2.1:2817 10.0.0.1:80 0.1 0.1 0.1 200 200 0 20 \"GET http://example.com:80/a HTTP/1.1\" \"curl\" - -";
    let storage = r#""1696946136000000","192.0.2.1","1","","GET","/a","200","299","20","138000","example.com","","curl","x""#;
    let squid = "1696946136.586    921 192.0.2.1 TCP_MISS/200 20 GET /a - DIRECT/192.0.2.83 text/html";
    let iis = "2023-10-10 13:55:36 10.0.0.1 GET /a x=1 80 - 192.0.2.1 Mozilla/5.0 - 200 0 0 15";
    let forwarded = "\"192.0.2.1, 10.0.0.1\" - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20";
    for (line, pattern) in [
        (format!("{combined} 1 \"web@docker\" \"http://10.0.0.7:80\" 2ms"), "TRAEFIKCLF"),
        (elb.to_owned(), "AWSELB"),
        (format!("http {elb} arn:x \"-\"").replace("lb 192", "app/lb/1 192"), "AWSALB"),
        (storage.to_owned(), "CLOUDSTORAGE"),
        (squid.to_owned(), "SQUID"),
        (iis.to_owned(), "W3C"),
        (
            r#"{"ts":1696946136,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/a"},"status":200}"#
                .to_owned(),
            "CADDY",
        ),
        (forwarded.to_owned(), r#"~h{," } %^[%d:%t %^] "%r" %s %b"#),
        (forwarded.to_owned(), r#"\"%{X-Forwarded-For}i\" %l %u %t \"%r\" %>s %b"#),
        (forwarded.to_owned(), r#""$http_x_forwarded_for" - $remote_user [$time_local] "$request" $status"#),
        (
            "- 192.0.2.1 GET /a 200".to_owned(),
            "$http_x_forwarded_for $remote_addr $request_method $uri $status",
        ),
        ("192.0.2.1 GET /a?b 200".to_owned(), "$remote_addr $request_method $uri$is_args$args $status"),
        (
            "192.0.2.1 GET example.com/a?b 200".to_owned(),
            "$remote_addr $request_method $host$request_uri $status",
        ),
        (
            "192.0.2.1 GET http://example.com/a 200".to_owned(),
            "$remote_addr $request_method $scheme://$host$request_uri $status",
        ),
    ] {
        let (status, summary) =
            count(&format!("{line}\n"), |job| IngestJob { pattern: Some(pattern.to_owned()), ..job });
        assert_eq!(status, CompletionStatus::Complete, "{pattern}");
        assert_eq!(rows(&summary, "Most frequent paths"), [[json!("/a"), json!(1)]], "{pattern}");
        assert_eq!(rows(&summary, "Most frequent clients"), [[json!("192.0.2.1"), json!(1)]], "{pattern}");
    }
}

#[test]
fn a_pattern_or_map_that_cannot_be_used_is_refused() {
    for (pattern, map, reason) in [
        (Some("$status $bytes"), None, "it has no request"),
        (Some("$request$status"), None, "no text between them"),
        (Some("%h %Z %r"), None, "%Z is not a specifier of GoAccess"),
        (None, Some("latency=a"), "latency needs its unit"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "x\n").unwrap();
        let job =
            IngestJob { pattern: pattern.map(str::to_owned), map: map.map(str::to_owned), ..job(&[&path]) };
        let finished = crate::completeness::finish(job);
        assert_eq!(finished.status, CompletionStatus::Failed);
        let said = crate::completeness::said(&finished);
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn keys_of_ones_own_are_read() {
    let text = "{\"verb\":\"GET\",\"where\":{\"to\":\"/a\"},\"code\":200,\"req\":{\"ms\":12}}\n";
    let map = Some("path=where.to,latency=req.ms,unit=ms".to_owned());
    let (status, summary) = count(text, |job| IngestJob { map, ..job });
    assert_eq!((status, &summary.metrics["latency_ms.mean"]), (CompletionStatus::Complete, &json!(12.0)));
    assert_eq!(rows(&summary, "Files")[0][5], "ms");
}

#[test]
fn a_format_may_be_chosen() {
    // Two formats fit: the chosen one counts.
    let text = "192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 20 \"-\" \"curl\"\n";
    for format in [LineFormat::Common, LineFormat::Combined] {
        let (_, summary) = count(text, |job| IngestJob { format, ..job });
        let agents = rows(&summary, "Most frequent user agents").len();
        assert_eq!(
            (&summary.metrics["requests"], agents),
            (&json!(1), usize::from(format == LineFormat::Combined))
        );
    }
}

#[test]
fn files_of_a_known_format_count_the_same_however_they_are_cut() {
    for sample in SAMPLES.iter().chain(APPLICATION_SAMPLES) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, sample.text.repeat(7)).unwrap();
        let (_, whole) = run(job(&[&path]), 1);
        let (_, cut) = run(IngestJob { chunk_bytes: 50, ..job(&[&path]) }, 2);
        assert_eq!(whole, cut, "{}", sample.text);
    }
}

#[test]
fn recorded_cases_count_every_request() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    if !cases.is_dir() {
        skip(&format!("recorded cases need {}", cases.display()));
        return;
    }
    for (file, requests) in [
        ("ingest-docker-and-prefixes/docker.log", 1),
        ("ingest-docker-and-prefixes/prefixed.json", 3),
        ("ingest-ipv6-in-brackets/v6.log", 3),
        ("ingest-ipv6-in-brackets/vhost6.log", 2),
        ("ingest-json-drops-request-for-its-time/a.json", 6),
        ("ingest-json-drops-request-for-its-time/b.json", 7),
        ("ingest-requests-that-are-none/408.log", 2),
        ("ingest-requests-that-are-none/bots.log", 11),
        ("ingest-unknown-format-is-complete/caddy.json", 1),
        ("ingest-unknown-format-is-complete/iis.log", 1),
        ("ingest-compressed-not-recognised/a.log.gz", 3),
        ("ingest-compressed-not-recognised/pzstd.log.zst", 3),
        ("ingest-gzip-tail/zeropad.log.gz", 3),
        ("ingest-gzip-tail/garbage.log.gz", 3),
    ] {
        let (status, summary) = run(job(&[&cases.join(file)]), 2);
        assert_eq!(
            (status, &summary.metrics["requests"]),
            (CompletionStatus::Complete, &json!(requests)),
            "{file}"
        );
    }
    for file in ["ingest-unknown-format-is-complete/error.log", "ingest-compressed-not-recognised/a.log.bz2"]
    {
        assert_eq!(run(job(&[&cases.join(file)]), 2).0, CompletionStatus::Failed, "{file}");
    }
    let dated = rows(
        &run(job(&[&cases.join("ingest-json-drops-request-for-its-time/b.json")]), 2).1,
        "Requests per hour",
    )
    .iter()
    .filter_map(|row| row[1].as_u64())
    .sum::<u64>();
    assert_eq!(dated, 7);
}
