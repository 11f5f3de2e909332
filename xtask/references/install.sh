#!/bin/sh
# Installs the parsers that `cargo xtask check extract` compares with, into a folder (by default target/references).
# Needs npm, python3, go and cargo; java, node and ctags are used as they are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../target/references}
mkdir -p "$folder/bin"
folder=$(cd "$folder" && pwd)
npm install --no-save --no-audit --no-fund --prefix "$folder" typescript@5.9 php-parser@3 @ruby/prism@1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet lizard
(cd "$here/go" && go build -o "$folder/bin/go-functions" main.go)
cargo install --quiet --path "$here/rust" --root "$folder" --target-dir "$folder/rust"
