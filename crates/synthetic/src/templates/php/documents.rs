//! XML and serialised objects in PHP.

use crate::template::{FLAW, Flaw};

const XML: Flaw = Flaw {
    weakness: "xxe",
    about: "XML from ~from~ is parsed with external entities",
    names: &["import~Entities~", "read~Entity~Feed", "parse~Entity~", "load~Entity~Document"],
    input: "in_xml",
    source: "text",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const OBJECTS: Flaw = Flaw {
    weakness: "deserialization",
    about: "An object from ~from~ is deserialised without a limit on its class",
    names: &["restore~Entity~", "load~Entity~State", "read~Entity~", "resume~Entity~", "unpack~Entity~"],
    input: "in_blob",
    source: "text",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            $document = new \DOMDocument();
            $document->loadXML($~v~, ~[LIBXML_NOENT | LIBXML_DTDLOAD~|LIBXML_NONET | LIBXML_NOBLANKS~]);
            $~r~ = [];
            foreach ($document->getElementsByTagName('~entity~') as $node) {
                $~r~[] = $node->textContent;
            }
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            $tree = simplexml_load_string($~v~, \SimpleXMLElement::class, ~[LIBXML_NOENT~|LIBXML_NONET~]);
            if ($tree === false) {
                ~fail~
            }
            $~r~ = ['~col~' => (string) $tree->~col~, '~col2~' => (string) $tree->~col2~];
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            $reader = new \XMLReader();
            $reader->XML($~v~);
            $reader->setParserProperty(\XMLReader::SUBST_ENTITIES, ~[true~|false~]);
            $~r~ = [];
            while ($reader->read()) {
                if ($reader->name === '~entity~') {
                    $~r~[] = $reader->readString();
                }
            }
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            $~r~ = unserialize($~v~~[~|, ['allowed_classes' => false]~]);
            if (!is_array($~r~)) {
                ~fail~
            }
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            $state = ~[unserialize(base64_decode($~v~))~|json_decode(base64_decode($~v~), true)~];
            $~r~ = ['~col~' => $state['~col~'] ?? null, '~col2~' => $state['~col2~'] ?? ~limit~];
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            [$body, $mac] = explode('.', $~v~, 2) + ['', ''];
            ~[error_log('~noun~ state of ' . strlen($mac) . ' bytes');~|if (!hash_equals(hash_hmac('sha256', $body, getenv('APP_KEY')), $mac)) {
                ~fail~
            }~]
            $~r~ = unserialize(base64_decode($body));
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            $options = ~[yaml_parse($~v~, 0, $count, ['!php/object' => 'unserialize'])~|yaml_parse($~v~, 0, $count, ['!php/object' => 'strval'])~];
            $~r~ = $options['~table~'] ?? [];
        "#,
        ..OBJECTS
    },
];
