//! How projects are laid out in each language.

use streamguard_dataset::Language;

use crate::words::{Case, capitalized, pascal};

/// What projects in one language look like.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The language.
    pub(crate) language: Language,
    /// How names are written.
    pub(crate) case: Case,
    /// Extension of source files.
    pub(crate) extension: &'static str,
    /// Blank lines between functions.
    pub(crate) blank_lines: usize,
    /// Where source files are; `{package}` is the name of the package.
    folders: &'static [&'static str],
    /// Where tests are.
    tests: &'static str,
    /// Name of the file with the dependencies.
    pub(crate) manifest: &'static str,
    /// How a function of a test is written; `{name}`, `{Name}` and `{number}` are filled in.
    test: &'static str,
    /// Lines that ordinary code needs: the word that tells so, and the line.
    imports: &'static [(&'static str, &'static str)],
    /// Lines that tests need.
    pub(crate) test_imports: &'static [&'static str],
    /// Libraries that the manifest names.
    pub(crate) libraries: &'static [&'static str],
    /// Sign of a comment of one line.
    comment: &'static str,
}

const ALL: &[Layout] = &[PYTHON, JAVASCRIPT, JAVA, PHP, GO, C];

const PYTHON: Layout = Layout {
    language: Language::Python,
    case: Case::Snake,
    extension: "py",
    blank_lines: 2,
    folders: &["{package}", "{package}/web", "{package}/core", "{package}/jobs"],
    tests: "tests/test_{stem}.py",
    manifest: "pyproject.toml",
    test: "def test_{name}_{number}():\n    found = run(\"{name}\", {number})\n    assert found is not None\n    assert found.status == \"done\"",
    imports: &[
        ("hashlib.", "import hashlib"),
        ("html.", "import html"),
        ("json.", "import json"),
        ("logger.", "import logging"),
        ("os.", "import os"),
        ("Path", "from pathlib import Path"),
        ("Iterable[", "from typing import Iterable"),
        ("logger.", "logger = logging.getLogger(__name__)"),
    ],
    test_imports: &["from tests.helpers import run"],
    libraries: &["flask", "requests", "sqlalchemy", "pyyaml", "click", "jinja2", "pytest"],
    comment: "#",
};

const JAVASCRIPT: Layout = Layout {
    language: Language::JavaScript,
    case: Case::Camel,
    extension: "js",
    blank_lines: 1,
    folders: &["src", "src/routes", "src/core", "src/jobs"],
    tests: "test/{stem}.test.js",
    manifest: "package.json",
    test: "test('{name} {number}', async () => {\n  const found = await run('{name}', {number});\n  expect(found).not.toBeNull();\n  expect(found.status).toBe('done');\n});",
    imports: &[
        ("crypto.", "const crypto = require('crypto');"),
        ("fs.", "const fs = require('fs').promises;"),
        ("path.", "const path = require('path');"),
        ("escapeHtml(", "const escapeHtml = require('escape-html');"),
        ("logger.", "const logger = require('../logger');"),
    ],
    test_imports: &["const { run } = require('./helpers');"],
    libraries: &["express", "axios", "mysql2", "js-yaml", "escape-html", "jest", "eslint"],
    comment: "//",
};

const JAVA: Layout = Layout {
    language: Language::Java,
    case: Case::Camel,
    extension: "java",
    blank_lines: 1,
    folders: &["src/main/java/{package}", "src/main/java/{package}/web", "src/main/java/{package}/core"],
    tests: "src/test/java/{package}/{stem}Test.java",
    manifest: "pom.xml",
    test: "@Test\nvoid {name}{number}() {\n    Result found = run(\"{name}\", {number});\n    assertNotNull(found);\n    assertEquals(\"done\", found.status());\n}",
    imports: &[
        ("List<", "import java.util.List;"),
        ("ArrayList<", "import java.util.ArrayList;"),
        ("Map<", "import java.util.Map;"),
        ("TreeMap<", "import java.util.TreeMap;"),
        ("logger.", "import java.util.logging.Logger;"),
        ("Collectors.", "import java.util.stream.Collectors;"),
        ("Base64.", "import java.util.Base64;"),
        ("MessageDigest", "import java.security.MessageDigest;"),
        ("NoSuchAlgorithmException", "import java.security.NoSuchAlgorithmException;"),
        ("StandardCharsets", "import java.nio.charset.StandardCharsets;"),
        ("HtmlUtils.", "import org.springframework.web.util.HtmlUtils;"),
    ],
    test_imports: &[
        "import static org.junit.jupiter.api.Assertions.*;",
        "import org.junit.jupiter.api.Test;",
    ],
    libraries: &["spring-web", "jackson-databind", "slf4j-api", "commons-lang3", "junit-jupiter"],
    comment: "//",
};

const PHP: Layout = Layout {
    language: Language::Php,
    case: Case::Camel,
    extension: "php",
    blank_lines: 1,
    folders: &["src", "src/Http", "src/Core", "lib"],
    tests: "tests/{stem}Test.php",
    manifest: "composer.json",
    test: "public function test{Name}{number}(): void\n{\n    $found = $this->run('{name}', {number});\n    $this->assertNotNull($found);\n    $this->assertSame('done', $found->status);\n}",
    imports: &[],
    test_imports: &["use PHPUnit\\Framework\\TestCase;"],
    libraries: &["slim/slim", "monolog/monolog", "twig/twig", "guzzlehttp/guzzle", "phpunit/phpunit"],
    comment: "//",
};

const GO: Layout = Layout {
    language: Language::Go,
    case: Case::Camel,
    extension: "go",
    blank_lines: 1,
    folders: &["internal/{package}", "internal/web", "cmd/{package}", "pkg/core"],
    tests: "internal/{package}/{stem}_test.go",
    manifest: "go.mod",
    test: "func Test{Name}{number}(t *testing.T) {\n\tfound := run(\"{name}\", {number})\n\tif found == nil || found.Status != \"done\" {\n\t\tt.Fatalf(\"unexpected: %v\", found)\n\t}\n}",
    imports: &[
        ("fmt.", "import \"fmt\""),
        ("log.", "import \"log\""),
        ("sort.", "import \"sort\""),
        ("strings.", "import \"strings\""),
        ("html.", "import \"html\""),
        ("hex.", "import \"encoding/hex\""),
        ("sha256.", "import \"crypto/sha256\""),
    ],
    test_imports: &["import \"testing\""],
    libraries: &["github.example/chi", "github.example/sqlx", "github.example/yaml", "github.example/zap"],
    comment: "//",
};

const C: Layout = Layout {
    language: Language::C,
    case: Case::Snake,
    extension: "c",
    blank_lines: 1,
    folders: &["src", "src/core", "src/net"],
    tests: "tests/test_{stem}.c",
    manifest: "configure.ac",
    test: "static void test_{name}_{number}(void)\n{\n    struct result *found = run(\"{name}\", {number});\n\n    assert(found != NULL);\n    assert(found->status == DONE);\n}",
    imports: &[
        ("printf(", "#include <stdio.h>"),
        ("log_", "#include \"log.h\""),
        ("size_t", "#include <stddef.h>"),
        ("malloc(", "#include <stdlib.h>"),
        ("strlen(", "#include <string.h>"),
        ("strcmp(", "#include <string.h>"),
    ],
    test_imports: &["#include <assert.h>", "#include \"helpers.h\""],
    libraries: &["zlib", "sqlite3", "libcurl", "check"],
    comment: "/*",
};

impl Layout {
    /// How projects in `language` look, if any are written in it.
    pub(crate) fn of(language: Language) -> Option<&'static Self> {
        ALL.iter().find(|layout| layout.language == language)
    }

    /// All of them.
    pub(crate) fn all() -> &'static [Self] {
        ALL
    }

    /// Where the source file called `stem`, in snake case, belongs in folder number `folder`.
    pub(crate) fn path(&self, package: &str, folder: usize, stem: &str) -> String {
        let folder = self.folders[folder % self.folders.len()].replace("{package}", package);
        format!("{folder}/{}.{}", self.stem(stem), self.extension)
    }

    /// Where the tests of that file are.
    pub(crate) fn test_path(&self, package: &str, stem: &str) -> String {
        self.tests.replace("{package}", package).replace("{stem}", &self.stem(stem))
    }

    /// The name of a file, as the language likes it.
    pub(crate) fn stem(&self, stem: &str) -> String {
        match self.language {
            Language::Java | Language::Php => pascal(stem),
            Language::JavaScript => stem.replace('_', "-"),
            _ => stem.to_owned(),
        }
    }

    /// The class that a file called `stem` holds; where the language leaves the choice, only
    /// with `in_class`.
    pub(crate) fn class(&self, stem: &str, in_class: bool) -> Option<String> {
        let needed = match self.language {
            Language::Java => true,
            Language::Php => in_class,
            _ => false,
        };
        needed.then(|| pascal(stem))
    }

    /// A function that tests the one called `name`.
    pub(crate) fn test(&self, name: &str, number: u32) -> String {
        let capital = capitalized(name);
        let text = self.test.replace("{name}", name).replace("{Name}", &capital);
        text.replace("{number}", &number.to_string())
    }

    /// The class that a file of tests holds.
    pub(crate) fn test_class(&self, stem: &str) -> Option<String> {
        match self.language {
            Language::Java => Some(format!("{}Test", pascal(stem))),
            Language::Php => Some(format!("{}Test extends TestCase", pascal(stem))),
            _ => None,
        }
    }

    /// The lines that ordinary code `text` needs at the head of its file.
    pub(crate) fn imports(&self, text: &str) -> impl Iterator<Item = &'static str> {
        self.imports.iter().filter(move |(word, _)| text.contains(word)).map(|row| row.1)
    }

    /// The first lines of a file.
    pub(crate) fn opening(&self, package: &str, about: &str, latin1: bool) -> Vec<String> {
        let end = if self.comment == "/*" { " */" } else { "" };
        let comment = format!("{} {about}{end}", self.comment);
        match self.language {
            Language::Python if latin1 => vec!["# -*- coding: latin-1 -*-".to_owned(), comment],
            Language::Php => vec!["<?php".to_owned(), String::new(), comment],
            Language::JavaScript => vec!["'use strict';".to_owned(), String::new(), comment],
            Language::Java => vec![comment, format!("package {package};")],
            Language::Go => vec![comment, format!("package {package}")],
            _ => vec![comment],
        }
    }

    /// The line or lines that a class begins with.
    pub(crate) fn class_opening(&self, class: &str) -> String {
        match self.language {
            Language::Php => format!("class {class}\n{{"),
            _ => format!("public class {class} {{"),
        }
    }
}
