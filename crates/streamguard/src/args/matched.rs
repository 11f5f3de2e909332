//! Arguments together with what the command line said literally.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Id};

/// Arguments of a command, and the matches that they were read from. The matches tell which flags were
/// given, and hold the flags of jobs.
#[derive(Clone, Debug)]
pub(crate) struct MatchedArgs<T> {
    pub(crate) args: T,
    pub(crate) matches: ArgMatches,
}

impl<T: FromArgMatches> FromArgMatches for MatchedArgs<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self { args: T::from_arg_matches(matches)?, matches: matches.clone() })
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        // The derived method of this name would take the values out of the matches.
        Self::from_arg_matches(matches)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<T: Args> Args for MatchedArgs<T> {
    fn group_id() -> Option<Id> {
        T::group_id()
    }

    fn augment_args(command: Command) -> Command {
        T::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args_for_update(command)
    }
}
