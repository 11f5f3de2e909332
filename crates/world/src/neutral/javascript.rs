//! Ordinary JavaScript.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "list_«nouns»",
        text: r#"
function «name»(«items», «limit» = «size») {
  «log:¦logger.debug(`looking at ${«items».length} «nouns»`);»
  «shape:const «out» = [];
  for (const «item» of «items») {
    if («item».«field» !== undefined) {
      «out».push(«item»);
    }
  }¦const «out» = «items».filter((«item») => «item».«field» !== undefined);»
  return «out».slice(0, «limit»).map((«item») => «item».name);
}
"#,
    },
    Template {
        name: "group_«nouns»",
        text: r#"
function «name»(«items») {
  «comment:¦// One list for each «field», in the order of the input.»
  const «table» = new Map();
  for (const «item» of «items») {
    const «key» = «item».«field»;
    «shape:if (!«table».has(«key»)) {
      «table».set(«key», []);
    }
    «table».get(«key»).push(«item»);¦«table».set(«key», [...(«table».get(«key») || []), «item»]);»
  }
  return «table»;
}
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
const «name» = («items») => {
  if («items».length === 0) {
    return 0;
  }
  const «total» = «items».reduce((sum, «item») => sum + «item».«field», 0);
  «const:return «total» / «items».length / «factor»;¦const unit = «factor»;
  return «total» / «items».length / unit;»
};
"#,
    },
    Template {
        name: "parse_«noun»_line",
        text: r#"
function «name»(«text») {
  const «parts» = «text».trim().split(';');
  if («parts».length < «few») {
    «log:¦logger.warn('short «noun» line', «parts».length);»
    return null;
  }
  const «first» = «parts»[0];
  const «last» = «parts»[«parts».length - 1];
  return { «noun»: «first».trim(), «field»: «bug:«last»¦«last».trim()» };
}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
function «name»(«count», «limit» = «size») {
  «comment:¦// The last page may be short.»
  return «bug:Math.floor(«count» / «limit») + 1¦Math.ceil(«count» / «limit»)»;
}
"#,
    },
    Template {
        name: "render_«noun»_badge",
        text: r#"
function «name»(«value», «count») {
  const title = escapeHtml(«value»);
  «log:¦logger.debug('badge for «nouns»', «count»);»
  «format:return `<span class="badge «noun»">${title} (${«count»})</span>`;¦return [
    '<span class="badge «noun»">',
    `${title} (${«count»})`,
    '</span>',
  ].join('');»
}
"#,
    },
    Template {
        name: "«noun»_cache_key",
        text: r#"
function «name»(«first», «last») {
  const «text» = `${«first»}/${«last»}`;
  const digest = crypto.createHash('sha256').update(«text»).digest('hex');
  «const:return `«noun»:${digest.slice(0, 16)}`;¦const keyLength = 16;
  return `«noun»:${digest.slice(0, keyLength)}`;»
}
"#,
    },
    Template {
        name: "load_«noun»_settings",
        text: r#"
async function «name»(folder) {
  const «table» = { pageSize: «size», columns: ['«field»'], compact: false };
  const file = path.join(folder, '«noun».json');
  const «text» = await fs.readFile(file, 'utf8');
  «log:¦logger.debug('«noun» settings come from', file);»
  «shape:return Object.assign(«table», JSON.parse(«text»));¦return { ...«table», ...JSON.parse(«text») };»
}
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
const «name» = («items», «index» = 0) => {
  «comment:¦// Walks around: after the last one comes the first.»
  if («items».length === 0) {
    return null;
  }
  «shape:const «step» = («index» + 1) % «items».length;
  return «items»[«step»];¦return «items»[(«index» + 1) % «items».length];»
};
"#,
    },
    Template {
        name: "describe_«noun»",
        text: r#"
function «name»(«item») {
  const «parts» = [«item».name];
  if («item».«field») {
    «parts».push(`«field» ${«item».«field»}`);
  }
  «shape:const «text» = «parts».join(', ');
  return «text»;¦return «parts».join(', ');»
}
"#,
    },
    Template {
        name: "summarise_«nouns»",
        text: r#"
function «name»(«items») {
  let «total» = 0;
  let «count» = 0;
  «shape:«items».forEach((«item») => {
    «total» += «item».«field» || 0;
    «count» += 1;
  });¦for (const «item» of «items») {
    «total» += «item».«field» || 0;
    «count» += 1;
  }»
  «log:¦logger.info(`${«count»} «nouns» «verb»`);»
  return { total: «total», all: «count» };
}
"#,
    },
    Template {
        name: "poll_«noun»",
        text: r#"
async function «name»(client, «limit» = «few») {
  let «value» = null;
  for (let «index» = 0; «index» < «limit»; «index» += 1) {
    «value» = await client.status('«noun»');
    if («value».ready) {
      break;
    }
    «log:¦logger.debug('«noun» not ready yet, try', «index»);»
    «const:await wait(«size»0);¦const pause = «size»0;
    await wait(pause);»
  }
  return «value»;
}
"#,
    },
];
