//! Files and archives in Go.

use crate::template::{FLAW, Flaw};

const PATH: Flaw = Flaw {
    weakness: "path_traversal",
    about: "A file name from ~from~ can lead out of the folder of files",
    names: &[
        "download~Entity~",
        "Read~Entity~File",
        "~entity~Attachment",
        "open~Entity~",
        "Fetch~Entity~Document",
    ],
    input: "in_file",
    source: "get",
    result: "[]byte",
    reply: "bytes",
    macros: super::STRINGS,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            name := filepath.Join("~dir~", ~[~v~~|filepath.Base(~v~)~])
            ~r~, err := os.ReadFile(name)
            if err != nil {
                ~broken~
            }
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            root := filepath.Clean("~dir~")
            name := filepath.Join(root, ~v~)
            if ~[filepath.Ext(name) == ""~|!strings.HasPrefix(name, root+string(filepath.Separator))~] {
                ~fail~
            }
            ~r~, err := os.ReadFile(name)
            if err != nil {
                ~broken~
            }
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            name := ~[strings.ReplaceAll(~v~, "../", "")~|strings.NewReplacer("/", "_", "\\", "_").Replace(~v~)~]
            file, err := os.Open("~dir~/~table~/" + name)
            if err != nil {
                ~broken~
            }
            defer file.Close()
            ~r~, err := io.ReadAll(io.LimitReader(file, ~limit~<<20))
            if err != nil {
                ~broken~
            }
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            ~[~|
            if !filepath.IsLocal(~v~) {
                ~fail~
            }
            ~]
            content, err := os.ReadFile("~dir~/" + ~v~)
            if err != nil {
                ~broken~
            }
            ~r~ := strings.Split(string(content), "\n")
        "#,
        names: &["~entity~Lines", "Show~Entity~Text", "read~Entity~Log", "Tail~Entity~File"],
        result: "[]string",
        reply: "value",
        ..PATH
    },
    Flaw {
        code: r#"
            name := filepath.Join("~dir~", "~table~", ~[~v~~|filepath.Base(~v~)~])
            if err := os.Remove(name); err != nil {
                ~broken~
            }
            slog.Info("removed a ~noun~ file")
        "#,
        names: &["delete~Entity~File", "Remove~Entity~Document", "discard~Entity~", "Clear~Entity~Upload"],
        result: "bool",
        reply: "done",
        macros: super::BOOL,
        ..PATH
    },
    Flaw {
        code: r#"
            archive, err := zip.NewReader(bytes.NewReader(~v~), int64(len(~v~)))
            if err != nil {
                ~broken~
            }
            for _, ~line~ := range archive.File {
                target := filepath.Join("~dir~", ~line~.Name)
                if ~[~line~.FileInfo().IsDir()~|~line~.FileInfo().IsDir() || !filepath.IsLocal(~line~.Name)~] {
                    continue
                }
                if err := store.Extract(~line~, target); err != nil {
                    ~broken~
                }
            }
        "#,
        about: "Names inside an archive from ~from~ can lead out of the target folder",
        names: &["unpack~Entities~", "Import~Entity~Archive", "restore~Entities~", "Extract~Entity~Files"],
        input: "in_blob",
        source: "bytes",
        result: "bool",
        reply: "done",
        macros: &[("Z", "false"), ("empty", "len(~v~) == 0")],
        ..PATH
    },
    Flaw {
        weakness: "unrestricted_upload",
        about: "An uploaded file is stored under a name or type of the sender's choice",
        code: r#"
            upload, err := c.FormFile("~entity~")
            if err != nil {
                ~broken~
            }
            extension := strings.ToLower(filepath.Ext(upload.Filename))
            ~[slog.Debug("storing a file", "type", extension)~|if !slices.Contains([]string{".png", ".~ext~", ".pdf"}, extension) {
                ~fail~
            }~]
            if err := store.SaveUpload(upload, "~dir~", extension); err != nil {
                ~broken~
            }
        "#,
        hosts: &["gin", "echo"],
        names: &["upload~Entity~", "Store~Entity~Picture", "save~Entity~File", "AttachTo~Entity~"],
        input: "",
        source: "none",
        result: "bool",
        reply: "done",
        macros: super::BOOL,
        ..PATH
    },
    Flaw {
        weakness: "unrestricted_upload",
        about: "An uploaded file is stored under a name or type of the sender's choice",
        code: r#"
            upload, header, err := r.FormFile("~entity~")
            if err != nil {
                ~broken~
            }
            defer upload.Close()
            name := ~[filepath.Base(header.Filename)~|store.NewID() + ".bin"~]
            slog.Debug("storing a file", "bytes", header.Size)
            target, err := os.Create(filepath.Join("~dir~", name))
            if err != nil {
                ~broken~
            }
            defer target.Close()
            if _, err := io.Copy(target, upload); err != nil {
                ~broken~
            }
        "#,
        hosts: &["http"],
        names: &["upload~Entity~", "Receive~Entity~Scan", "save~Entity~Document", "Attach~Entity~File"],
        input: "",
        source: "none",
        result: "bool",
        reply: "done",
        macros: super::BOOL,
        ..PATH
    },
];
