//! Jobs that are plain commands: any program, run once for each input, as `xargs` and GNU parallel do it.
//!
//! A [`CommandTemplate`] is filled with each row of the [`InputList`], which makes the shards of a [`CommandJob`]. The
//! engine runs them in worker processes of its own program ([`CommandJob::from_settings`] makes the job there), so that
//! retries, limits, resumption and the order of the output are those of every other job.
//!
//! ```
//! use streamguard_command::{CommandTemplate, InputList, InputRow};
//!
//! let template = CommandTemplate::Words(vec!["convert".into(), "{}".into(), "{/.}.png".into()]);
//! let inputs = InputList::of_values(["in/a.jpg", "in/b.jpg"]);
//! let rows = inputs.rows(std::path::Path::new("."))?;
//! let commands = rows.iter().zip(1..).map(|(row, number)| template.fill(row, number));
//! assert_eq!(commands.last().unwrap(), ["convert", "in/b.jpg", "b.png"]);
//! # Ok::<(), streamguard_command::InputError>(())
//! ```

mod captured_output;
mod child;
mod command_job;
mod file_pattern;
mod input_list;
mod input_spec;
mod path_part;
mod placeholder;
mod shell_quote;
mod stdout_use;
mod template;
mod text_chunk;

pub use command_job::{CommandJob, CommandMemory, CommandShard};
pub use input_list::{InputError, InputList, InputRow};
pub use input_spec::InputSpec;
pub use shell_quote::{quote_line, quote_word};
pub use stdout_use::StdoutUse;
pub use template::CommandTemplate;
