//! Programs that are started as workers.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::child_process::kill_with_parent;

/// A program to start as a worker, with its arguments and environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    only_variables: Option<Vec<String>>,
    without_variables: Vec<String>,
    variables: Vec<(String, String)>,
}

impl CommandLine {
    /// Creates a command with the environment of this process.
    pub fn new(program: impl Into<OsString>, arguments: impl IntoIterator<Item: Into<OsString>>) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            folder: None,
            only_variables: None,
            without_variables: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Sets the working folder.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Passes on only these environment variables.
    pub fn with_only_variables(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.only_variables = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Does not pass on these environment variables, so that secrets stay out of children.
    pub fn without_variables(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.without_variables.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets environment variables, whatever this process has.
    pub fn with_variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// Returns the program, for messages.
    pub fn program(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    /// Describes why the command did not start: the operating system says the same of a program and of a folder that is not
    /// there.
    pub(crate) fn start_error(&self, error: io::Error) -> io::Error {
        match &self.folder {
            Some(folder) if error.kind() == io::ErrorKind::NotFound && !folder.is_dir() => {
                io::Error::new(error.kind(), format!("its folder {} does not exist", folder.display()))
            }
            _ => error,
        }
    }

    /// Returns a command whose child has pipes, a process group of its own, and ends with its parent.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(names) = &self.only_variables {
            command.env_clear();
            command.envs(names.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
        }
        // Removed last, so that a secret stays out even if it is in the list above.
        for name in &self.without_variables {
            command.env_remove(name);
        }
        // Even a name that holds a secret elsewhere: here somebody wrote its value down for this command.
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A process group of its own: a signal to the group reaches all children of the worker, and Ctrl+C at the
        // terminal reaches only this process, which stops the workers in its own way.
        command.process_group(0);
        kill_with_parent(&mut command);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let command = CommandLine::new("true", [""; 0]).in_folder("/nonexistent/folder");
        let error = command.command().spawn().unwrap_err();
        assert_eq!(command.start_error(error).to_string(), "its folder /nonexistent/folder does not exist");
        let command = CommandLine::new("/nonexistent/program", [""; 0]).in_folder("/");
        let error = command.command().spawn().unwrap_err();
        assert!(!command.start_error(error).to_string().contains("folder"));
    }
}
