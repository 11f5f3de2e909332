//! The table of named patterns: formats of servers that are recognised by themselves.

use crate::line_format::LineFormat;

/// A format of a server as a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedPattern {
    /// Format that the pattern belongs to; a format may have several patterns.
    pub(crate) format: LineFormat,
    /// The pattern, with the variables of nginx and ours.
    pub(crate) text: &'static str,
}

impl NamedPattern {
    /// Returns whether the pattern is the Combined Log Format with fields behind it.
    pub(crate) fn is_combined(&self) -> bool {
        self.text.starts_with("$remote_addr - $remote_user [$time_local]")
    }

    /// Returns whether the pattern is the Common or the Combined Log Format with a date of another shape, or none.
    pub(crate) fn is_like_common(&self) -> bool {
        self.text.starts_with("$client_words ")
    }

    /// Returns whether only a date tells the pattern from other text: any words are a day and a clock.
    pub(crate) fn needs_date(&self) -> bool {
        self.text.contains("$day")
    }

    /// Returns whether the words before the request are without brackets, beside formats that have some.
    pub(crate) fn is_without_brackets(&self) -> bool {
        self.needs_prefix() || self.format == LineFormat::PhpFpm
    }

    /// Returns whether other text has the pattern too, unless the prefix of a log stands before it.
    pub(crate) fn needs_prefix(&self) -> bool {
        self.text == DATELESS_COMMON
    }
}

/// The Common Log Format behind the date of syslog or another prefix, beside which some programs write none.
const DATELESS_COMMON: &str = r#"$client_words "$request" $status $bytes"#;

const fn named(format: LineFormat, text: &'static str) -> NamedPattern {
    NamedPattern { format, text }
}

/// All named patterns. Of several that fit the lines of a file equally well, the first is chosen, so a pattern stands
/// before those that are its beginning.
pub(crate) const NAMED_PATTERNS: &[NamedPattern] = &[
    // https://doc.traefik.io/traefik/observability/access-logs/
    named(
        LineFormat::Traefik,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $_ "$_" "$_" ${latency}"#,
    ),
    // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
    named(
        LineFormat::IngressNginx,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $_ $request_time [$_] [$_] $_ $_ $_ $_ $_"#,
    ),
    // https://nginxproxymanager.com, of hosts and without one, and NPMplus, whose user agent stands without quotes.
    named(
        LineFormat::NginxProxyManager,
        r#"[$date] $_ $_ $status - $method $_ $_ "$path" [Client $client] [Length $bytes] [Gzip $_] [Sent-to $_] "$agent" "$referer""#,
    ),
    named(
        LineFormat::NginxProxyManager,
        r#"[$date] $status - $method $_ $_ "$path" [Client $client] [Length $bytes] [Gzip $_] "$agent" "$referer""#,
    ),
    named(
        LineFormat::NginxProxyManager,
        r#"[$date] $_ $client $request_time "$request" $status $bytes $_ $referer"#,
    ),
    // https://docs.haproxy.org/2.8/configuration.html#8.2.3, and HTTPS (8.2.4), whose ALPN and SNI stand behind it.
    named(
        LineFormat::Haproxy,
        r#"$client_port [$date] $_ $_/$_ $_/$_/$_/$_/$latency_ms $status $bytes $_ $_ $_ $_/$_/$_/$_/$_ $_/$_ $_"$request""#,
    ),
    // Without the captured cookies, as `option httplog clf` of forks and older versions write it.
    named(
        LineFormat::Haproxy,
        r#"$client_port [$date] $_ $_/$_ $_/$_/$_/$_/$latency_ms $status $bytes $_"$request""#,
    ),
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
    named(
        LineFormat::Alb,
        r#"$_ $date $_ $client_port $_ $latency_part_s $latency_part_s $latency_part_s $status $_ $_ $bytes "$request_url" "$agent" $_ $_ $_ "$_""#,
    ),
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
    named(
        LineFormat::Elb,
        r#"$date $_ $client_port $_ $latency_part_s $latency_part_s $latency_part_s $status $_ $_ $bytes "$request_url" "$agent""#,
    ),
    named(
        LineFormat::Elb,
        r#"$date $_ $client_port $_ $latency_part_s $latency_part_s $latency_part_s $status $_ $_ $bytes "$request_url""#,
    ),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
    named(
        LineFormat::S3,
        r#"$_ $_ [$date] $client $_ $_ $_ $_ "$request" $status $_ $bytes $_ $latency_ms $_ "$referer" "$agent""#,
    ),
    // https://istio.io/latest/docs/tasks/observability/logs/access-log/, and its form before version 1.6.
    named(
        LineFormat::Envoy,
        r#"[$date] "$request" $status $_ $_ $_ "$_" $_ $bytes $latency_ms $_ "$client" "$agent" "$_" "$_" "$_""#,
    ),
    named(
        LineFormat::Envoy,
        r#"[$date] "$request" $status $_ "$_" "$_" $_ $bytes $latency_ms $_ "$client" "$agent" "$_" "$_" "$_""#,
    ),
    named(
        LineFormat::Envoy,
        r#"[$date] "$request" $status $_ "$_" $_ $bytes $latency_ms $_ "$client" "$agent" "$_" "$_" "$_""#,
    ),
    // https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
    named(
        LineFormat::Envoy,
        r#"[$date] "$request" $status $_ $_ $bytes $latency_ms $_ "$client" "$agent" "$_" "$_" "$_""#,
    ),
    // https://wiki.squid-cache.org/Features/LogFormat
    named(LineFormat::Squid, "$date$spaces$latency_ms $client $_/$status $bytes $method $path $_ $_/$_ $_"),
    // https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html; the unit is in the line.
    named(
        LineFormat::Uwsgi,
        "[pid: $_|app: $_|req: $_] $client ($_) {$_} [$date] $method $path => generated $bytes bytes in $latency_ms msecs ($_ $status)",
    ),
    named(
        LineFormat::Uwsgi,
        "[pid: $_|app: $_|req: $_] $client ($_) {$_} [$date] $method $path => generated $bytes bytes in $latency_us micros ($_ $status)",
    ),
    // https://github.com/encode/uvicorn/blob/master/uvicorn/logging.py
    named(LineFormat::Uvicorn, r#"INFO:$spaces$client_port - "$request" $status"#),
    // https://github.com/gin-gonic/gin/blob/master/logger.go
    named(
        LineFormat::Gin,
        r#"[GIN] $date |$spaces$status$spaces|$spaces$latency$spaces|$spaces$client$spaces|$spaces$method$spaces"$path""#,
    ),
    named(
        LineFormat::Gin,
        "[GIN] $date |$spaces$status$spaces|$spaces$latency$spaces|$spaces$client$spaces|$spaces$method$spaces$path",
    ),
    // https://github.com/tornadoweb/tornado/blob/master/tornado/log.py, and Jupyter, which puts a user before the client.
    named(LineFormat::Tornado, "[$_ $day $clock $_] $status $method $path ($_@$client) $latency"),
    named(LineFormat::Tornado, "[$_ $day $clock $_] $status $method $path ($client) $latency"),
    // https://sanic.dev/en/guide/best-practices/logging.html
    named(
        LineFormat::Sanic,
        "$date - (sanic.access)[$_][$client_port]: $method $url  $status ${bytes}B $latency",
    ),
    named(LineFormat::Sanic, "[$date] - (sanic.access)[$_][$client_port]: $method $url  $status $bytes"),
    // https://www.php.net/manual/en/features.commandline.webserver.php
    named(LineFormat::PhpServer, "[$date] $client_port [$status]: $method $path"),
    // https://docs.rs/actix-web/latest/actix_web/middleware/struct.Logger.html
    named(
        LineFormat::Actix,
        r#"[$date $_] $client "$request" $status $bytes "$referer" "$agent" $latency_s"#,
    ),
    // https://github.com/go-chi/chi/blob/master/middleware/logger.go
    named(
        LineFormat::Chi,
        r#"$day $clock $_"$request_url" from $client_port - $status ${bytes}B in $latency"#,
    ),
    // https://docs.gofiber.io/api/middleware/logger, and its form before version 2.50.
    named(
        LineFormat::Fiber,
        "$_ |$spaces$status$spaces|$spaces$latency$spaces|$spaces$client$spaces|$spaces$method$spaces|$spaces$path",
    ),
    named(LineFormat::Fiber, "[$_] $status -$spaces$latency $method$spaces$path"),
    // https://docs.openstack.org/oslo.service/latest/configuration/index.html (wsgi_log_format)
    named(
        LineFormat::Openstack,
        r#"$day $clock $_] $client "$request" status: $status len: $bytes time: $latency_s"#,
    ),
    // https://github.com/koajs/logger; the sizes are rounded. `xxx` stands before a request that failed.
    named(LineFormat::Koa, "$spaces--> $method $path $status $latency $_"),
    named(LineFormat::Koa, "${spaces}xxx $method $path $status $latency $_"),
    // https://ktor.io/docs/server-call-logging.html
    named(LineFormat::Ktor, "$day $clock $_ - $status $_: $method - $path in $latency"),
    named(LineFormat::Ktor, "$_ - $status $_: $method - $path in $latency"),
    // https://github.com/serilog/serilog-aspnetcore; the unit is in the line. The console shows no day.
    named(LineFormat::Serilog, r#"$date [$_] HTTP "$method" "$path" responded $status in $latency_ms ms"#),
    named(LineFormat::Serilog, "$date [$_] HTTP $method $path responded $status in $latency_ms ms"),
    named(LineFormat::Serilog, r#"[$_] HTTP "$method" "$path" responded $status in $latency_ms ms"#),
    named(LineFormat::Serilog, "[$_] HTTP $method $path responded $status in $latency_ms ms"),
    // https://learn.microsoft.com/en-us/aspnet/core/fundamentals/logging
    named(LineFormat::AspNet, "${_}Request finished HTTP/$_ $method $url - $status $bytes $_ $latency"),
    // https://learn.microsoft.com/en-us/previous-versions/iis/6.0-sdk/ms525807(v=vs.90)
    named(
        LineFormat::Iis,
        "$client, $_, $_, $_, $_, $_, $_, $latency_ms, $_, $bytes, $status, $_, $method, $path, $_,",
    ),
    // The columns of CloudFront, in files that do not begin with their names. Those of IIS differ by its settings.
    named(
        LineFormat::W3c,
        "$day\t$clock\t$_\t$bytes\t$client\t$method\t$_\t$path\t$status\t$referer\t$agent\t$_\t$_\t$_\t$_\t$_\t$_\t$_\t$latency_s",
    ),
    // The log of requests by TLS in the example of Apache's configuration, which has no status.
    named(LineFormat::Common, r#"[$date] $client TLS$_ $_ "$request" $bytes"#),
    // The Common and Combined Log Formats with dates of other shapes, as Werkzeug and Daphne write them.
    named(LineFormat::Combined, r#"$client_words [$date] "$request" $status $bytes "$referer" "$agent""#),
    named(LineFormat::Common, r#"$client_words [$date] "$request" $status $bytes"#),
    named(LineFormat::Common, DATELESS_COMMON),
    // https://www.php.net/manual/en/install.fpm.configuration.php (access.format)
    named(LineFormat::PhpFpm, r#"$client $_ $_ $day:$clock "$request" $status"#),
    named(LineFormat::PhpFpm, r#"$client $_ $day:$clock "$request" $status"#),
    // https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver
    named(LineFormat::Django, r#"[$date] "$request" $status $bytes"#),
    // https://github.com/expressjs/morgan: short, dev and tiny.
    named(LineFormat::Morgan, "$client $_ $method $path HTTP/$_ $status $bytes - $latency_ms ms"),
    named(LineFormat::Morgan, "$method $path $status $latency_ms ms - $bytes"),
    named(LineFormat::Morgan, "$method $path $status $bytes - $latency_ms ms"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::LinePattern;

    #[test]
    fn every_named_pattern_compiles() {
        for named in NAMED_PATTERNS {
            if let Err(error) = LinePattern::compile(named.text) {
                panic!("{}: {error}", named.text);
            }
        }
    }
}
