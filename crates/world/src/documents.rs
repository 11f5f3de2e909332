//! Files of a project beside the source code.

use streamguard_dataset::Language;

use crate::names::NAME_LISTS;
use crate::project_layout::ProjectLayout;
use crate::random::WorldRandom;

/// Major, minor and patch number of a version.
pub(crate) type VersionNumber = [u32; 3];

/// Writes a version as `1.2.3`.
pub(crate) fn dotted(version: VersionNumber) -> String {
    let [major, minor, patch] = version;
    format!("{major}.{minor}.{patch}")
}

/// Returns the text of `README.md`.
pub(crate) fn readme(name: &str, layout: &ProjectLayout, purpose: &str) -> String {
    let title = layout.language.title();
    format!(
        "# {name}\n\n{name} {purpose}.\n\nIt is written in {title}; what it needs stands in `{}`.\n\n\
         ## Use\n\nBuild it with `scripts/build.sh`, then read [the guide](docs/guide.md).\n",
        layout.manifest
    )
}

/// Returns the text of the licence.
pub(crate) fn licence(owner: &str) -> String {
    format!(
        "MIT License\n\nCopyright (c) 2019 The {owner} authors\n\n\
         Permission is hereby granted, free of charge, to any person obtaining a copy\n\
         of this software and associated documentation files (the \"Software\"), to deal\n\
         in the Software without restriction, including without limitation the rights\n\
         to use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n\
         copies of the Software, and to permit persons to whom the Software is\n\
         furnished to do so, subject to the following conditions:\n\n\
         The above copyright notice and this permission notice shall be included in all\n\
         copies or substantial portions of the Software.\n\n\
         THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\n\
         IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\n\
         FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\n\
         AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\n\
         LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\n\
         OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE\n\
         SOFTWARE.\n"
    )
}

/// Returns the text of the guide.
pub(crate) fn guide(name: &str) -> String {
    format!("# Guide\n\n{name} reads its settings once, at the start.\n\n## Notes\n\n")
}

/// Returns a line for the guide.
pub(crate) fn note(function: &str, random: &mut WorldRandom) -> String {
    let what = random.pick(&[
        "answers within a second on usual data",
        "sorts by name unless told otherwise",
        "is what the overview page calls",
        "keeps its results for a minute",
        "takes the limit from the settings",
    ]);
    format!("- `{function}` {what}.\n")
}

/// Returns the manifest, the file that names the libraries.
pub(crate) fn manifest(
    layout: &ProjectLayout,
    name: &str,
    version: VersionNumber,
    libraries: &[(&'static str, VersionNumber)],
) -> String {
    let version = dotted(version);
    let list = |pattern: &dyn Fn(&str, String) -> String, joint: &str| {
        libraries
            .iter()
            .map(|(name, version)| pattern(name, dotted(*version)))
            .collect::<Vec<_>>()
            .join(joint)
    };
    match layout.language {
        Language::Python => format!(
            "[project]\nname = \"{name}\"\nversion = \"{version}\"\nrequires-python = \">=3.9\"\ndependencies = [\n{}\n]\n",
            list(&|name, version| format!("    \"{name}>={version}\","), "\n")
        ),
        Language::JavaScript | Language::Php => format!(
            "{{\n  \"name\": \"{name}\",\n  \"version\": \"{version}\",\n  \"{}\": {{\n{}\n  }}\n}}\n",
            if layout.language == Language::Php { "require" } else { "dependencies" },
            list(&|name, version| format!("    \"{name}\": \"^{version}\""), ",\n")
        ),
        Language::Java => format!(
            "<project>\n  <groupId>example</groupId>\n  <artifactId>{name}</artifactId>\n  <version>{version}</version>\n  <dependencies>\n{}\n  </dependencies>\n</project>\n",
            list(
                &|name, version| format!(
                    "    <dependency>\n      <artifactId>{name}</artifactId>\n      <version>{version}</version>\n    </dependency>"
                ),
                "\n"
            )
        ),
        Language::Go => format!(
            "module git.example/{name}\n\ngo 1.21\n\nrequire (\n{}\n)\n",
            list(&|name, version| format!("\t{name} v{version}"), "\n")
        ),
        _ => format!(
            "AC_INIT([{name}], [{version}])\n{}\nAC_OUTPUT\n",
            list(&|name, version| format!("PKG_CHECK_MODULES([{name}], [{name} >= {version}])"), "\n")
        ),
    }
}

/// Returns the workflow of continuous integration, with `extra` steps behind the build.
pub(crate) fn workflow(extra: &[String]) -> String {
    let mut text = "name: build\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      \
                    - uses: actions/checkout@v4\n      - run: scripts/build.sh\n"
        .to_owned();
    for step in extra {
        text.push_str(&format!("      - run: {step}\n"));
    }
    text
}

/// Returns the build script.
pub(crate) fn script(layout: &ProjectLayout) -> String {
    let command = match layout.language {
        Language::Python => "python -m build",
        Language::JavaScript => "npm ci && npm run build",
        Language::Java => "mvn -q package",
        Language::Php => "composer install --no-dev",
        Language::Go => "go build ./...",
        _ => "make",
    };
    format!("#!/bin/sh\nset -eu\ncd \"$(dirname \"$0\")/..\"\n{command}\n")
}

/// Returns a built file: one line, as a minifier writes it.
pub(crate) fn minified(random: &mut WorldRandom) -> String {
    let mut text = String::from("!function(){\"use strict\";");
    for _ in 0..24 {
        let (a, b) = (random.below(26) as u8, random.below(900));
        let letter = char::from(b'a' + a);
        text.push_str(&format!(
            "function {letter}{b}(e,t){{return e.innerHTML=t,e.n={b},e.length>t?{letter}{b}(e,t-1):e}}"
        ));
    }
    text.push_str("}();\n");
    text
}

/// Returns the purpose of a project.
pub(crate) fn purpose(random: &mut WorldRandom) -> &'static str {
    let purpose: &String = random.pick_ref(&NAME_LISTS.purposes);
    purpose
}

/// Returns an empty change log.
pub(crate) fn changelog() -> String {
    "# Changelog\n\n## Unreleased\n\n".to_owned()
}

/// Adds a line for the next release.
pub(crate) fn add_change(changelog: &mut String, line: &str) {
    let head = "## Unreleased\n\n";
    if let Some(at) = changelog.find(head) {
        changelog.insert_str(at + head.len(), &format!("- {line}\n"));
    }
}

/// Puts the changes since the last release under a version.
pub(crate) fn release(changelog: &mut String, version: VersionNumber) {
    let head = format!("## Unreleased\n\n## {}\n\n", dotted(version));
    *changelog = changelog.replacen("## Unreleased\n\n", &head, 1);
}
