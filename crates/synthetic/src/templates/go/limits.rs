//! Sizes and numbers in Go.

use crate::template::{FLAW, Flaw};

const MEMORY: Flaw = Flaw {
    weakness: "denial_of_service",
    about: "Data from ~from~ is read without a limit on its size",
    names: &["import~Entities~", "Receive~Entity~", "load~Entity~Body", "Accept~Entities~"],
    input: "in_blob",
    source: "stream",
    result: "int",
    reply: "value",
    macros: &[("Z", "0"), ("empty", "~v~ == nil"), ("check", "")],
    ..FLAW
};

const NUMBER: Flaw = Flaw {
    weakness: "integer_overflow",
    about: "A number from ~from~ is cut to fewer bits than it needs",
    names: &["set~Entity~Count", "Reserve~Entities~", "resize~Entity~", "Book~Entity~Units"],
    input: "in_count",
    source: "get",
    result: "int32",
    reply: "value",
    macros: super::NUMBER,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            content, err := io.ReadAll(~[~v~~|io.LimitReader(~v~, ~few~<<20)~])
            if err != nil {
                ~broken~
            }
            slog.Info("~noun~ body read", "bytes", len(content))
            ~r~ := len(content)
        "#,
        ..MEMORY
    },
    Flaw {
        code: r#"
            unpacked, err := gzip.NewReader(~v~)
            if err != nil {
                ~broken~
            }
            defer unpacked.Close()
            var content bytes.Buffer
            if _, err := ~[io.Copy(&content, unpacked)~|io.CopyN(&content, unpacked, ~few~<<20)~]; err != nil && err != io.EOF {
                ~broken~
            }
            ~r~ := content.Len()
        "#,
        about: "Compressed data from ~from~ is unpacked without a limit on its size",
        ..MEMORY
    },
    Flaw {
        code: r#"
            parsed, err := ~[strconv.Atoi(~v~)~|strconv.ParseInt(~v~, 10, 32)~]
            if err != nil {
                ~broken~
            }
            ~r~ := int32(parsed)
            store.Reserve("~table~", ~r~)
        "#,
        ..NUMBER
    },
    Flaw {
        code: r#"
            units, err := strconv.ParseInt(~v~, 10, 64)
            if err != nil ~[~||| units < 0 || units > math.MaxInt32/~few~ ~]{
                ~fail~
            }
            ~r~ := int32(units) * ~few~
            slog.Debug("~nouns~ reserved", "units", ~r~)
        "#,
        about: "A number from ~from~ is multiplied beyond the range of its type",
        ..NUMBER
    },
    Flaw {
        code: r#"
            size, err := strconv.ParseUint(~v~, 10, ~[64~|16~])
            if err != nil {
                ~broken~
            }
            width := uint16(size)
            store.Resize("~table~", width, make([]byte, size))
            ~r~ := int32(width)
        "#,
        ..NUMBER
    },
];
