//! Counterfactual pairs, generated from templates and a seed: a vulnerable function and the same function
//! fixed. Both sides hold the same constructs; what these are applied to tells the sides apart.
//!
//! [`PairGenerator`] writes pairs; [`SyntheticCollector`] is the collector `synthetic`, which makes a
//! dataset of them.
//!
//! ```
//! use streamguard_dataset::{Language, Weakness};
//! use streamguard_synthetic::{PairBuffer, PairGenerator};
//!
//! let generator = PairGenerator::new();
//! let mut buffer = PairBuffer::default();
//! let injection = Weakness::by_name("sql_injection").unwrap();
//! let pair = generator.write_pair_of(Language::Python, injection, 7, 0, &mut buffer).unwrap();
//! assert!(pair.vulnerable.contains(pair.function) && pair.fixed.contains(pair.function));
//! assert_ne!(pair.vulnerable, pair.fixed);
//! ```
//!
//! # Parts of a function
//! A **shape** is a structure of functions. It is put together from parts that know nothing of each
//! other: a **host** (the place of the code, such as a Flask view), one of the host's **sources** (the way
//! untrusted data arrives), a **flow** (guard clause, loop, `try`), and a **flaw** (the sink, vulnerable and
//! fixed). One more part of any kind multiplies with all the others.
//!
//! A fifth part, the **arrangement**, keeps the sides from being told apart by their words: it puts the code of the flaw
//! into the function a second time, with the sides exchanged, on a value that the program set itself. So the
//! vulnerable side has the check or the escape too, but on the wrong variable, and the fixed side has the call that
//! looks dangerous and is not: this is the **mirror** of the sink. Both variables are named by the same list, and which of
//! them gets which word is drawn for each pair: only the flow of the data tells the sides apart.
//! `examples/measure_pairs.py` measures with scikit-learn what words alone still tell.
//!
//! # Template files
//! The parts are data: TOML files below `templates/<language>/`, embedded in the program and read when the
//! first generator is built. A new file needs no entry anywhere. What a language's files define is put
//! together, in the order of their paths:
//!
//! | file | tables |
//! |---|---|
//! | `language.toml` | `case` and `tabs`, `[[name]]` word lists, `[macros]`, `[macro-sets.<set>]` |
//! | `hosts.toml` | `[[host]]` with `[[host.source]]` and `[host.macros]` |
//! | `flows.toml` | `[[flow]]`: `body` with `~core~`, and `end`, what follows the sink (`~reply~` without it) |
//! | `arrangements.toml` | `[[arrangement]]`: `code` with `~sink~`, `~end~`, and `~own~` and `~mirror~`, `~decoy~`, or `~alone~` |
//! | `prelude.toml` | `prelude`: imports, each with the texts that need it |
//! | `flaws/*.toml` | `[[weakness]]` with one `[[weakness.flaw]]` for each variant |
//!
//! A weakness in `flaws/`:
//!
//! ```toml
//! [[weakness]]
//! name = "weak_hash"              # as in `streamguard_dataset::weakness::ALL_WEAKNESSES`
//! about = "A password from ~from~ is hashed with a broken function"
//! functions = ["register_~entity~", "store_~entity~_login"]
//! input = "in_pass"               # slot that names the untrusted variable ~v~
//! source = "get"                  # kind of source (`gives`)
//! raises = 'ValueError'           # macro ~E~
//! reply = "value"                 # macro of the host that answers
//!
//! [[weakness.flaw]]
//! code = '''
//! digest = ~[hashlib.md5(~v~.encode()).hexdigest()~|bcrypt.hashpw(~v~.encode(), bcrypt.gensalt())~]
//! ~r~ = {"~col~": digest}
//! '''
//! ```
//!
//! A key that stands in `[[weakness.flaw]]` too replaces the one above for this flaw. The other keys are
//! `hosts` (names of the hosts that fit; all without it), `handle` (parameters that nothing else provides),
//! `result` (type of the result `~r~`), and `macros` (a table, or the name of a macro set).
//!
//! Without more, the code of a flaw has a mirror. There `~v~` is a variable that `own_<source>` of the language
//! sets, to one of the `literals` of the word list or to what belongs to the program: what is a flaw on untrusted data
//! must be harmless on that. A flaw without `input` has no variable to set, so it needs the key `decoy`.
//!
//! A **decoy** is for a flaw whose code cannot have a mirror: where the code does not hang on an untrusted variable, or
//! where it would be a flaw on a value of the program's own too. It is a text that stands beside the code and
//! holds the same constructs for a harmless purpose: a broken hash of a password, and of a label in the log. Its sides
//! are written in the order of the code, and exchanged. `both` is what code and decoy have in common:
//!
//! ```toml
//! [[weakness.flaw]]
//! both = '~x~ = ~[random.randint(100000, 999999)~|100000 + secrets.randbelow(900000)~]'
//! code = '''
//! ~both~
//! ~r~ = save_code(~x~)
//! '''
//! decoy = '''
//! ~both~
//! logger.debug("trace %d", ~x~)
//! '''
//! ```
//!
//! An empty `decoy` means that the code stands alone: it differs by exchanged variables only, as in
//! `free(~[~x~~|~y~~])`, or is a flaw whatever it is applied to, as a broken cipher is.
//! A text of several lines loses its common indentation and the line feed at its end.
//!
//! # Markup
//! All signs begin with a tilde:
//!
//! | markup | meaning |
//! |---|---|
//! | `~name~` | the macro or slot called `name` |
//! | <code>~[flawed~&#124;fixed~]</code> | text of the vulnerable side, then of each fix |
//! | <code>~(one~&#124;other~)</code> | one of these, the same on both sides |
//! | `~~` | a tilde |
//!
//! A **macro** is text that is put in while templates are compiled; it may use further macros. A macro with
//! a list of texts has alternatives, of which one is chosen for each shape. Macros of a flow are stronger
//! than those of the flaw, of its host, and of the language.
//! A **slot** is filled anew for every pair from a list of words: those in `templates/words.toml`, and
//! `[[name]]` of the language. A list with `other` fills two slots with different words. In a mirror or decoy they
//! are exchanged: there `~x~` is `~y~`.
//!
//! A combination in which a name is not defined is impossible and is left out: this is the whole
//! type system. A macro of several lines takes on the indentation of the line that uses it; a line
//! of which nothing is left but its indentation disappears.

mod choices;
mod collector;
mod compile;
mod differences;
mod expand;
mod generator;
mod load;
mod markup;
mod prelude;
mod shape_draft;
mod shape_program;
pub mod split_mix;
mod template;
mod template_file;
mod text;
mod vocabulary;

pub use collector::SyntheticCollector;
pub use generator::{PairBuffer, PairGenerator, PairRef};
