//! Proofs of concept, as programs of a few lines. They do nothing: each only prints what it would
//! send to a program that does not exist.

use crate::messages::fill;

/// How exploits of one kind are written.
#[derive(Debug)]
pub(super) struct Program {
    /// Folder below `exploits/`.
    pub(super) folder: &'static str,
    pub(super) extension: &'static str,
    /// ExploitDB's name of the platform.
    pub(super) platform: &'static str,
    /// ExploitDB's type.
    pub(super) kind: &'static str,
    text: &'static str,
}

/// The text of one, with `{title}`, `{date}`, `{cve}`, `{project}`, `{function}`, `{phrase}` and
/// `{outcome}` filled in.
pub(super) fn write(program: &Program, values: &[(&str, &str)]) -> String {
    fill(program.text, values)
}

/// All kinds.
pub(super) const ALL: &[Program] = &[
    Program { folder: "python/webapps", extension: "py", platform: "python", kind: "webapps", text: PYTHON },
    Program { folder: "php/webapps", extension: "php", platform: "php", kind: "webapps", text: PHP },
    Program { folder: "linux/local", extension: "c", platform: "linux", kind: "local", text: C },
    Program { folder: "multiple/remote", extension: "rb", platform: "multiple", kind: "remote", text: RUBY },
    Program {
        folder: "multiple/webapps",
        extension: "txt",
        platform: "multiple",
        kind: "webapps",
        text: TEXT,
    },
    Program { folder: "multiple/dos", extension: "pl", platform: "multiple", kind: "dos", text: PERL },
    Program {
        folder: "nodejs/webapps",
        extension: "js",
        platform: "nodejs",
        kind: "webapps",
        text: JAVASCRIPT,
    },
    Program { folder: "linux/remote", extension: "sh", platform: "linux", kind: "remote", text: SHELL },
];

const PYTHON: &str = r#"#!/usr/bin/env python3
# Exploit Title: {title}
# Date: {date}
# Exploit Author: Harbor Watch
# CVE: {cve}
# {project} is made up, and this sends nothing.

import argparse


def build_request(host, value):
    """The request by which {function} would be reached."""
    body = "name=%s&action={function}" % value
    lines = [
        "POST /api/{function} HTTP/1.1",
        "Host: %s" % host,
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: %d" % len(body),
        "",
        body,
    ]
    return "\r\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="{phrase} in {project}")
    parser.add_argument("--host", default="target.example")
    parser.add_argument("--value", default="proof-of-concept")
    arguments = parser.parse_args()
    print("[*] This would let an attacker {outcome}")
    print(build_request(arguments.host, arguments.value))


if __name__ == "__main__":
    main()
"#;

const PHP: &str = r#"<?php
/*
 * Exploit Title: {title}
 * Date: {date}
 * Exploit Author: Harbor Watch
 * CVE: {cve}
 * {project} is made up, and this sends nothing.
 */

function build_query($host, $value)
{
    $fields = array('call' => '{function}', 'value' => $value);
    return 'http://' . $host . '/index.php?' . http_build_query($fields);
}

$host = isset($argv[1]) ? $argv[1] : 'target.example';
echo "[*] {phrase}: an attacker could {outcome}\n";
echo build_query($host, 'proof-of-concept') . "\n";
"#;

const C: &str = r#"/*
 * Exploit Title: {title}
 * Date: {date}
 * Exploit Author: Harbor Watch
 * CVE: {cve}
 * {project} is made up, and this writes to no file.
 */
#include <stdio.h>
#include <string.h>

static size_t build_record(char *out, size_t size, size_t count)
{
    size_t used = (size_t)snprintf(out, size, "{function} %zu ", count);
    while (used + 1 < size && count-- > 0) {
        out[used++] = '.';
    }
    out[used] = '\0';
    return used;
}

int main(void)
{
    char record[128];
    size_t length = build_record(record, sizeof record, 64);
    printf("[*] {phrase}: an attacker could {outcome}\n");
    printf("%zu bytes: %s\n", length, record);
    return 0;
}
"#;

const RUBY: &str = r#"#!/usr/bin/env ruby
# Exploit Title: {title}
# Date: {date}
# Exploit Author: Harbor Watch
# CVE: {cve}
# {project} is made up, and this opens no connection.

class Message
  def initialize(host, value)
    @host = host
    @value = value
  end

  def to_s
    ["CALL {function}", "HOST #{@host}", "VALUE #{@value}"].join("\n")
  end
end

host = ARGV.fetch(0, "target.example")
puts "[*] {phrase}: an attacker could {outcome}"
puts Message.new(host, "proof-of-concept")
"#;

const TEXT: &str = "# Exploit Title: {title}
# Date: {date}
# Exploit Author: Harbor Watch
# CVE: {cve}

{project} does not check what {function} is given. This is {phrase}.
An attacker can use it to {outcome}.

Steps:
1. Sign in as any user.
2. Open the page that calls {function}.
3. Give proof-of-concept as the name.

{project} is made up: there is nothing to attack.
";

const PERL: &str = r#"#!/usr/bin/perl
# Exploit Title: {title}
# Date: {date}
# Exploit Author: Harbor Watch
# CVE: {cve}
# {project} is made up, and this sends nothing.

use strict;
use warnings;

sub build_message {
    my ($call, $count) = @_;
    return join(' ', $call, $count, 'x' x $count);
}

print "[*] {phrase}: an attacker could {outcome}\n";
print build_message('{function}', 40), "\n";
"#;

const JAVASCRIPT: &str = r#"// Exploit Title: {title}
// Date: {date}
// Exploit Author: Harbor Watch
// CVE: {cve}
// {project} is made up, and this sends nothing.

function buildRequest(host, value) {
  const body = JSON.stringify({ call: "{function}", value });
  return { method: "POST", url: `http://${host}/rpc`, body };
}

const host = process.argv[2] || "target.example";
console.log("[*] {phrase}: an attacker could {outcome}");
console.log(buildRequest(host, "proof-of-concept"));
"#;

const SHELL: &str = r#"#!/bin/sh
# Exploit Title: {title}
# Date: {date}
# Exploit Author: Harbor Watch
# CVE: {cve}
# {project} is made up, and this sends nothing.

build_request() {
    printf 'GET /%s?name=%s HTTP/1.1\n' "{function}" "$2"
    printf 'Host: %s\n' "$1"
}

echo "[*] {phrase}: an attacker could {outcome}"
build_request "${1:-target.example}" proof-of-concept
"#;
