//! XML and serialised objects in Java.

use crate::template::{FLAW, Flaw, Macros};

const BYTES: Macros = &[
    ("empty", "~v~ == null || ~v~.length == 0"),
    ("check", ""),
    ("check", r#"log.debug("~v~ has {} bytes", ~v~.length);"#),
];

const IO_BYTES: Macros = &[
    ("throws_io", " throws IOException"),
    ("empty", "~v~ == null || ~v~.length == 0"),
    ("check", ""),
    ("check", r#"log.debug("~v~ has {} bytes", ~v~.length);"#),
];

const XML: Flaw = Flaw {
    weakness: "xxe",
    about: "XML from ~from~ is parsed with external entities",
    names: &["import~Entities~", "read~Entity~Feed", "parse~Entity~", "load~Entity~Document"],
    input: "in_xml",
    source: "bytes",
    raises: "Exception",
    result: "List<String>",
    reply: "value",
    macros: BYTES,
    ..FLAW
};

const OBJECTS: Flaw = Flaw {
    weakness: "deserialization",
    about: "An object from ~from~ is deserialised without a limit on its class",
    names: &["restore~Entity~", "load~Entity~State", "read~Entity~", "resume~Entity~", "unpack~Entity~"],
    input: "in_blob",
    source: "bytes",
    result: "Object",
    reply: "value",
    macros: BYTES,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", ~[false~|true~]);
            Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(~v~));
            NodeList nodes = document.getElementsByTagName("~entity~");
            List<String> ~r~ = new ArrayList<>();
            for (int i = 0; i < nodes.getLength(); i++) {
                ~r~.add(nodes.item(i).getTextContent());
            }
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            XMLInputFactory factory = XMLInputFactory.newInstance();
            ~[factory.setProperty(XMLInputFactory.IS_COALESCING, true);~|factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);~]
            XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(~v~));
            List<String> ~r~ = new ArrayList<>();
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamReader.CHARACTERS) {
                    ~r~.add(reader.getText());
                }
            }
        "#,
        raises: "XMLStreamException",
        ..XML
    },
    Flaw {
        code: r#"
            ~Entity~Handler handler = new ~Entity~Handler();
            SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.setFeature(~["http://xml.org/sax/features/namespaces"~|"http://apache.org/xml/features/disallow-doctype-decl"~], true);
            factory.newSAXParser().parse(new ByteArrayInputStream(~v~), handler);
            List<String> ~r~ = handler.names();
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            ~[factory.setNamespaceAware(true);
            factory.setIgnoringComments(true);~|factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");~]
            Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(~v~));
            List<String> ~r~ = List.of(document.getDocumentElement().getAttribute("~col~"));
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            Object ~r~;
            try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(~v~))) {
                ~[~|input.setObjectInputFilter(ObjectInputFilter.Config.createFilter("com.example.~Entity~;java.base/*;!*"));~]
                ~r~ = input.readObject();
            }
            log.debug("restored a {}", ~r~.getClass().getSimpleName());
        "#,
        raises: "Exception",
        ..OBJECTS
    },
    Flaw {
        code: r#"
            Yaml yaml = new Yaml(~[~|new SafeConstructor(new LoaderOptions())~]);
            Object ~r~ = yaml.load(new String(~v~, StandardCharsets.UTF_8));
            log.debug("~noun~ settings loaded");
        "#,
        raises: "YAMLException",
        macros: &[
            ("throws", ""),
            ("throws_io", " throws IOException"),
            ("empty", "~v~ == null || ~v~.length == 0"),
            ("check", ""),
        ],
        ..OBJECTS
    },
    Flaw {
        code: r#"
            ObjectMapper reader = new ObjectMapper();
            ~[reader.enableDefaultTyping();~|reader.findAndRegisterModules();~]
            Object ~r~ = reader.readValue(~v~, ~(Object~|Map~).class);
        "#,
        raises: "IOException",
        macros: IO_BYTES,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            XStream reader = new XStream();
            reader.alias("~entity~", ~Entity~.class);
            ~[reader.addPermission(AnyTypePermission.ANY);~|reader.allowTypes(new Class[] {~Entity~.class});~]
            Object ~r~ = reader.fromXML(new ByteArrayInputStream(~v~));
        "#,
        raises: "XStreamException",
        macros: &[
            ("throws", ""),
            ("throws_io", " throws IOException"),
            ("empty", "~v~ == null || ~v~.length == 0"),
            ("check", ""),
        ],
        ..OBJECTS
    },
];
