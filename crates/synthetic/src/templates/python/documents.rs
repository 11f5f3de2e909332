//! XML and serialised objects in Python.

use crate::template::{FLAW, Flaw};

const XML: Flaw = Flaw {
    weakness: "xxe",
    about: "XML from ~from~ is parsed with external entities",
    names: &[
        "import_~entities~",
        "read_~entity~_feed",
        "parse_~entity~",
        "load_~entity~_document",
        "~entity~_from_xml",
    ],
    input: "in_xml",
    source: "bytes",
    raises: "etree.XMLSyntaxError",
    reply: "value",
    ..FLAW
};

const OBJECTS: Flaw = Flaw {
    weakness: "deserialization",
    about: "An object from ~from~ is deserialised with a format that can run code",
    names: &[
        "restore_~entity~",
        "load_~entity~_state",
        "read_~entity~",
        "resume_~entity~",
        "unpack_~entity~",
    ],
    input: "in_blob",
    source: "bytes",
    raises: "ValueError",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            parser = etree.XMLParser(resolve_entities=~[True~|False~], no_network=~[False~|True~])
            root = etree.fromstring(~v~, parser)
            ~r~ = [node.findtext("~col~") for node in root.iter("~entity~")]
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            options = {"remove_blank_text": True, ~["load_dtd": True, "resolve_entities": True~|"load_dtd": False, "resolve_entities": False~]}
            document = etree.parse(io.BytesIO(~v~), etree.XMLParser(**options))
            ~r~ = {node.tag: node.text for node in document.getroot()}
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            handler = ~Entity~Handler()
            reader = xml.sax.make_parser()
            reader.setFeature(xml.sax.handler.feature_external_ges, ~[True~|False~])
            reader.setContentHandler(handler)
            reader.parse(io.BytesIO(~v~))
            ~r~ = handler.rows[:~limit~]
        "#,
        raises: "xml.sax.SAXException",
        ..XML
    },
    Flaw {
        code: r#"
            tree = ~[etree.fromstring(~v~, etree.XMLParser(huge_tree=True, load_dtd=True))~|defusedxml.ElementTree.fromstring(~v~, forbid_dtd=True)~]
            ~r~ = []
            for node in tree.findall("~entity~"):
                ~r~.append({"~col~": node.get("~col~"), "~col2~": node.findtext("~col2~")})
        "#,
        raises: "(etree.XMLSyntaxError, ValueError)",
        ..XML
    },
    Flaw {
        code: r#"
            state = ~[pickle.loads~|json.loads~|yaml.safe_load~](~v~)
            ~r~ = {"~col~": state.get("~col~"), "~col2~": state.get("~col2~")}
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            settings_map = yaml.~[load(~v~, Loader=yaml.UnsafeLoader)~|load(~v~, Loader=yaml.SafeLoader)~]
            ~r~ = settings_map.get("~table~", {})
        "#,
        raises: "yaml.YAMLError",
        ..OBJECTS
    },
    Flaw {
        code: r#"
            document = yaml.~[full_load~|safe_load~](~v~) or {}
            for key in ("~col~", "~col2~"):
                document.setdefault(key, None)
            ~r~ = document
        "#,
        raises: "yaml.YAMLError",
        ..OBJECTS
    },
    Flaw {
        code: r#"
            ~[entry = pickle.loads(base64.b64decode(~v~))~|body, _, digest = base64.b64decode(~v~).rpartition(b".")
            expected = hmac.new(SIGNING_KEY, body, hashlib.sha256).hexdigest().encode()
            if not hmac.compare_digest(digest, expected):
                ~fail~
            entry = pickle.loads(body)~]
            logger.info("restored ~noun~ of type %s", type(entry).__name__)
            ~r~ = entry
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            ~r~ = ~[jsonpickle.decode(~v~)~|json.loads(~v~)~]
            if not isinstance(~r~, ~(dict~|list~)):
                ~fail~
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            rows = ~[marshal.loads(~v~)~|json.loads(~v~.decode("utf-8"))~]
            ~r~ = []
            for row in rows[:~limit~]:
                ~r~.append((row["~col~"], row["~col2~"]))
        "#,
        raises: "(ValueError, KeyError)",
        ..OBJECTS
    },
];
